"""Rows of the outbox become one story for each student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.outbox import UNDER_WAY, Kind, State, Way
from bot.domain.reporting import Group, Shown, Step, counts, group_of, grouped, missed, shown, stories

NOW = datetime(2027, 1, 11, 16, tzinfo=UTC)
ZONE = "America/Chicago"

STEP = Step(
    id=1,
    nonce="n1",
    kind=Kind.NUDGE,
    way=Way.DM,
    state=State.SENT,
    person=1,
    discord=11,
    about=5,
    args={"step": "dm1440"},
    due_at=NOW,
    ended_at=NOW,
    why="",
    got_it_at=None,
    receipt=None,
    error_code=None,
    chain="nudge:5:1:dm1440",
    began_at=NOW,
    began_until=NOW + timedelta(days=1),
    began_by=Way.DM,
)


def text(**changes: object) -> Step:
    return replace(STEP, way=Way.SMS, **changes)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (STEP, Shown.ARRIVED),
        (replace(STEP, way=Way.THREAD), Shown.ARRIVED),
        (replace(STEP, got_it_at=NOW), Shown.GOT_IT),
        (text(), Shown.SENT),
        (text(receipt="sent"), Shown.SENT),
        (text(receipt="delivered"), Shown.ARRIVED),
        (text(receipt="undelivered", error_code=30005), Shown.NOT_ARRIVED),
        (text(receipt="failed"), Shown.NOT_ARRIVED),
        (replace(STEP, state=State.FAILED), Shown.NOT_ARRIVED),
        (replace(STEP, kind=Kind.UNREACHED, way=Way.ROOM, state=State.DUE), Shown.NOT_ARRIVED),
        (replace(STEP, state=State.EXPIRED), Shown.TOO_LATE),
        (replace(STEP, state=State.SUPPRESSED), Shown.NOT_NEEDED),
        (replace(STEP, state=State.DUE), Shown.ON_ITS_WAY),
        (replace(STEP, state=State.DUE, due_at=NOW + timedelta(hours=1)), Shown.WAITING),
        (replace(STEP, state=State.CALLING), Shown.ON_ITS_WAY),
        (replace(STEP, state=State.UNCERTAIN), Shown.ON_ITS_WAY),
    ],
)
def test_a_row_is_told_in_the_words_of_a_teacher(step: Step, state: Shown) -> None:
    assert shown(step, NOW) is state


def test_a_message_that_found_a_way_closed_is_one_story_with_the_way_that_it_took() -> None:
    closed = replace(STEP, state=State.FAILED, why="closed")
    thread = replace(STEP, id=2, way=Way.THREAD)
    (story,) = stories([thread, closed], NOW)
    assert story.shown is Shown.ARRIVED
    assert [each.way for each in story.steps] == [Way.DM, Way.THREAD]


def test_a_text_beside_a_message_that_arrived_does_not_hide_it() -> None:
    beside = text(id=2, chain="beside", state=State.FAILED)
    (story,) = stories([STEP, beside], NOW)
    assert (story.shown, story.last) == (Shown.ARRIVED, STEP)


def test_what_is_sent_again_is_the_same_message_and_waits_before_it_is_given_up() -> None:
    lost = replace(STEP, state=State.FAILED)
    again = replace(STEP, id=2, chain="again", state=State.DUE, args={"mark": "sdm1440"},
                    due_at=NOW + timedelta(hours=1))  # fmt: skip
    assert group_of(again, ZONE) == group_of(lost, ZONE) == Group(Kind.NUDGE, 5, "sdm1440")
    (story,) = stories([lost, again], NOW)
    assert (story.shown, story.is_over) == (Shown.WAITING, False)


def test_a_guardian_has_a_story_of_their_own_unless_their_number_was_the_last_way() -> None:
    own = replace(STEP, id=2, chain="other", way=Way.GUARDIAN, began_by=Way.GUARDIAN)
    assert len(stories([STEP, own], NOW)) == 2
    last = replace(STEP, id=2, way=Way.GUARDIAN)
    assert len(stories([replace(STEP, state=State.FAILED), last], NOW)) == 1


def test_days_are_the_classs_own() -> None:
    evening = replace(STEP, kind=Kind.SLOT_REMINDER, args={}, due_at=datetime(2027, 1, 12, 3, tzinfo=UTC))
    assert group_of(evening, ZONE) == Group(Kind.SLOT_REMINDER, None, "d2027-01-11")
    assert group_of(replace(evening, kind=Kind.SLOT_CANCELLED), ZONE) == group_of(evening, ZONE)


def test_one_run_of_an_announcement_is_one_group_though_it_took_two_writes() -> None:
    first = replace(STEP, kind=Kind.ANNOUNCEMENT, args={})
    later = replace(first, id=2, person=2, chain="b", began_at=NOW + timedelta(seconds=3))
    lost = replace(later, id=3, kind=Kind.UNREACHED, args={"was": "announcement"})
    assert len(grouped([first, later, lost], ZONE)) == 1


def test_who_got_a_later_message_is_not_missed_any_more() -> None:
    lost = stories([replace(STEP, state=State.FAILED)], NOW)
    later = stories([replace(STEP, id=9, about=6, chain="c")], NOW)
    waiting = stories([replace(STEP, id=9, about=6, chain="c", state=State.DUE)], NOW)
    assert [each.last.id for each in missed([lost])] == [1]
    assert missed([lost, later]) == []
    assert [each.last.id for each in missed([lost, waiting])] == [1]


rows = st.builds(
    lambda number, person, chain, state, way, got: replace(
        STEP, id=number, person=person, chain=f"{person}:{chain}", state=state, way=way,
        got_it_at=NOW if got and state is State.SENT else None,
    ),
    st.integers(1, 10_000), st.integers(1, 6), st.integers(1, 3), st.sampled_from(State),
    st.sampled_from([Way.DM, Way.THREAD, Way.SMS]), st.booleans(),
)  # fmt: skip


@given(st.lists(rows, max_size=40, unique_by=lambda each: each.id))
def test_every_student_is_in_one_story_and_counted_once(steps: Sequence[Step]) -> None:
    told = stories(steps, NOW)
    assert sorted(each.last.person for each in told) == sorted({each.person for each in steps})
    assert sorted(step.id for each in told for step in each.steps) == sorted(each.id for each in steps)
    assert sum(number for _, number in counts(told)) == len(told)
    assert [each.shown for each in told] == sorted(each.shown for each in told)
    for each in told:
        ends = {step.chain: step for step in each.steps}.values()
        assert each.is_over is not any(step.state in UNDER_WAY for step in ends)
        assert (each.shown is Shown.GOT_IT) is any(step.got_it_at for step in each.steps)
