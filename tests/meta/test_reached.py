"""What is said at the end of a run about buttons, menus and forms that no walk used."""

from __future__ import annotations

import pytest

from tests.meta.project import ROOT
from tests.plugins import reached

WALKS = {f"tests/cogs/{each.name}::test_one" for each in (ROOT / "tests/cogs").glob("test_*.py")}


@pytest.fixture(autouse=True)
def whole_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of all walks in which everything was used."""
    monkeypatch.setattr(reached, "_collected", set(WALKS))
    monkeypatch.setattr(reached, "_left_out", set[str]())
    monkeypatch.setattr(reached, "_went_well", set(WALKS))
    monkeypatch.setattr(reached, "reached", reached.registered() - reached.NOT_WALKED.keys())


def test_what_is_named_as_not_walked_exists_and_has_a_reason() -> None:
    assert reached.NOT_WALKED.keys() <= reached.registered()
    assert all(reached.NOT_WALKED.values())
    assert len(reached.registered()) > 150


def test_a_run_in_which_everything_was_used_says_nothing() -> None:
    assert reached.complaints() == []


def test_what_nobody_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reached, "reached", reached.reached - {"fc:check_put"})
    assert reached.complaints() == ["no walk uses: fc:check_put"]


def test_what_is_walked_after_all_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reached, "NOT_WALKED", {"fc:check_put": "why"})
    monkeypatch.setattr(reached, "reached", reached.registered())
    assert reached.complaints() == ["walked, yet in NOT_WALKED: fc:check_put"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_collected", WALKS - {next(iter(sorted(WALKS)))}),
        ("_left_out", {next(iter(sorted(WALKS)))}),
        ("_went_well", WALKS - {next(iter(sorted(WALKS)))}),
    ],
    ids=["a file was not run", "a test was left out", "a test did not pass"],
)
def test_a_run_of_a_part_says_nothing(monkeypatch: pytest.MonkeyPatch, name: str, value: set[str]) -> None:
    monkeypatch.setattr(reached, name, value)
    monkeypatch.setattr(reached, "reached", set[str]())
    assert reached.complaints() == []
