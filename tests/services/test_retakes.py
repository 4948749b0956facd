"""A retake over missed objectives: shorter, and a pass still means the bar over the whole check (K11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from bot.domain.mastery_rules import MasteryRules
from bot.domain.records import Section
from bot.services.ports import Tx
from bot.services.unlocking import NotYet, Passed
from bot.storage.database import Database
from tests.builders import NOW, a_class, a_course, a_unit, single, student
from tests.services.quiz_desk import Desk

BANK = [single(f"a{n}", "1.1") for n in range(6)] + [single(f"b{n}", "1.2") for n in range(6)]


def only_missed(tx: Tx, section: Section) -> None:
    tx.mastery_rules.keep(section.id, replace(MasteryRules(), only_missed=True, cooldown_hours=(0,)))


async def take(desk: Desk, miss: dict[str, int], hours: int) -> tuple[list[str], Passed | NotYet]:
    """Answers wrong as many questions of each objective as ``miss`` says; gives the objectives asked."""
    now = NOW + timedelta(hours=hours)
    asked = await desk.begin(now=now)
    _, items = await desk.stored(asked.attempt)
    left = dict(miss)
    for each in items:
        wrong = left.get(each.question.objective, 0) > 0
        left[each.question.objective] = left.get(each.question.objective, 0) - 1
        pick = desk.wrong if wrong else desk.right
        await desk.quizzes.answer(
            student(), asked.attempt, each.position, await pick(asked.attempt, each.position), now
        )
    result = await desk.quizzes.submit(student(), asked.attempt, now)
    assert isinstance(result, Passed | NotYet)
    if isinstance(result, NotYet):
        await desk.work_on_it(now=now)
    return [each.question.objective for each in items], result


async def test_what_was_right_is_kept_and_what_was_missed_is_asked_again_as_long_as_it_takes(
    database: Database,
) -> None:
    desk = Desk(database)
    section = await a_class(database, a_course(a_unit(bank=BANK, draw=6)), bar=80)
    await database.write(only_missed, section)
    asked, first = await take(desk, {"1.2": 2}, 0)
    assert sorted(asked) == ["1.1"] * 3 + ["1.2"] * 3
    assert first.score == Fraction(4, 6)
    asked, second = await take(desk, {"1.2": 3}, 1)
    assert asked == ["1.2"] * 3
    assert second.score == Fraction(3, 6)
    assert [(each.earned, each.asked) for each in second.objectives] == [(3, 3), (0, 3)]
    asked, third = await take(desk, {"1.2": 1}, 2)
    assert asked == ["1.2"] * 3
    assert third.score == Fraction(5, 6)
    assert isinstance(third, Passed)


async def test_without_that_rule_the_whole_check_is_asked_again(database: Database) -> None:
    desk = Desk(database)
    await a_class(database, a_course(a_unit(bank=BANK, draw=6, cooldown_s=0)), bar=80)
    await take(desk, {"1.2": 2}, 0)
    asked, second = await take(desk, {"1.1": 2}, 1)
    assert sorted(asked) == ["1.1"] * 3 + ["1.2"] * 3
    assert second.score == Fraction(4, 6)
