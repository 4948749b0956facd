"""The shortest list that opens a unit: it does, nothing of it can be left out, and nothing is shorter."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, combinations, count

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.course import Level, Task
from bot.domain.locks import (
    OPEN,
    Act,
    Action,
    Condition,
    Do,
    Either,
    Every,
    Slots,
    actions_of,
    cost,
    is_met,
    shortest,
    to_begin,
    to_open,
    to_pass,
    without,
)
from bot.domain.mastery_rules import MasteryRules
from bot.domain.records import UnitRecord
from bot.domain.retaking import Facts
from bot.domain.today import BeforeCheck, before_check
from tests.builders import NOW, a_unit
from tests.domain.test_retaking import failed

HOUR = timedelta(hours=1)


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    """Of at most eight actions, each in one place."""
    number = count()

    def some(depth: int) -> Condition:
        kind = draw(st.sampled_from(["do", "every", "either"] if depth else ["do"]))
        if kind == "do":
            place = next(number)
            act = draw(st.sampled_from([Act.PRE_WORK, Act.REMEDY, Act.WAIT, Act.BOOK]))
            hours = draw(st.integers(1, 4))
            at = NOW + hours * HOUR if act in (Act.WAIT, Act.BOOK) else None
            minutes = 0 if act is Act.WAIT else draw(st.integers(0, 3))
            return Do(Action(act, f"u{place}", "", minutes, "", at))
        parts = tuple(some(depth - 1) for _ in range(draw(st.integers(0, 3 if depth == 1 else 2))))
        return Every(parts) if kind == "every" else Either(parts)

    made = some(3)
    while len(list(actions_of(made))) > 8:
        made = some(2)
    return made


def subsets(condition: Condition) -> list[tuple[Action, ...]]:
    every = list(actions_of(condition))
    return list(chain.from_iterable(combinations(every, size) for size in range(len(every) + 1)))


@given(conditions())
def test_doing_the_list_opens_it_and_leaving_any_one_out_does_not(condition: Condition) -> None:
    found = shortest(condition)
    if found is None:
        assert not any(is_met(condition, each) for each in subsets(condition))
        return
    assert is_met(condition, found)
    for each in found:
        assert not is_met(condition, [other for other in found if other != each])


@given(conditions())
def test_no_other_list_takes_less_work_or_as_much_and_ends_earlier(condition: Condition) -> None:
    found = shortest(condition)
    opening = [cost(each) for each in subsets(condition) if is_met(condition, each)]
    assert (None if found is None else cost(found)) == min(opening, default=None)


MUST = Task("sheet", "The sheet", Level.MUST, minutes=20)
UNIT = a_unit()


def before(**changed: object) -> BeforeCheck:
    facts = Facts(MasteryRules(**{"cooldown_hours": (4,), **changed}))
    return before_check(UNIT, None, None, [failed(1, NOW)], facts, NOW)


def acts(condition: Condition) -> list[Act]:
    return [each.act for each in shortest(condition) or ()]


def test_after_not_yet_the_shortest_way_is_practice_then_the_wait_then_the_check() -> None:
    assert acts(to_pass(UNIT, before(), Slots())) == [Act.REMEDY, Act.WAIT, Act.CHECK]
    assert acts(to_begin(UNIT, before(), Slots())) == [Act.REMEDY, Act.WAIT]


def test_a_request_and_a_session_are_steps_of_their_own_and_a_session_after_the_wait_takes_its_place() -> (
    None
):
    late = Slots(retake=NOW + 9 * HOUR)
    assert acts(to_begin(UNIT, before(by_request=True, in_sessions=True), late)) == [
        Act.REMEDY,
        Act.ASK,
        Act.BOOK,
    ]
    early = Slots(retake=NOW + HOUR)
    assert acts(to_begin(UNIT, before(in_sessions=True), early)) == [Act.REMEDY, Act.BOOK, Act.WAIT]


def test_when_the_tries_are_used_up_only_the_teacher_can_open_it() -> None:
    assert shortest(to_begin(UNIT, before(limit=1), Slots())) is None


def test_who_may_test_out_is_offered_that_and_the_usual_way() -> None:
    fresh = BeforeCheck(None, (MUST,), (), test_out=True)
    condition = to_pass(UNIT, fresh, Slots())
    assert acts(condition) == [Act.TEST_OUT]
    assert acts(without(condition, Act.TEST_OUT)) == [Act.TASK, Act.CHECK]


def test_a_unit_with_nothing_before_it_is_open() -> None:
    assert shortest(to_begin(UNIT, BeforeCheck(None, (), (), test_out=False), Slots())) == ()
    assert is_met(OPEN, ())


def test_several_steps_ahead_the_chain_begins_with_the_first_unit_that_is_open() -> None:
    order = [UnitRecord(place, 1, place, a_unit(slug)) for place, slug in enumerate("abcd")]
    assert to_open("d", order, {"a", "b"}, {"a"}) == ["b", "c"]
    assert to_open("b", order, {"a"}, set()) == ["a"]
    # a newer revision put b behind a, which was mastered: what is open comes first
    assert to_open("b", order, {"a", "c"}, {"a"}) == ["c", "d"]
    assert to_open("b", order, {"a", "c", "d"}, {"a", "c", "d"}) == []
