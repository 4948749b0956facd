"""Writes the shapes of the revisions that are not on main yet into bot/storage/migrations/shapes.py."""

from __future__ import annotations

import re

from alembic.script import ScriptDirectory

from bot.storage import schema
from bot.storage.shape import digest_of, shape_of
from tests.meta.project import ROOT

PATH = ROOT / "bot/storage/migrations/shapes.py"


def shapes() -> dict[str, str]:
    """Each revision, in order, with the digest of what an empty file is made of after it."""
    revisions = ScriptDirectory.from_config(schema._config()).walk_revisions()
    found: dict[str, str] = {}
    for each in reversed([each.revision for each in revisions]):
        with schema._made_anew(each) as connection:
            found[each] = digest_of(shape_of(connection))
    return found


def main() -> None:
    lines = "".join(f'    "{revision}": "{digest}",\n' for revision, digest in shapes().items())
    text = PATH.read_text()
    PATH.write_text(re.sub(r"(?<=\nSHAPES = \{\n).*?(?=\}\n)", lines, text, flags=re.DOTALL))


if __name__ == "__main__":
    main()
