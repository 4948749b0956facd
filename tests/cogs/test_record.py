"""What teachers take home, guardians read and the log says, while messages of every class go out by a whole bot."""

from __future__ import annotations

import io
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from cryptography.fernet import Fernet

from bot.domain.contracts import Stage
from bot.domain.disclosure import Reader, readers_of, recorded_fields
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.records import Messaging
from bot.loopback.phone import Phone
from bot.services import parcels
from bot.services.contents import CONTENTS
from bot.services.ports import Tx
from bot.storage.migrations.versions import v0005_record
from bot.web.links import Seal
from tests.builders import Ids
from tests.canaries import Filled, every_message
from tests.classroom import MONDAY, Classroom, open_classroom
from tests.test_logs import logging_to

PUBLIC = "https://bot.school.example"
NUMBER, GUARDIAN = "+12025550142", "+12025550150"
#: a kind that is neither held back nor sent on by another way, for each way
KINDS = {
    Way.DM: Kind.HEARD,
    Way.THREAD: Kind.HEARD,
    Way.SMS: Kind.HEARD,
    Way.GUARDIAN: Kind.HEARD,
    Way.ROOM: Kind.TROUBLE,
    Way.DESK: Kind.LETTER,
    Way.CHANNEL: Kind.INBOX_CALL,
}


class Home:
    """A class of which Ana has a phone and a guardian."""

    session: aiohttp.ClientSession

    def __init__(self, room: Classroom, phone: Phone, keys: list[str]) -> None:
        self.room, self.phone, self.keys, self.ana = room, phone, keys, room.students[0]
        self.database = room.app.services.phones._db

    def texts(self, number: str) -> list[str]:
        return [each.body for each in self.phone.texts_to(number)]

    def code(self, number: str) -> str:
        found = re.search(r"\d{6}", self.texts(number)[-1])
        assert found
        return found[0]

    async def move_in(self) -> None:
        room, ana = self.room, self.ana
        await room.open_class()
        await room.join(ana)
        section = await self.database.read(lambda tx: tx.sections.by_name(room.guild.id, "Period 3"))
        assert section is not None
        self.section = section
        rule = Messaging(guardian_rule="student")
        await self.database.write(lambda tx: tx.messaging.keep(section.id, rule))
        await ana.slash("phone number")
        await ana.press("Give my number")
        await ana.fill(number=NUMBER)
        await ana.press("Enter the code")
        await ana.fill(code=self.code(NUMBER))
        await ana.slash("guardian number")
        await ana.press("Give the number")
        await ana.fill(number=GUARDIAN)
        await ana.slash("guardian code")
        await ana.fill(code=self.code(GUARDIAN))

    async def ask_to_sign(self) -> str:
        """Ana signs for a goal and has her guardian texted; gives the link in that text."""
        await self.ana.slash("contract")
        await self.ana.press("93 % · Expert")
        await self.ana.press("Sign this")
        await self.ana.fill(name="Ana Canary-Li")
        await self.ana.press("Text it to my guardian")
        return self.link()

    def link(self) -> str:
        """The one in the newest text to the guardian."""
        found = re.search(rf"{PUBLIC}/agree/\S+", self.texts(GUARDIAN)[-1])
        assert found
        return found[0]

    async def open(self, link: str) -> tuple[int, str]:
        """What the guardian sees who follows a link."""
        local = self.phone.really_at[PUBLIC] + link.removeprefix(PUBLIC)
        async with self.session.get(local) as got:
            return got.status, await got.text()

    async def sign(self, link: str) -> str:
        form = re.search(r'name="form" value="([^"]+)"', (await self.open(link))[1])
        local = self.phone.really_at[PUBLIC] + link.removeprefix(PUBLIC)
        data = {"form": form[1] if form else "", "name": "Wei Li"}
        async with self.session.post(local, data=data) as got:
            return await got.text()

    async def files(self) -> list[str]:
        """The record as the teacher takes it away, as a table and for programs."""
        found: list[str] = []
        for way in ({}, {"format": "json"}):
            screen = await self.room.teacher.slash("delivery history", **way)
            (attached,) = screen.result.response.attachments
            found.append((await attached.read()).decode("utf-8-sig"))
        return found


@asynccontextmanager
async def open_home(folder: Path) -> AsyncIterator[Home]:
    async with Phone(now=lambda: MONDAY) as phone:
        twilio = {
            "account_sid": phone.account_sid,
            "auth_token": phone.auth_token,
            "from_number": phone.number,
            "api_base": phone.api_base,
        }
        web, keys = {"public_url": PUBLIC, "port": 0}, {"keys": [Fernet.generate_key().decode()]}
        async with open_classroom(folder, twilio=twilio, web=web, security=keys) as room:
            home = Home(room, phone, keys["keys"])
            async with room.app.serving(), aiohttp.ClientSession() as home.session:
                assert room.app.web is not None
                phone.really_at[PUBLIC] = f"http://127.0.0.1:{room.app.web.port}"
                await home.move_in()
                yield home
                await phone.settle()


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    async with open_home(tmp_path) as home:
        yield home


async def test_the_link_that_a_guardian_was_texted_is_in_no_file_that_a_teacher_takes_home(
    home: Home,
) -> None:
    token = (await home.ask_to_sign()).rpartition("/")[2]
    for file in await home.files():
        assert "contract" in file
        assert token not in file
        assert "/agree/" not in file
        assert home.section.handle not in file


async def test_a_guardian_who_quotes_the_link_hands_it_to_nobody(home: Home) -> None:
    """Teachers read letters, in their room and on record."""
    token = (await home.ask_to_sign()).rpartition("/")[2]
    words = f"Is that you?\n> {home.texts(GUARDIAN)[-1]}"
    await home.phone.reply(GUARDIAN, words, f"{PUBLIC}/twilio/text")
    await home.room.work()
    shown = "\n".join(home.room.desk_texts(home.ana))
    assert "Is that you?" in shown
    for text in (shown, *await home.files()):
        assert token not in text


async def test_the_page_of_a_guardian_shows_a_first_name_the_class_and_what_is_signed(home: Home) -> None:
    status, page = await home.open(await home.ask_to_sign())
    contract = await home.database.read(lambda tx: tx.contracts.find(1))
    assert contract is not None
    assert status == 200
    assert "Ana signed this for Period 3" in page
    for key in ("Canary", contract.handle, home.section.handle, str(home.ana.id), str(home.room.guild.id)):
        assert key not in page


async def test_a_link_that_was_recorded_opens_nothing_and_the_guardian_gets_another_by_itself(
    home: Home,
) -> None:
    """The release before wrote it into the record: whoever took the record home had it."""
    await home.ask_to_sign()
    last = int(home.room.clock().timestamp()) // 86_400 + 14
    recorded = f"{PUBLIC}/agree/{Seal(home.keys, 'contract page').sign(f'1t{last}')}"
    run_migration(home.room.app.settings.storage.path)
    status, page = await home.open(recorded)
    assert (status, "There is a newer link" in page) == (410, True)
    assert "There is a newer link" in await home.sign(recorded)
    contract = await home.database.read(lambda tx: tx.contracts.find(1))
    assert contract is not None
    assert contract.stage is Stage.WAITING

    before = len(home.texts(GUARDIAN))
    await home.room.work()
    assert len(home.texts(GUARDIAN)) == before + 1
    assert "please use this new link" in home.texts(GUARDIAN)[-1]
    assert "it is signed" in await home.sign(home.link())
    await home.room.move(timedelta(days=1))
    assert len(home.texts(GUARDIAN)) == before + 1


async def test_whose_link_had_run_out_anyway_or_who_has_signed_is_texted_nothing_new(home: Home) -> None:
    link = await home.ask_to_sign()
    await home.room.move(timedelta(days=15))
    before = len(home.texts(GUARDIAN))
    run_migration(home.room.app.settings.storage.path)
    await home.room.work()
    assert len(home.texts(GUARDIAN)) == before
    assert "This link is too old" in (await home.open(link))[1]


def run_migration(path: Path) -> None:
    """On a file that has the schema of now: what it does to rows is the same."""
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        v0005_record.upgrade()
    engine.dispose()


def messages() -> Iterator[tuple[Way, Filled]]:
    for it in every_message():
        for way in KINDS:
            yield way, it


async def test_of_messages_of_every_class_each_one_reads_what_is_theirs_and_the_record_keeps_what_it_may(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything, ids = list(messages()), Ids(5000)
    says = {number: it.content for number, (_, it) in enumerate(everything)}
    canned: Any = {kind: lambda _tx, delivery, _now: says[delivery.about] for kind in KINDS.values()}
    monkeypatch.setattr(parcels, "CONTENTS", {**CONTENTS, **canned})
    stream, now = io.StringIO(), home.room.clock()

    def order(tx: Tx) -> None:
        person = tx.people.known(home.ana.id, now).person
        rows = [
            Effect(f"canary:{number}", KINDS[way], way, now, person, home.section.id, number)
            for number, (way, _) in enumerate(everything)
        ]
        tx.outbox.add(rows, now, ids)

    with logging_to(stream):
        await home.database.write(order)
        await home.room.work()
        files = await home.files()
    said = stream.getvalue()
    table, lines = files[0], json.loads(files[1])["lines"]

    texts = "\n".join(home.texts(GUARDIAN))
    public = "\n".join(home.room.shown_in("period-3-pre-work"))
    assert len(lines) >= len(everything) / 2
    assert "CANARY" in texts
    assert "CANARY" in public
    for it in {id(each): each for _, each in everything}.values():
        readers, may = readers_of(it.kind), recorded_fields(it.kind)
        keys = it.of(*it.marks.keys() - set(may))
        for name, text in (("table", table), ("json", files[1]), ("log", said)):
            assert not [mark for mark in keys if mark in text], (name, it.kind)
        assert not [mark for mark in it.all if mark in said], it.kind
        if Reader.GUARDIAN not in readers:
            assert not [mark for mark in it.all if mark in texts], it.kind
        if Reader.CLASS not in readers:
            assert not [mark for mark in it.all if mark in public], it.kind
        if Reader.STUDENT in readers:
            for fact in may:
                marks = it.marks[fact]
                assert not marks or any(mark in text for mark in marks for text in files), (it.kind, fact)
