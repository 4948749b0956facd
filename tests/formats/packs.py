"""A small pack that is right, for tests that spoil it in one place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

COURSE = """\
[course]
slug = "intro-chemistry"
title = "Introductory chemistry"

[[units]]
slug = "measurement"
title = "Measurement and units"
objectives = [
  { slug = "1.1", text = "Read a ruler to the right number of digits", review = "Watch 2:10-4:00 again." },
  { slug = "1.2", text = "Convert between units" },
]

[units.prework]
videos = [ { title = "Significant figures", url = "https://video.example/a?v=1", length = "6:32" } ]
readings = [ { title = "Units", url = "https://text.example/units", minutes = 8 } ]
questions = '''
Ice floats. {T}
'''

[units.check]
draw = 2
cooldown_hours = 0.5
bank_file = "questions/measurement.gift"

[[units]]
slug = "atoms"
title = "Atoms"
objectives = [ { slug = "2.1", text = "Name the parts of an atom" } ]

[units.prework]
videos = [ { title = "Atoms", url = "https://video.example/b", length = "1:02:03" } ]
questions_file = "questions/atoms.txt"

[units.check]
draw = 1
bank = '''
The nucleus holds {=protons ~electrons}.
'''
"""

MEASUREMENT = """\
// [id:m-01] [tag:1.1]
::Digits:: How many digits has 1.20? {#3}

// [id:m-02] [tag:1.2] [tag:easy]
1 m is {=100 =%50%10} cm.
"""

ATOMS = "What do atoms hold? {~%50%protons ~%50%electrons ~%-100%cells}"


def files(**spoilt: str) -> dict[str, str]:
    """The pack's files; ``course``, ``measurement`` and ``atoms`` may be given anew."""
    return {
        "course.toml": spoilt.get("course", COURSE),
        "questions/measurement.gift": spoilt.get("measurement", MEASUREMENT),
        "questions/atoms.txt": spoilt.get("atoms", ATOMS),
    }


def zipped(content: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return buffer.getvalue()
