"""Runs the benchmarks, one after the other: ``python -m bench`` or ``python -m bench interactions load``.

Each module named below that is there offers ``async def measure() -> dict``; what it gives is printed and, with
BENCH_JSON=FILE, merged into one object in that file.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

PARTS = ("interactions", "delivery", "load", "planning", "bell", "analysis", "files")


def main(wanted: list[str]) -> None:
    report: dict[str, Any] = {}
    path = os.environ.get("BENCH_JSON")
    for name in wanted or [each for each in PARTS if importlib.util.find_spec(f"bench.{each}")]:
        print(f"== {name}", flush=True)
        told = asyncio.run(importlib.import_module(f"bench.{name}").measure())
        print(json.dumps(told, indent=1), flush=True)
        report |= told
        if path:  # after each part, so that a later one that fails takes nothing away
            Path(path).write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
