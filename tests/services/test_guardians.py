"""A guardian is texted under the class's rule, after their own yes, and never of a score (RB12, N15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.messages import GuardianCode, GuardianNudge
from bot.domain.outbox import Kind, State, Way
from bot.domain.phones import BadNumber
from bot.domain.text_messages import TextsEnded
from bot.services.choosing import NoClass, NotStaff
from bot.services.guardians import GuardianAsked, GuardiansOff, Of, OwnNumber, QuietNow
from bot.services.phones import (
    NoCode,
    NoPhone,
    Paused,
    Proven,
    Silent,
    TextsStopped,
    TooManyCodes,
    Unproven,
    WrongCode,
)
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, TEACHER, a_class, posted_pre_work, student
from tests.services.phone_desk import GUARDIANS, NUMBER, TEACHES, WORDING, PhoneDesk, consents

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
async def desk(database: Database) -> PhoneDesk:
    desk = PhoneDesk(database, await a_class(database, students=(ANA, BEN)))
    await desk.places()
    await desk.rule("student")
    return desk


async def given(desk: PhoneDesk, now: datetime = NOW) -> GuardianAsked:
    result = await desk.guardians.give(student(), Of(), GUARDIANS, WORDING, now)
    assert isinstance(result, GuardianAsked)
    return result


async def agreed(desk: PhoneDesk) -> None:
    await given(desk)
    assert len(await desk.texts()) == 1
    assert await desk.hears("111111", GUARDIANS)


async def reachable(desk: PhoneDesk) -> bool:
    person = await desk.person()
    return await desk.database.read(lambda tx: tx.guardians.in_class(desk.section.id).reachable(person))


async def test_a_student_gives_the_number_and_the_guardian_answers_with_the_code(
    desk: PhoneDesk, tmp_path: Path
) -> None:
    assert await given(desk) == GuardianAsked("50", NOW + 10 * MINUTE, by_text=True)
    assert await desk.carried() == [(Way.GUARDIAN, GUARDIANS, GuardianCode("Chem 1", "111111"))]
    assert isinstance(await desk.guardians.status(student(), Of(), NOW), Unproven)
    assert not await reachable(desk)
    assert await desk.hears("111 111", GUARDIANS)
    assert await desk.guardians.status(student(), Of(), NOW) == Proven("50", NOW)
    assert await reachable(desk)
    ana = await desk.person()
    assert consents(tmp_path) == [
        ("asked", "discord", "guardian", WORDING, ana, 64),
        ("confirmed", "text", "guardian", "", None, 64),
    ]


async def test_without_a_web_server_the_code_comes_back_by_way_of_who_gave_the_number(
    desk: PhoneDesk, tmp_path: Path
) -> None:
    await given(desk)
    assert await desk.guardians.enter(student(), Of(), "000000", NOW) == WrongCode(4)
    assert await desk.guardians.enter(student(BEN), Of(), "111111", NOW) == NoCode()
    assert await desk.guardians.enter(student(), Of(), "111-111", NOW) == Proven("50", NOW)
    assert consents(tmp_path)[-1] == ("confirmed", "discord", "guardian", "", await desk.person(), 64)


async def test_no_nudge_reaches_a_guardian_before_their_yes_and_after_their_no(desk: PhoneDesk) -> None:
    prework = (await posted_pre_work(desk.database, desk.section, "measurement")).id
    await given(desk)
    await desk.texts()
    await desk.due(Kind.NUDGE, Way.GUARDIAN, about=prework, key="early")
    assert await desk.texts() == []
    await desk.hears("111111", GUARDIANS)
    await desk.due(Kind.NUDGE, Way.GUARDIAN, about=prework, key="agreed")
    ((way, number, said),) = await desk.carried()
    assert (way, number) == (Way.GUARDIAN, GUARDIANS)
    assert isinstance(said, GuardianNudge)
    await desk.hears("please stop", GUARDIANS)
    await desk.due(Kind.NUDGE, Way.GUARDIAN, about=prework, key="late")
    assert await desk.texts(NOW + MINUTE) == [TextsEnded(True)]
    assert (await desk.row("late")).state is State.FAILED


async def test_the_rule_of_the_class_says_who_may_give_it(desk: PhoneDesk) -> None:
    assert await desk.guardians.give(TEACHES, Of(ANA), GUARDIANS, WORDING, NOW) == GuardiansOff("student")
    await desk.rule("teacher")
    assert await desk.guardians.give(student(), Of(), GUARDIANS, WORDING, NOW) == GuardiansOff("teacher")
    assert await desk.guardians.give(student(BEN), Of(ANA), GUARDIANS, WORDING, NOW) == NotStaff()
    assert isinstance(await desk.guardians.give(TEACHES, Of(ANA), GUARDIANS, WORDING, NOW), GuardianAsked)
    assert await desk.guardians.enter(TEACHES, Of(ANA), "111111", NOW) == Proven("50", NOW)
    await desk.rule("off")
    for result in (
        await desk.guardians.give(student(), Of(), GUARDIANS, WORDING, NOW),
        await desk.guardians.status(TEACHES, Of(ANA), NOW),
        await desk.guardians.stop(student(), Of(), NOW),
    ):
        assert result == GuardiansOff("off")
    assert not await reachable(desk), "a class that turns it off texts no guardian"
    assert await desk.guardians.give(student(404), Of(), GUARDIANS, WORDING, NOW) == NoClass()


async def test_a_students_own_number_is_no_guardians(desk: PhoneDesk) -> None:
    await desk.prove()
    assert await desk.guardians.give(student(), Of(), NUMBER, WORDING, NOW) == OwnNumber()
    assert isinstance(await desk.guardians.give(student(), Of(), "mum", WORDING, NOW), BadNumber)


async def test_no_guardian_is_asked_at_night_by_the_clock_of_their_own_number(desk: PhoneDesk) -> None:
    """Ten in the morning in Berlin is four in Washington, whose number it is."""
    morning = datetime(2026, 11, 24, 9, tzinfo=UTC)
    opens = datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert await desk.guardians.give(student(), Of(), GUARDIANS, WORDING, morning) == QuietNow(opens)
    assert await desk.texts(morning) == []
    await given(desk, opens)


async def test_five_codes_a_day_are_enough(desk: PhoneDesk) -> None:
    for minute in range(5):
        await given(desk, NOW + minute * MINUTE)
    later = NOW + 5 * MINUTE
    again = await desk.guardians.give(student(), Of(), GUARDIANS, WORDING, later)
    assert again == TooManyCodes(NOW + DAY)
    assert len(await desk.texts(later)) == 1, "of five codes at once only the newest is sent"


async def test_a_code_is_good_for_ten_minutes_and_five_tries(desk: PhoneDesk) -> None:
    await given(desk)
    late = NOW + 10 * MINUTE
    assert await desk.guardians.enter(student(), Of(), "111111", late) == NoCode()
    for left in (4, 3, 2, 1):
        assert await desk.guardians.enter(student(), Of(), "000000", NOW) == WrongCode(left)
    assert await desk.guardians.enter(student(), Of(), "000000", NOW) == NoCode()
    assert await desk.guardians.enter(student(), Of(), "111111", NOW) == NoCode()


async def test_a_stranger_who_was_asked_by_mistake_ends_it_with_one_word(desk: PhoneDesk) -> None:
    await given(desk)
    await desk.texts()
    assert await desk.hears("STOP", GUARDIANS)
    assert await desk.texts() == []
    assert await desk.guardians.give(student(), Of(), GUARDIANS, WORDING, NOW) == Silent("50")


async def test_stopped_by_the_student_by_the_teacher_or_on_the_page(desk: PhoneDesk, tmp_path: Path) -> None:
    await agreed(desk)
    assert await desk.guardians.stop(student(), Of(), NOW) == TextsStopped()
    assert await desk.guardians.status(student(), Of(), NOW) == NoPhone(NOW)
    assert consents(tmp_path)[-1][:3] == ("stopped", "discord", "guardian")
    await desk.rule("teacher")
    await desk.guardians.give(TEACHES, Of(ANA), "+12025550151", WORDING, NOW)
    assert await desk.guardians.stop(student(), Of(), NOW) == GuardiansOff("teacher")
    assert await desk.guardians.stop(TEACHES, Of(ANA), NOW) == TextsStopped()
    assert consents(tmp_path)[-1][:3] == ("stopped", "teacher", "guardian")
    await desk.guardians.give(TEACHES, Of(ANA), "+12025550152", WORDING, NOW)
    assert await desk.phones.stop_by_page(await desk.person(), "guardian", NOW) == TextsStopped()


async def test_a_number_that_the_carrier_refuses_is_paused_and_the_teachers_are_told(desk: PhoneDesk) -> None:
    await agreed(desk)
    code = next(each for each in await desk.mail.rows() if each.kind is Kind.GUARDIAN_CODE)
    await desk.receipts.tell(f"SM{code.id}", None, "undelivered", 30006, NOW)
    assert await desk.guardians.status(student(), Of(), NOW) == Paused("50", "the number is a landline")
    assert not await reachable(desk)
    told = [each for each in await desk.mail.rows() if each.kind is Kind.TROUBLE]
    assert [each.way for each in told] == [Way.ROOM]
    assert str(ANA) in told[0].args["why"]
    assert await desk.person(TEACHER)


async def test_a_number_that_the_student_gave_up_a_minute_ago_is_still_their_own(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.phones.stop(student(), NOW)
    assert await desk.guardians.give(student(), Of(), NUMBER, WORDING, NOW) == OwnNumber()
