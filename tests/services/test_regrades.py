"""A faulty question marked anew: shown first, applied whole, and taken back whole."""

from __future__ import annotations

import random
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.outbox import Kind
from bot.domain.questions import Chosen
from bot.domain.records import Section
from bot.domain.regrading import Change, Right
from bot.domain.showing import Asked
from bot.services.ports import Tx
from bot.services.regrades import (
    Applied,
    Faulty,
    Preview,
    RegradedBefore,
    RegradeGone,
    RegradeService,
    RegradeUndone,
    Unfitting,
)
from bot.services.unlocking import NotYet, Passed
from bot.storage.database import Database
from bot.storage.mastery_tables import attempt, attempt_item
from bot.storage.tables import progress
from tests.builders import ANA, BEN, NOW, TEACHER, a_class, a_course, a_unit, single, student
from tests.services.quiz_desk import ONE_HOUR, Desk, execute, progress_of

CAY = BEN + 1
TEACHES = student(TEACHER)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def regrades(desk: Desk) -> RegradeService:
    return RegradeService(desk.database, desk.ids, desk._wake)


def course() -> Any:
    banks = [[single(f"{unit}{n}") for n in range(3)] for unit in "abc"]
    return a_course(
        *(
            a_unit(unit, unit.upper(), bank=bank, cooldown_s=0)
            for unit, bank in zip("abc", banks, strict=True)
        )
    )


async def take(desk: Desk, who: int, picks: dict[str, int], now: Any = NOW) -> Passed | NotYet:
    """Takes the next check with these options chosen, by question; the first of a question is right."""
    asked = await desk.begin(who, now)
    _, items = await desk.stored(asked.attempt, who)
    for each in items:
        place = each.shown.index(picks.get(each.question.slug, 0))
        await desk.quizzes.answer(student(who), asked.attempt, each.position, Chosen((place,)), now)
    result = await desk.quizzes.submit(student(who), asked.attempt, now)
    assert isinstance(result, Passed | NotYet)
    return result


async def previewed(
    regrades: RegradeService, question: str, change: Change, unit: str = "a", now: Any = NOW
) -> Preview:
    faulty = await regrades.open(TEACHES, None, unit, question, "two are right", now)
    assert isinstance(faulty, Faulty), faulty
    preview = await regrades.preview(TEACHES, faulty.handle, change, now)
    assert isinstance(preview, Preview), preview
    return preview


async def regraded(
    regrades: RegradeService,
    question: str,
    change: Change,
    *,
    takes_back: bool = False,
    unit: str = "a",
    now: Any = NOW,
) -> Applied:
    preview = await previewed(regrades, question, change, unit, now)
    applied = await regrades.apply(TEACHES, preview.handle, now, takes_back=takes_back)
    assert isinstance(applied, Applied), applied
    return applied


def everything(tx: Tx) -> list[list[Any]]:
    """All that a regrade may touch."""
    return [
        [tuple(row) for row in execute(tx, sa.select(kind).order_by(*kind.primary_key.columns))]
        for kind in (attempt, attempt_item, progress)
    ]


async def open_to(desk: Desk, section: Section, who: int) -> set[str]:
    return set(await desk.database.read(progress_of, section, who))


async def test_a_preview_says_who_passes_now_and_changes_nothing(
    desk: Desk, regrades: RegradeService
) -> None:
    await a_class(desk.database, course(), students=(ANA, BEN))
    await take(desk, ANA, {"a0": 1})
    await take(desk, BEN, {"a0": 1, "a1": 1})
    before = await desk.database.read(everything)
    preview = await previewed(regrades, "a0", Change(Right.ALSO, "1"))
    moved = [
        (each.student, each.before.passed, each.after.passed, each.after.score) for each in preview.shifts
    ]
    assert moved == [(ANA, False, True, 1), (BEN, False, False, Fraction(2, 3))]
    assert await desk.database.read(everything) == before


async def test_applied_it_opens_units_and_tells_those_whose_result_changed(
    desk: Desk, regrades: RegradeService
) -> None:
    chem = await a_class(desk.database, course(), students=(ANA, BEN, CAY))
    await take(desk, ANA, {"a0": 1})
    await take(desk, BEN, {"a1": 1})
    await take(desk, CAY, {})
    applied = await regraded(regrades, "a0", Change(Right.ALSO, "1"))
    assert (applied.changed, applied.opened, applied.closed) == (1, 1, 0)
    assert await open_to(desk, chem, ANA) == {"a", "b"}
    assert await open_to(desk, chem, BEN) == {"a"}
    (told,) = await desk.deliveries(Kind.RESULT_CHANGED)
    assert told.args["passes"] is True


async def test_a_pass_that_would_go_is_kept_unless_the_teacher_takes_it_back(
    desk: Desk, regrades: RegradeService
) -> None:
    chem = await a_class(desk.database, course(), students=(ANA,))
    await take(desk, ANA, {})
    kept = await regraded(regrades, "a0", Change(Right.INSTEAD, "1"))
    assert kept.closed == 0
    assert await open_to(desk, chem, ANA) == {"a", "b"}
    assert isinstance(await regrades.undo(TEACHES, kept.handle, NOW), RegradeUndone)
    taken = await regraded(regrades, "a0", Change(Right.INSTEAD, "1"), takes_back=True)
    assert taken.closed == 1
    assert await open_to(desk, chem, ANA) == {"a"}
    assert len(await desk.deliveries(Kind.TAKE_ROLE)) == 1


async def test_coming_checks_are_marked_by_the_mended_key(desk: Desk, regrades: RegradeService) -> None:
    await a_class(desk.database, course(), students=(ANA, BEN))
    await take(desk, ANA, {"a0": 1})
    await regraded(regrades, "a0", Change(Right.ALSO, "1"))
    assert isinstance(await take(desk, BEN, {"a0": 1}), Passed)


async def test_a_question_that_was_dropped_is_asked_no_more(desk: Desk, regrades: RegradeService) -> None:
    await a_class(desk.database, course(), students=(ANA, BEN))
    await take(desk, ANA, {"a0": 1})
    await regraded(regrades, "a0", Change(Right.DROPPED))
    asked = await desk.begin(BEN)
    _, items = await desk.stored(asked.attempt, BEN)
    assert {each.question.slug for each in items} == {"a1", "a2"}


@pytest.mark.parametrize("right", [Right.DROPPED, Right.EVERYTHING])
async def test_who_was_in_the_middle_of_it_is_marked_like_everybody(
    desk: Desk, regrades: RegradeService, right: Right
) -> None:
    await a_class(desk.database, course(), students=(ANA, BEN))
    await take(desk, ANA, {"a0": 1})
    asked = await desk.begin(BEN)
    assert isinstance(asked, Asked)
    await regraded(regrades, "a0", Change(right))
    assert isinstance(await take(desk, BEN, {"a0": 1}), Passed)


async def test_pressed_twice_it_is_applied_once_and_a_second_regrade_waits_for_the_undo(
    desk: Desk, regrades: RegradeService
) -> None:
    await a_class(desk.database, course())
    await take(desk, ANA, {"a0": 1})
    preview = await previewed(regrades, "a0", Change(Right.ALSO, "1"))
    assert isinstance(await regrades.apply(TEACHES, preview.handle, NOW, takes_back=False), Applied)
    assert isinstance(await regrades.apply(TEACHES, preview.handle, NOW, takes_back=False), RegradeGone)
    assert isinstance(await regrades.open(TEACHES, None, "a", "a0", "again", NOW), RegradedBefore)


async def test_what_is_no_option_of_it_is_said_to_be_none(desk: Desk, regrades: RegradeService) -> None:
    await a_class(desk.database, course())
    faulty = await regrades.open(TEACHES, None, "a", "a0", "why", NOW)
    assert isinstance(faulty, Faulty)
    assert isinstance(await regrades.preview(TEACHES, faulty.handle, Change(Right.ALSO, "9"), NOW), Unfitting)


CHANGES = (
    Change(Right.ALSO, "1"),
    Change(Right.INSTEAD, "1"),
    Change(Right.INSTEAD, "2"),
    Change(Right.EVERYTHING),
    Change(Right.DROPPED),
)


@pytest.mark.parametrize("seed", range(25))
async def test_applying_and_undoing_in_any_order_ends_where_it_began(
    desk: Desk, regrades: RegradeService, seed: int
) -> None:
    """Checks taken in between stay, and are marked as if no regrade had ever been."""
    dice = random.Random(seed)
    await a_class(desk.database, course(), students=(ANA, BEN, CAY))
    clock = NOW
    for _ in range(5):
        clock += ONE_HOUR
        await try_one(desk, dice, clock)
    before = await desk.database.read(everything)
    applied = [
        await regraded(regrades, f"a{n}", dice.choice(CHANGES), takes_back=dice.random() < 0.5, now=clock)
        for n in range(dice.randint(1, 3))
    ]
    dice.shuffle(applied)
    for each in applied:
        assert isinstance(
            await regrades.undo(TEACHES, each.handle, clock + timedelta(minutes=1)), RegradeUndone
        )
    assert await desk.database.read(everything) == before


async def try_one(desk: Desk, dice: random.Random, now: Any) -> None:
    who = dice.choice((ANA, BEN, CAY))
    result = await desk.quizzes.begin(student(who), None, None, now)
    if not isinstance(result, Asked):
        return
    unit = result.unit_title.lower()
    await take(desk, who, {f"{unit}{n}": dice.choice((0, 0, 1, 2)) for n in range(3)}, now)
