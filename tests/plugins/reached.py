"""Every button, menu and form that there is was used by somebody in a walk of tests/cogs, or is named here.

Told at the end of a run in which all of tests/cogs passed, in one process or in several; any other run says nothing.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import bot.views
from bot.views import presses
from tests.walked import reached

WALKS = "tests/cogs/"
_YET = "no walk of it yet; tests/cogs/test_leaving.py presses it for somebody who left"
#: ``fc:action`` (button), ``fs:`` (menu) or ``fm:`` (form), and why no walk uses it
NOT_WALKED: dict[str, str] = {
    "fc:announce_back": _YET,
    "fc:dr_page": _YET,
    "fc:letter_progress": _YET,
    "fc:phone": _YET,
    "fc:phone_stop": _YET,
    "fc:regrade_all": _YET,
    "fc:tasks": _YET,
    "fs:hand_out": _YET,
    "fs:regrade_undo": _YET,
}

_collected: set[str] = set()
_left_out: set[str] = set()
_went_well: set[str] = set()


def registered() -> set[str]:
    for module in pkgutil.iter_modules(bot.views.__path__):
        importlib.import_module(f"bot.views.{module.name}")
    kinds = {"fc": presses._presses, "fs": presses._picks, "fm": presses._forms}
    return {f"{kind}:{action}" for kind, registry in kinds.items() for action in registry}


def complaints() -> list[str]:
    """What is to be said, if this was a run of all walks."""
    files = {f"{WALKS}{each.name}" for each in (Path(__file__).parents[1] / "cogs").glob("test_*.py")}
    is_whole = files <= {each.partition("::")[0] for each in _collected}
    if not is_whole or _left_out or not _collected <= _went_well:
        return []
    never = registered() - reached - NOT_WALKED.keys()
    idle = NOT_WALKED.keys() & reached
    unknown = NOT_WALKED.keys() - registered()
    told = [
        (never, "no walk uses"),
        (idle, "walked, yet in NOT_WALKED"),
        (unknown, "in NOT_WALKED, yet gone"),
    ]
    return [f"{words}: {' '.join(sorted(names))}" for names, words in told if names]


def pytest_collection_finish(session: pytest.Session) -> None:
    walks = [each.nodeid for each in session.items if each.nodeid.startswith(WALKS)]
    _collected.update(walks)
    if any("::" in each for each in session.config.args):
        _left_out.update(walks)


def pytest_deselected(items: Sequence[pytest.Item]) -> None:
    _left_out.update(each.nodeid for each in items if each.nodeid.startswith(WALKS))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped or (report.when == "call" and report.passed):
        _went_well.add(report.nodeid.partition("@")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What a process of several saw."""
    output: dict[str, list[str]] = getattr(node, "workeroutput", {})
    for known, name in ((reached, "reached"), (_collected, "collected"), (_left_out, "left_out")):
        known.update(output.get(name, []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, list[str]] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output.update(reached=sorted(reached), collected=sorted(_collected), left_out=sorted(_left_out))
    elif complaints() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    for each in complaints():
        terminalreporter.write_line(f"FAILED tests/plugins/reached.py: {each}", red=True)
