"""The points at which fault tests end the process: one before and one after every durable step of the courier."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bot.delivery.crashpoints import VARIABLE, step
from tests.faults import points


def test_every_effect_stands_between_two_crash_points() -> None:
    assert points.awaited() > 30
    assert points.outside() == []


def test_each_step_has_a_name_of_its_own() -> None:
    names = points.steps()
    assert len(names) > 10
    assert len(set(names)) == len(names)


def test_an_effect_without_a_step_would_be_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    import ast

    tree = ast.parse(
        "async def give(client):\n"
        "    with step('give_role'):\n"
        "        await client.http.add_role(1, 2, 3)\n"
        "    await client.http.remove_role(1, 2, 3)\n"
    )
    monkeypatch.setattr(points, "_sources", lambda: {"roles.py": tree})
    assert points.steps() == ["give_role"]
    assert points.outside() == ["roles.py:4: remove_role"]


def test_in_service_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with step("finish"):
        pass


@pytest.mark.parametrize(
    ("told", "said"), [("finish:after:3", "0 1 2"), ("finish:before", ""), ("fin:before", "0 1")]
)
def test_the_process_dies_at_the_visit_it_was_told(told: str, said: str) -> None:
    code = (
        "from bot.delivery.crashpoints import step\n"
        "for visit in range(5 if 'finish' in __import__('os').environ['CRASH_AT'] else 2):\n"
        "    with step('finish'):\n"
        "        print(visit, flush=True)\n"
    )
    environment = {**os.environ, VARIABLE: told}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == (-signal.SIGKILL if told.startswith("finish") else 0)
    assert done.stdout.split() == said.split()
