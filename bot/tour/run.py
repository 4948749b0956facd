"""Runs the steps one after the other and tells each as a line, or as a JSON object."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.loopback.world import World
from bot.tour.steps import BEGIN, SETTINGS, STEPS, Tour


@dataclass(frozen=True, slots=True)
class Told:
    step: str
    ok: bool
    #: what a person saw, or what was missing
    seen: str


async def run_tour(*, as_json: bool = False, requests: Path | None = None) -> int:
    """Prints each step; 0 when all showed what they should, else 1."""
    with tempfile.TemporaryDirectory(prefix="flipcord-tour-") as folder:
        async with World(Path(folder), start=BEGIN, settings=SETTINGS) as world:
            is_fine = await _walk(world, as_json=as_json)
            if requests is not None:
                world.wire.write_requests(requests)
            if not is_fine and not as_json:
                print("\nThe bot's last words:\n" + world.bot.output[-3000:])
    return 0 if is_fine else 1


async def _walk(world: World, *, as_json: bool) -> bool:
    """Stops at the first step that does not hold: what follows builds on it."""
    tour = Tour(world)
    for name, step in STEPS.items():
        try:
            told = Told(name, ok=True, seen=" · ".join((await step(tour)).split("\n")))
        except Exception as error:  # noqa: BLE001  # whatever it is, the step did not show what it should
            told = Told(name, ok=False, seen=f"{type(error).__name__}: {error}")
        _tell(told, as_json=as_json)
        if not told.ok:
            return False
    if not as_json:
        print(f"\nAll {len(STEPS)} steps showed what they should.")
    return True


def _tell(told: Told, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(told), ensure_ascii=False), flush=True)
    else:
        print(f"{'✅' if told.ok else '❌'} {told.step:<26} {told.seen[:150]}", flush=True)
