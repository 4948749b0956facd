"""Who says stop, in whatever words and wherever, is texted no more; and who answers, is heard (RB8, RB9, RB12)."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.domain.messages import Closed, PhoneCode
from bot.domain.outbox import Kind, State, Way
from bot.domain.text_messages import TextHelp, TextsEnded
from bot.services.choosing import NotStaff
from bot.services.optouts import StopSaid, said
from bot.services.phones import CodeSent, NoPhone, Proven, Silent, TextsStopped
from bot.storage.database import Database
from bot.storage.secrets import Vault
from tests.builders import ANA, BEN, NOW, TEACHER, a_class, posted_pre_work, student
from tests.services.phone_desk import NUMBER, OTHER, TEACHES, VAULT, WORDING, PhoneDesk, consents

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
async def desk(database: Database) -> PhoneDesk:
    desk = PhoneDesk(database, await a_class(database, students=(ANA, BEN)))
    await desk.places()
    return desk


@pytest.fixture
async def prework(desk: PhoneDesk) -> int:
    return (await posted_pre_work(desk.database, desk.section, "measurement")).id


async def test_a_stop_by_text_ends_what_waits_and_is_written_down(
    desk: PhoneDesk, prework: int, tmp_path: Path
) -> None:
    """RB9: the last look is the earliest instant at which a text could go out."""
    await desk.prove()
    await desk.due(Kind.NUDGE, about=prework)
    assert await desk.hears("STOP")
    assert await desk.texts() == []
    assert (await desk.row("a text")).state is State.FAILED
    assert await desk.phones.status(student(), NOW) == NoPhone(NOW)
    assert consents(tmp_path)[-1] == ("stopped", "text", "student", "STOP", None, 64)
    lines = await desk.database.read(lambda tx: tx.history.broken())
    assert lines is None


async def test_a_carriers_own_word_gets_no_answer_of_ours(desk: PhoneDesk) -> None:
    await desk.prove()
    assert await desk.hears(" Stop ")
    assert await desk.texts() == []


@pytest.mark.parametrize(("body", "is_sure"), [("Please stop texting me!", True), ("leave me alone", False)])
async def test_a_stop_in_free_words_is_confirmed_exactly_once(
    desk: PhoneDesk, body: str, is_sure: bool
) -> None:
    await desk.prove()
    assert await desk.hears(body)
    assert await desk.hears(body, now=NOW + timedelta(seconds=20))
    assert await desk.carried(NOW + MINUTE) == [(Way.SMS, NUMBER, TextsEnded(is_sure))]
    assert await desk.carried(NOW + 2 * MINUTE) == []
    row = next(each for each in await desk.mail.rows() if each.kind is Kind.TEXTS_ENDED)
    assert "sealed" not in row.args, "the number is forgotten with the last text"


async def test_a_confirmation_that_comes_too_late_does_not_come(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.hears("stop texting me")
    assert await desk.carried(NOW + 5 * MINUTE) == []


async def test_a_stop_told_twice_is_done_once(desk: PhoneDesk) -> None:
    """Twilio repeats a webhook, and a repeat of an old START must not undo a newer stop."""
    await desk.prove()
    assert await desk.hears("START", sid="SM1")
    assert await desk.hears("no more texts please", sid="SM2")
    for sid, body in (("SM2", "no more texts please"), ("SM1", "START")):
        assert await desk.hears(body, sid=sid)
    assert len(await desk.texts()) == 1
    assert isinstance(await desk.phones.give(student(BEN), NUMBER, WORDING, NOW), Silent)


async def test_after_a_stop_no_path_reaches_that_number_until_start_from_it(
    desk: PhoneDesk, prework: int
) -> None:
    """Not even a code asked for by somebody else; and a START from another phone changes nothing (RB8)."""
    await desk.prove()
    await desk.prove(student(BEN), OTHER)
    await desk.hears("STOP")
    for who in (student(), student(BEN)):
        assert await desk.phones.give(who, NUMBER, WORDING, NOW + MINUTE) == Silent("42")
    assert await desk.hears("START", OTHER)
    assert isinstance(await desk.phones.give(student(), NUMBER, WORDING, NOW + MINUTE), Silent)
    assert await desk.texts(NOW + MINUTE) == []
    assert await desk.hears("Start")
    assert isinstance(await desk.phones.give(student(), NUMBER, WORDING, NOW + MINUTE), CodeSent)
    assert isinstance((await desk.texts(NOW + MINUTE))[0], PhoneCode)


async def test_a_stop_outlives_a_change_of_key(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.hears("STOP")
    rotated = Vault([Fernet.generate_key().decode(), *VAULT._keys])
    desk.phones._cipher = rotated
    assert isinstance(await desk.phones.give(student(), NUMBER, WORDING, NOW), Silent)


async def test_a_phone_that_two_share_is_silent_for_both(desk: PhoneDesk, prework: int) -> None:
    await desk.prove()
    await desk.prove(student(BEN))
    await desk.due(Kind.NUDGE, about=prework, account=BEN)
    assert await desk.hears("quit")
    assert await desk.texts() == []
    for who in (student(), student(BEN)):
        assert isinstance(await desk.phones.status(who, NOW), NoPhone)


async def test_a_stop_said_on_discord_silences_the_number_for_whoever_shares_it(
    desk: PhoneDesk, prework: int
) -> None:
    await desk.prove()
    await desk.prove(student(BEN))
    assert await desk.phones.stop(student(), NOW) == TextsStopped()
    await desk.due(Kind.NUDGE, about=prework, account=BEN)
    assert await desk.texts() == []
    assert await desk.phones.status(student(BEN), NOW) == Silent("42")


async def test_who_stopped_on_discord_may_start_there_again(desk: PhoneDesk) -> None:
    await desk.prove()
    await desk.phones.stop(student(), NOW)
    assert isinstance(await desk.phones.give(student(BEN), NUMBER, WORDING, NOW), Silent)
    await desk.prove(now=NOW + MINUTE)


async def test_stopping_a_number_that_was_never_proven_silences_nobody_else(desk: PhoneDesk) -> None:
    """Else anybody could silence anybody's phone."""
    await desk.prove()
    await desk.phones.give(student(BEN), NUMBER, WORDING, NOW)
    await desk.phones.stop(student(BEN), NOW)
    assert isinstance(await desk.phones.status(student(), NOW), Proven)


async def test_a_wrong_number_ends_with_at_most_one_reply(desk: PhoneDesk) -> None:
    """RB12: a code went to a stranger."""
    await desk.phones.give(student(), NUMBER, WORDING, NOW)
    assert len(await desk.texts()) == 1
    assert await desk.hears("Wrong number!")
    assert await desk.texts() == [TextsEnded(False)]
    assert await desk.hears("STOP IT NOW")
    assert isinstance(await desk.phones.give(student(), NUMBER, WORDING, NOW), Silent)
    assert await desk.texts() == []


async def test_help_is_answered_once_a_day(desk: PhoneDesk) -> None:
    await desk.prove()
    assert await desk.hears("HELP")
    assert await desk.hears("help?")
    assert await desk.carried() == [(Way.SMS, NUMBER, TextHelp("Chem 1"))]
    await desk.hears("STOP")
    assert await desk.hears("HELP", now=NOW + 25 * HOUR)
    assert await desk.texts(NOW + 25 * HOUR) == []


async def test_a_code_texted_back_proves_the_phone_and_five_wrong_ones_end_it(desk: PhoneDesk) -> None:
    await desk.phones.give(student(), NUMBER, WORDING, NOW)
    assert await desk.hears("my code: 000 000")
    assert await desk.hears("111-111", OTHER), "from another phone it is nobody's"
    assert await desk.hears("It is 111 111")
    assert await desk.phones.status(student(), NOW) == Proven("42", NOW)
    await desk.phones.give(student(BEN), OTHER, WORDING, NOW)
    for _ in range(5):
        await desk.hears("999999", OTHER)
    await desk.hears("222222", OTHER)
    assert not isinstance(await desk.phones.status(student(BEN), NOW), Proven)


async def test_words_to_a_teacher_are_for_the_teacher(desk: PhoneDesk) -> None:
    await desk.prove()
    for body in ("When does office hour stop?", "yes", "123456 is what I get for question 2", "I need help"):
        assert not await desk.hears(body)


async def test_a_stranger_gets_no_answer_and_the_log_no_number(
    desk: PhoneDesk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for body in ("hello?", "HELP", "stop", "111111"):
            assert await desk.hears(body, OTHER)
    assert await desk.texts() == []
    assert caplog.text.count("nobody") == 3
    assert "5550143" not in caplog.text


async def test_a_strangers_stop_is_kept_in_mind(desk: PhoneDesk) -> None:
    await desk.hears("STOP", OTHER)
    assert isinstance(await desk.phones.give(student(), OTHER, WORDING, NOW), Silent)


# --- on Discord, on a page, by a teacher -------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("stop", StopSaid(texts=True, inbox=True)),
        ("please no more messages", StopSaid(texts=True, inbox=True)),
        ("stop texting my phone", StopSaid(texts=True, inbox=False)),
        ("stop texting me", StopSaid(texts=True, inbox=False)),
        ("when does it stop?", None),
    ],
)
async def test_stop_in_a_direct_message_ends_texts_and_what_it_speaks_of(
    desk: PhoneDesk, body: str, found: StopSaid | None, tmp_path: Path
) -> None:
    await desk.prove()
    await desk.open_inbox()
    result = await desk.database.write(said, await desk.person(), body, "dm", NOW)
    assert result == found
    account = await desk.database.read(lambda tx: tx.people.of(ANA))
    assert account is not None
    assert account.dm_open is not (result is not None and result.inbox)
    if result is not None:
        assert consents(tmp_path)[-1][:2] == ("stopped", "dm")


async def test_a_teacher_stops_texts_for_a_student_of_theirs_and_that_is_on_record(
    desk: PhoneDesk, tmp_path: Path
) -> None:
    await desk.prove()
    assert await desk.phones.stop_for(student(BEN), ANA, NOW) == NotStaff()
    assert await desk.phones.stop_for(TEACHES, 404, NOW) == NotStaff()
    assert await desk.phones.stop_for(TEACHES, ANA, NOW) == TextsStopped()
    assert consents(tmp_path)[-1][:5] == ("stopped", "teacher", "student", "", await desk.person(TEACHER))
    assert await desk.phones.stop_for(TEACHES, ANA, NOW) == NoPhone(NOW)


async def test_the_page_stops_at_once(desk: PhoneDesk, prework: int, tmp_path: Path) -> None:
    await desk.prove()
    await desk.due(Kind.NUDGE, about=prework)
    assert await desk.phones.stop_by_page(await desk.person(), "student", NOW) == TextsStopped()
    assert await desk.texts() == []
    assert consents(tmp_path)[-1][:3] == ("stopped", "page", "student")
    assert isinstance(await desk.phones.stop_by_page(await desk.person(), "guardian", NOW), NoPhone)


async def test_twilios_refusal_of_a_number_that_said_stop_is_a_stop_for_everybody(
    desk: PhoneDesk, prework: int, tmp_path: Path
) -> None:
    """N18: 21610, where no web server hears the STOP itself."""
    await desk.prove()
    await desk.due(Kind.NUDGE, about=prework)
    stop = Closed("STOP was answered from that phone", stopped=True)
    await desk.carried(fate=lambda row: stop if row.way is Way.SMS else None)  # type: ignore[arg-type,return-value]
    assert consents(tmp_path)[-1][:2] == ("stopped", "carrier")
    assert isinstance(await desk.phones.give(student(BEN), NUMBER, WORDING, NOW), Silent)
