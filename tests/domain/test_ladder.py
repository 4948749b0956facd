"""Ladders as teachers write them: read as they were meant, or refused with what to write instead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ladder import (
    LADDER,
    MOST_STEPS,
    BadLadder,
    Step,
    ladder_from_json,
    ladder_to_json,
    read_ladder,
    write_ladder,
)
from bot.domain.outbox import Way

BEFORE = st.builds(
    Step,
    before=st.integers(1, 14 * 1440).map(lambda minutes: timedelta(minutes=minutes)),
    way=st.sampled_from((Way.DM, Way.SMS)),
)
AFTER = st.builds(
    Step,
    before=st.integers(0, 7 * 1440).map(lambda minutes: timedelta(minutes=-minutes)),
    way=st.sampled_from((Way.DM, Way.SMS, Way.GUARDIAN)),
)
LADDERS = st.lists(BEFORE | AFTER, unique=True, max_size=MOST_STEPS)


@given(LADDERS)
def test_a_ladder_is_read_as_it_was_written_and_kept_as_it_was_read(steps: list[Step]) -> None:
    again = read_ladder(write_ladder(steps))
    assert isinstance(again, tuple)
    assert set(again) == set(steps)
    assert [each.before for each in again] == sorted((each.before for each in steps), reverse=True)
    assert ladder_from_json(ladder_to_json(again)) == again


@given(LADDERS)
def test_no_two_steps_have_the_same_key(steps: list[Step]) -> None:
    assert len({each.key for each in steps}) == len(steps)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("1 day before: dm", [(1440, Way.DM)]),
        ("  90 MIN before, Text \n\n2h after: guardian", [(90, Way.SMS), (-120, Way.GUARDIAN)]),
        ("15 minutes after list\n3 hours before: by dm", [(180, Way.DM), (-15, Way.ROOM)]),
        ("none", []),
    ],
)
def test_what_teachers_type_is_understood(text: str, steps: list[tuple[int, Way]]) -> None:
    read = read_ladder(text)
    assert isinstance(read, tuple)
    assert [(each.before // timedelta(minutes=1), each.way) for each in read] == steps


def test_usual_goes_back_to_the_usual_steps() -> None:
    assert read_ladder(" Usual ") is None
    assert ladder_from_json(None) == LADDER
    assert read_ladder(write_ladder(LADDER)) == LADDER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no step"),
        ("tomorrow: dm", "do not understand “tomorrow: dm”"),
        ("1 day before: pigeon", "do not understand"),
        ("1 day: dm", "do not understand"),
        ("1 day before: dm\n24 hours before: dm", "twice"),
        ("15 days before: dm", "too far away"),
        ("8 days after: dm", "too far away"),
        ("1 day before: guardian", "comes too early"),
        ("1 hour before: list", "comes too early"),
        ("1 hour after: list\n2 hours after: list", "One list is enough"),
        ("\n".join(f"{hours} hours before: dm" for hours in range(1, 10)), "9 steps"),
        ("99999 days before: dm", "too far away"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(text: str, said: str) -> None:
    read = read_ladder(text)
    assert isinstance(read, BadLadder)
    assert said in read.problem
