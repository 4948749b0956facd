"""``python -m tests.faults [NAME…] [--kills N] [--size N] [--seed N]``: the fault suites in full; `make faults`.

Each ends with a line ``faults: NAME kills=N lost=N doubled=N stuck=N``. Exit code 1 if any was not nought.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.faults import crash_points, discord_kills, poison, sms_kills
from tests.faults.tally import Tally

SUITES: dict[str, Callable[..., Coroutine[Any, Any, Tally]]] = {
    "discord-kills": discord_kills.run,
    "sms-kills": sms_kills.run,
    "crash-points": crash_points.run,
    "poison": poison.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SUITES)}; all unless given")
    parser.add_argument("--kills", type=int, help="of the suites that kill at random; 1000 unless given")
    parser.add_argument("--size", type=int, help="students; 500 unless given")
    parser.add_argument("--seed", type=int, default=1)
    wanted = vars(parser.parse_args())
    names = wanted.pop("names") or [*SUITES]
    if unknown := set(names) - set(SUITES):
        parser.error(f"no suite {', '.join(sorted(unknown))}; there are {', '.join(SUITES)}")
    given = {key: value for key, value in wanted.items() if value is not None}
    return (
        0 if min([_suite(name, given) for name in names]) else 1
    )  # each runs, whatever became of the one before


def _suite(name: str, given: dict[str, int]) -> bool:
    began = time.monotonic()
    print(f"{name}: begins", flush=True)
    with tempfile.TemporaryDirectory(prefix="flipcord-faults-") as folder:
        tally = asyncio.run(SUITES[name](Path(folder), **given))
    print(tally.details)
    print(f"{name}: {time.monotonic() - began:.0f} s")
    print(tally.line, flush=True)
    return tally.is_good


if __name__ == "__main__":
    sys.exit(main())
