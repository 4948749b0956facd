"""The points at which fault tests end the process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.delivery.crashpoints import POINTS, VARIABLE, crashpoint

DELIVERY = Path(__file__).parents[2] / "bot" / "delivery"


def test_every_point_stands_in_the_code_and_no_other_does() -> None:
    used = [
        name
        for file in DELIVERY.glob("*.py")
        for name in re.findall(r'crashpoint\("(\w+)"\)', file.read_text(encoding="utf-8"))
    ]
    assert sorted(set(used)) == sorted(POINTS)


def test_in_service_nothing_happens() -> None:
    for name in POINTS:
        crashpoint(name)
    with pytest.raises(ValueError, match="not among"):
        crashpoint("somewhere")


def test_the_process_dies_at_the_visit_it_was_told() -> None:
    code = (
        "from bot.delivery.crashpoints import crashpoint\n"
        "for visit in range(5):\n"
        "    print(visit, flush=True)\n"
        "    crashpoint('called')\n"
    )
    environment = {**os.environ, VARIABLE: "called:3"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.split() == ["0", "1", "2"]
