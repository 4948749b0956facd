"""A phone is texted only once its owner has proven it, and never after they stopped."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.domain.messages import PhoneCode
from bot.domain.outbox import Delivery, Kind, Way
from bot.domain.phones import BadNumber, Holder
from bot.domain.records import Asker
from bot.formats.numbers import PhoneNumbers
from bot.services.choosing import NoClass
from bot.services.phones import (
    CodeSent,
    LostKey,
    NoCode,
    NoPhone,
    PhoneService,
    Proven,
    TextsOff,
    TextsStopped,
    TooManyCodes,
    Unproven,
    WrongCode,
    phone_code,
)
from bot.services.ports import Tx
from bot.services.texting import stop_texts
from bot.storage.database import Database
from bot.storage.secrets import Vault
from tests.builders import ANA, BEN, NOW, Ids, a_class, student

KEY = Fernet.generate_key().decode()
VAULT = Vault([KEY])
NUMBER = "+12025550142"
WORDING = "I may text you."
STRANGER = student(200_000_000_000_000_099)


@dataclass(slots=True)
class Desk:
    """A class of Ana and Ben; codes are 111111, 222222 and so on."""

    database: Database
    service: PhoneService
    wakes: list[int] = field(default_factory=list)

    async def texts(self) -> list[Delivery]:
        """What is due to be texted; each is given once."""
        due = await self.database.write(_claim, NOW + timedelta(days=2))
        assert all(each.way is Way.SMS for each in due)
        return list(due)

    async def says(self, text: Delivery) -> PhoneCode | str:
        return await self.database.read(phone_code, text, NOW, VAULT)

    async def texted_to(self, account: int = ANA) -> str | None:
        sealed = await self.database.read(_number, account)
        return VAULT.decrypt(sealed) if sealed else None

    async def proven(self, who: Asker, code: str = "111111") -> None:
        assert isinstance(await self.service.give(who, NUMBER, WORDING, NOW), CodeSent)
        assert isinstance(await self.service.enter(who, code, NOW), Proven)


def _claim(tx: Tx, now: datetime) -> Sequence[Delivery]:
    claimed = tx.outbox.claim(now, list(Way), 50, "a test", now)
    return [each for each in claimed if isinstance(each, Delivery)]


def _number(tx: Tx, account: int, *, unconfirmed: bool = False) -> bytes | None:
    return tx.phones.number_to_text(_person(tx, account), unconfirmed=unconfirmed)


def _person(tx: Tx, account: int) -> int:
    found = tx.people.of(account)
    assert found is not None
    return found.person


@pytest.fixture
async def desk(database: Database) -> Desk:
    await a_class(database, students=(ANA, BEN))
    return a_desk(database)


def a_desk(database: Database, vault: Vault | None = VAULT) -> Desk:
    codes, wakes = iter(str(each) * 6 for each in range(1, 10)), []
    numbers = PhoneNumbers() if vault else None
    service = PhoneService(database, numbers, vault, Ids(), lambda: next(codes), lambda: wakes.append(1))
    return Desk(database, service, wakes)


async def test_a_number_is_texted_once_its_code_was_entered_and_not_before(desk: Desk) -> None:
    assert await desk.service.status(student(), NOW) == NoPhone(None)
    sent = await desk.service.give(student(), "+1 202 555 0142", WORDING, NOW)
    assert sent == CodeSent("42", NOW + timedelta(minutes=10))
    assert desk.wakes
    assert await desk.texted_to() is None
    assert await desk.service.status(student(), NOW) == Unproven("42", NOW + timedelta(minutes=10))
    assert await desk.service.enter(student(), " 111 111 ", NOW) == Proven("42", NOW)
    assert await desk.texted_to() == NUMBER
    assert await desk.service.status(student(), NOW) == Proven("42", NOW)


async def test_the_code_goes_out_at_once_as_a_text_and_says_how_long_it_is_good(desk: Desk) -> None:
    await desk.service.give(student(), NUMBER, WORDING, NOW)
    (text,) = await desk.texts()
    assert (text.kind, text.way, text.due_at, text.expires_at) == (
        Kind.PHONE_CODE,
        Way.SMS,
        NOW,
        NOW + timedelta(minutes=10),
    )
    assert await desk.says(text) == PhoneCode("111111", 10)
    proving = await desk.database.read(_number, ANA, unconfirmed=True)
    assert proving is not None
    assert VAULT.decrypt(proving) == NUMBER


async def test_of_two_codes_only_the_newest_is_sent_and_good(desk: Desk) -> None:
    await desk.service.give(student(), NUMBER, WORDING, NOW)
    await desk.service.give(student(), NUMBER, WORDING, NOW + timedelta(seconds=5))
    first, second = await desk.texts()
    assert isinstance(await desk.says(first), str)
    assert await desk.says(second) == PhoneCode("222222", 10)
    assert await desk.service.enter(student(), "111111", NOW) == WrongCode(4)
    assert isinstance(await desk.service.enter(student(), "222222", NOW), Proven)


async def test_five_wrong_codes_and_it_is_good_no_more_even_for_the_right_one(desk: Desk) -> None:
    await desk.service.give(student(), NUMBER, WORDING, NOW)
    results = [await desk.service.enter(student(), "000000", NOW) for _ in range(5)]
    assert results == [WrongCode(4), WrongCode(3), WrongCode(2), WrongCode(1), NoCode()]
    assert await desk.service.enter(student(), "111111", NOW) == NoCode()
    assert await desk.service.status(student(), NOW) == Unproven("42", None)


async def test_many_guesses_at_once_are_counted_one_by_one(desk: Desk) -> None:
    await desk.service.give(student(), NUMBER, WORDING, NOW)
    guesses = (desk.service.enter(student(), f"{each:06}", NOW) for each in range(40))
    assert Counter(type(each) for each in await asyncio.gather(*guesses)) == {WrongCode: 4, NoCode: 36}


async def test_a_code_is_good_for_ten_minutes(desk: Desk) -> None:
    await desk.service.give(student(), NUMBER, WORDING, NOW)
    assert await desk.service.enter(student(), "111111", NOW + timedelta(minutes=10)) == NoCode()
    last = NOW + timedelta(minutes=9, seconds=59)
    assert isinstance(await desk.service.enter(student(), "111111", last), Proven)


async def test_five_codes_a_day_are_enough(desk: Desk) -> None:
    for minute in range(5):
        at = NOW + timedelta(minutes=minute)
        assert isinstance(await desk.service.give(student(), NUMBER, WORDING, at), CodeSent)
    later = NOW + timedelta(hours=1)
    assert await desk.service.give(student(), NUMBER, WORDING, later) == TooManyCodes(NOW + timedelta(days=1))
    assert len(await desk.texts()) == 5
    assert isinstance(await desk.service.give(student(BEN), NUMBER, WORDING, later), CodeSent)
    assert isinstance(await desk.service.give(student(), NUMBER, WORDING, NOW + timedelta(days=1)), CodeSent)


async def test_a_code_is_of_no_use_to_anybody_else(desk: Desk) -> None:
    await desk.service.give(student(ANA), NUMBER, WORDING, NOW)
    assert await desk.service.enter(student(BEN), "111111", NOW) == NoCode()
    assert await desk.service.enter(STRANGER, "111111", NOW) == NoCode()
    assert await desk.texted_to(BEN) is None


async def test_what_is_no_number_costs_nothing(desk: Desk) -> None:
    assert isinstance(await desk.service.give(student(), "my phone", WORDING, NOW), BadNumber)
    assert await desk.texts() == []
    assert await desk.service.status(student(), NOW) == NoPhone(None)


async def test_a_national_number_is_of_the_classs_country(desk: Desk) -> None:
    await desk.service.give(student(), "0151 23456789", WORDING, NOW)
    await desk.service.enter(student(), "111111", NOW)
    assert await desk.texted_to() == "+4915123456789"


async def test_stopping_ends_texts_at_once_and_forgets_the_number(desk: Desk) -> None:
    await desk.proven(student())
    assert await desk.service.stop(student(), NOW) == TextsStopped()
    assert await desk.texted_to() is None
    assert await desk.service.status(student(), NOW) == NoPhone(NOW)
    assert await desk.service.stop(student(), NOW + timedelta(hours=1)) == NoPhone(NOW)
    record = await desk.database.read(lambda tx: tx.phones.of(_person(tx, ANA)))
    assert record is not None
    assert record.number == b""


async def test_stopping_before_the_code_was_entered_holds_the_code_back_too(desk: Desk) -> None:
    await desk.service.give(student(), NUMBER, WORDING, NOW)
    (text,) = await desk.texts()
    await desk.service.stop(student(), NOW)
    assert isinstance(await desk.says(text), str)
    assert await desk.service.enter(student(), "111111", NOW) == NoCode()


async def test_after_stopping_a_number_has_to_be_proven_anew(desk: Desk) -> None:
    await desk.proven(student())
    await desk.service.stop(student(), NOW)
    await desk.service.give(student(), NUMBER, WORDING, NOW + timedelta(hours=1))
    assert await desk.texted_to() is None
    await desk.service.enter(student(), "222222", NOW + timedelta(hours=1))
    assert await desk.texted_to() == NUMBER


async def test_a_new_number_takes_the_olds_place_only_with_its_own_code(desk: Desk) -> None:
    await desk.proven(student())
    await desk.service.give(student(), "+12025550143", WORDING, NOW + timedelta(hours=1))
    assert await desk.texted_to() is None
    assert await desk.service.enter(student(), "111111", NOW + timedelta(hours=1)) == WrongCode(4)


async def test_a_carriers_lasting_refusal_stops_texts(desk: Desk) -> None:
    await desk.proven(student())
    person = await desk.database.read(_person, ANA)
    assert await desk.database.write(stop_texts, Holder(person), "carrier", NOW)
    assert await desk.texted_to() is None
    assert not await desk.database.write(stop_texts, Holder(person), "carrier", NOW)


async def test_every_act_of_consent_is_kept_with_what_was_shown(desk: Desk, tmp_path: Path) -> None:
    await desk.proven(student())
    await desk.service.stop(student(), NOW + timedelta(days=1))
    with closing(sqlite3.connect(tmp_path / "flipcord.sqlite3")) as file:
        rows = file.execute("SELECT act, via, wording FROM consent ORDER BY id").fetchall()
    assert rows == [
        ("asked", "discord", WORDING),
        ("confirmed", "discord", ""),
        ("stopped", "discord", ""),
    ]


async def test_numbers_and_codes_are_nowhere_in_the_file(desk: Desk, tmp_path: Path) -> None:
    """RC6: in no formatting of theirs."""
    await desk.proven(student())
    await desk.service.give(student(BEN), "+12025550199", WORDING, NOW)
    contents = _everything_in(tmp_path)
    assert WORDING.encode() in contents
    for secret in (b"2025550142", b"2025550199", b"5550142", b"555-0142", b"111111", b"222222"):
        assert secret not in contents


def _everything_in(folder: Path) -> bytes:
    """The database with what is not checkpointed yet."""
    return b"".join(each.read_bytes() for each in folder.glob("flipcord.sqlite3*"))


async def test_whoever_is_in_no_class_gives_no_number(desk: Desk) -> None:
    assert await desk.service.status(STRANGER, NOW) == NoClass()
    assert await desk.service.give(STRANGER, NUMBER, WORDING, NOW) == NoClass()
    assert await desk.service.stop(STRANGER, NOW) == NoPhone(None)


async def test_where_texting_is_not_set_up_it_is_said_and_stopping_still_works(desk: Desk) -> None:
    await desk.proven(student())
    off = a_desk(desk.database, None)
    assert await off.service.status(student(), NOW) == TextsOff()
    assert await off.service.give(student(), NUMBER, WORDING, NOW) == TextsOff()
    assert await off.service.enter(student(), "111111", NOW) == TextsOff()
    assert await off.service.stop(student(), NOW) == TextsStopped()
    assert await desk.texted_to() is None


async def test_with_a_wrong_key_the_number_is_asked_for_again_and_nothing_breaks(desk: Desk) -> None:
    await desk.proven(student())
    other = a_desk(desk.database, Vault([Fernet.generate_key().decode()]))
    assert await other.service.status(student(), NOW) == LostKey()
    assert await other.service.enter(student(), "111111", NOW) == NoCode()
    assert isinstance(await other.service.give(student(), NUMBER, WORDING, NOW), CodeSent)
    assert isinstance(await other.service.enter(student(), "111111", NOW), Proven)
