"""START means what was texted: what the phone had proven goes on, and where a step is missing, that is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.outbox import Kind
from bot.domain.text_messages import TextsAgain, TextsEnded
from bot.services.guardians import Of
from bot.services.phones import NoPhone, Proven
from bot.storage.database import Database
from tests.builders import ANA, BEN, NOW, a_class, posted_pre_work, student
from tests.services.phone_desk import GUARDIANS, NUMBER, OTHER, TEACHES, WORDING, PhoneDesk

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def desk(database: Database) -> PhoneDesk:
    desk = PhoneDesk(database, await a_class(database, students=(ANA, BEN)))
    await desk.places()
    return desk


async def nudged(desk: PhoneDesk, now: object = NOW) -> bool:
    """Whether a nudge that is due goes out by text."""
    about = (await posted_pre_work(desk.database, desk.section, "measurement")).id
    await desk.due(Kind.NUDGE, about=about, key="again", now=NOW + MINUTE)
    return any(number == NUMBER for _, number, _ in await desk.carried(NOW + MINUTE))


@pytest.mark.parametrize(
    "start", ["START", "start.", "Unstop", "YES", "yes please", "that's not what I meant"]
)
async def test_after_a_stop_that_was_not_meant_texts_go_on_and_that_is_said(
    desk: PhoneDesk, start: str
) -> None:
    await desk.prove()
    await desk.hears("leave me alone")
    assert await desk.texts() == [TextsEnded(False)]
    assert await desk.hears(start)
    assert await desk.texts() == [TextsAgain(True, False)]
    assert await desk.phones.status(student(), NOW) == Proven("42", NOW)
    assert await nudged(desk)


async def test_after_twilios_own_stop_texts_go_on_and_twilio_says_so(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.hears("STOP")
    await desk.hears("START")
    assert await desk.texts() == []
    assert await nudged(desk)


async def test_a_phone_that_was_never_proven_hears_which_step_is_missing(desk: PhoneDesk) -> None:
    await desk.phones.give(student(), NUMBER, WORDING, NOW)
    await desk.texts()
    await desk.hears("who is this")
    await desk.texts()
    await desk.hears("START")
    assert await desk.texts() == [TextsAgain(False, False)]
    assert isinstance(await desk.phones.status(student(), NOW), NoPhone)


async def test_two_who_share_a_phone_both_go_on(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.prove(student(BEN))
    await desk.hears("no more texts")
    await desk.hears("START")
    for who in (student(), student(BEN)):
        assert isinstance(await desk.phones.status(who, NOW), Proven)


async def test_a_start_from_elsewhere_or_from_nobody_starts_nothing(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.hears("no more texts")
    await desk.texts()
    await desk.hears("START", OTHER)
    assert await desk.texts() == []
    assert isinstance(await desk.phones.status(student(), NOW), NoPhone)


async def test_yes_from_a_phone_that_is_texted_is_for_the_teacher(desk: PhoneDesk) -> None:
    await desk.prove()
    assert not await desk.hears("yes")


async def test_another_number_given_since_is_not_replaced_by_a_start_of_the_old_one(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.hears("no more texts")
    await desk.prove(number=OTHER)
    await desk.hears("START")
    assert await desk.phones.status(student(), NOW) == Proven("43", NOW)


@pytest.mark.parametrize("stopped_by_teacher", [True, False])
async def test_a_guardian_starts_again_what_they_ended_but_not_what_the_teacher_ended(
    desk: PhoneDesk, *, stopped_by_teacher: bool
) -> None:
    await desk.rule("teacher")
    await desk.guardians.give(TEACHES, Of(ANA), GUARDIANS, WORDING, NOW)
    await desk.texts()
    await desk.hears("111111", GUARDIANS)
    if stopped_by_teacher:
        await desk.guardians.stop(TEACHES, Of(ANA), NOW)
    else:
        await desk.hears("please stop", GUARDIANS)
    await desk.hears("START", GUARDIANS)
    found = await desk.guardians.status(TEACHES, Of(ANA), NOW)
    assert isinstance(found, NoPhone if stopped_by_teacher else Proven)
