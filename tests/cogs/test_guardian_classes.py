"""A guardian is one class's: nobody makes himself another's, takes a guardian's place, or silences one unheard."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
from cryptography.fernet import Fernet

from bot.domain.records import Messaging
from bot.loopback.phone import Phone
from tests.classroom import MONDAY, ZONE, Classroom, Person, Screen, open_classroom
from tests.cogs.test_contracts import sign

MUM, MINE, DAD = "+12025550150", "+12025550199", "+12025550151"


@dataclass
class Town:
    """A class where the teacher gives guardians' numbers, and a second server of a friend of Ana's with a class of its own."""

    room: Classroom
    phone: Phone
    other: Any
    #: teaches there
    friend: Person
    #: Ana, as she is there
    ana_there: Person

    @property
    def ana(self) -> Person:
        return self.room.students[0]

    async def there(self, person: Person, name: str, /, **options: Any) -> Screen:
        return await person._seen(await person.actor.slash(self.other, name, **options))

    async def gives(self, who: Person, number: str, student: Person | None, *, there: bool = False) -> Screen:
        """Gives a number and brings its code back; the screen is what came of giving it."""
        name = "guardian set" if student else "guardian number"
        options = {"student": student.actor} if student else {}
        await (self.there(who, name, **options) if there else who.slash(name, **options))
        given = await who.press("Give the number")
        given = await who.fill(number=number)
        if "is on its way" in given.text:
            code = re.findall(r"code: (\d{6})", self.phone.texts_to(number)[-1].body)[-1]
            await who.press("Enter the code")
            await who.fill(code=code)
        return given

    def texts(self, number: str) -> list[str]:
        return [each.body for each in self.phone.texts_to(number)]

    async def hears(self, number: str, words: str, sid: str) -> None:
        await self.room.app.services.incoming.text(sid, number, words, self.room.clock())
        await self.room.work()

    async def rule(self, guild: int, name: str, who: str) -> None:
        database = self.room.app.services.phones._db
        section = await database.read(lambda tx: tx.sections.by_name(guild, name))
        assert section is not None
        await database.write(lambda tx: tx.messaging.keep(section.id, Messaging(guardian_rule=who)))


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with Phone(now=lambda: MONDAY) as phone:
        settings: dict[str, Any] = {
            "twilio": {
                "account_sid": phone.account_sid,
                "auth_token": phone.auth_token,
                "from_number": phone.number,
                "api_base": phone.api_base,
            },
            "web": {"public_url": "https://bot.school.example", "port": 0},
            "security": {"keys": [Fernet.generate_key().decode()]},
        }
        async with open_classroom(tmp_path, **settings) as room:
            await room.open_class()
            await room.join(room.students[0])
            guild = room.env.create_guild("Den")
            lobby = guild.create_text_channel("den")
            role = guild.create_role("T", permissions=discord.Permissions(manage_guild=True))
            friend = Person(room, guild.add_member(room.env.create_user("friend"), roles=[role]))
            ana_there = Person(room, guild.add_member(room.students[0].actor.user))
            town = Town(room, phone, lobby, friend, ana_there)
            await town.there(friend, "course sample")
            await town.there(friend, "class create", name="Den", course="intro-chemistry", zone=ZONE)
            await friend.press("Create the class")
            await town.there(ana_there, "join")
            await ana_there.press("I am old enough. Join")
            await town.rule(room.guild.id, "Period 3", "teacher")
            await town.rule(guild.id, "Den", "teacher")
            yield town


async def test_a_number_that_another_class_gave_signs_nothing_and_hears_nothing_here(town: Town) -> None:
    await town.gives(town.friend, MINE, town.ana_there, there=True)
    assert len(town.texts(MINE)) == 1
    seen = await town.room.teacher.slash("guardian show", student=town.ana.actor)
    assert "I text no guardian" in seen.text
    await sign(town.ana, "76 % · Steady")
    assert "Text it to my guardian" not in town.ana.screen.buttons
    await town.room.work()
    assert len(town.texts(MINE)) == 1


async def test_the_real_guardian_stays_and_the_link_of_the_real_class_goes_to_them_alone(town: Town) -> None:
    await town.gives(town.room.teacher, MUM, town.ana)
    await town.gives(town.friend, MINE, town.ana_there, there=True)
    seen = await town.room.teacher.slash("guardian show", student=town.ana.actor)
    assert "ending in 50" in seen.text
    await sign(town.ana, "76 % · Steady")
    await town.ana.press("Text it to my guardian")
    await town.room.work()
    assert "/agree/" in town.texts(MUM)[-1]
    assert len(town.texts(MINE)) == 1
    # and who ends texts there ends none here
    await town.there(town.friend, "guardian stop", student=town.ana_there.actor)
    assert "ending in 50" in (await town.room.teacher.slash("guardian show", student=town.ana.actor)).text


async def test_the_same_phone_let_go_by_another_classs_teacher_still_hears_this_class(town: Town) -> None:
    await town.gives(town.room.teacher, MUM, town.ana)
    await town.gives(town.friend, MUM, town.ana_there, there=True)
    await town.there(town.friend, "guardian stop", student=town.ana_there.actor)
    assert "have stopped" in town.friend.screen.text
    seen = await town.room.teacher.slash("guardian show", student=town.ana.actor)
    assert "I text the guardian’s number ending in 50" in seen.text


async def test_a_stop_from_the_phone_itself_ends_the_texts_of_every_class(town: Town) -> None:
    await town.gives(town.room.teacher, MUM, town.ana)
    await town.gives(town.friend, MUM, town.ana_there, there=True)
    await town.hears(MUM, "please stop texting me", "SM1")
    assert (
        "I text no guardian" in (await town.room.teacher.slash("guardian show", student=town.ana.actor)).text
    )
    seen = await town.there(town.friend, "guardian show", student=town.ana_there.actor)
    assert "I text no guardian" in seen.text


async def test_a_student_takes_no_guardians_place_before_that_guardian_says_stop(town: Town) -> None:
    await town.rule(town.room.guild.id, "Period 3", "student")
    await town.gives(town.ana, MUM, None)
    refused = await town.gives(town.ana, MINE, None)
    assert "The guardian’s number stays as it is" in refused.text
    assert town.texts(MINE) == []
    await town.hears(MUM, "STOP", "SM1")
    assert "is on its way" in (await town.gives(town.ana, MINE, None)).text
    assert "ending in 99" in (await town.ana.slash("guardian show")).text


async def test_a_student_who_ends_the_texts_is_heard_of_by_guardian_and_teacher_and_one_word_undoes_it(
    town: Town,
) -> None:
    await town.rule(town.room.guild.id, "Period 3", "student")
    await town.gives(town.ana, MUM, None)
    await town.ana.slash("guardian stop")
    await town.room.work()
    assert "your child ended them" in town.texts(MUM)[-1]
    told = "".join(town.room.shown_in("period-3-teachers"))
    assert "ended the texts to their guardian" in told
    assert "The guardian’s number stays" in (await town.gives(town.ana, MINE, None)).text
    await town.hears(MUM, "START", "SM1")
    assert "texts to this phone go on" in town.texts(MUM)[-1]
    assert "I text the guardian’s number ending in 50" in (await town.ana.slash("guardian show")).text


async def test_the_classs_teacher_gives_another_number_and_the_old_phone_and_the_room_hear_of_it(
    town: Town,
) -> None:
    await town.gives(town.room.teacher, MUM, town.ana)
    before = len(town.texts(MUM))
    await town.gives(town.room.teacher, DAD, town.ana)
    await town.room.work()
    assert len(town.texts(MUM)) == before + 1
    assert "the teacher gave another number" in town.texts(MUM)[-1]
    assert "gave another number for the guardian" in "".join(town.room.shown_in("period-3-teachers"))
    assert "ending in 51" in (await town.room.teacher.slash("guardian show", student=town.ana.actor)).text
    await town.hears(MUM, "START", "SM1")
    assert "ending in 51" in (await town.room.teacher.slash("guardian show", student=town.ana.actor)).text


async def test_where_students_give_the_numbers_their_teacher_can_end_one_and_free_the_place(
    town: Town,
) -> None:
    await town.rule(town.room.guild.id, "Period 3", "student")
    await town.gives(town.ana, MUM, None)
    await town.room.teacher.slash("guardian stop", student=town.ana.actor)
    assert "have stopped" in town.room.teacher.screen.text
    assert "is on its way" in (await town.gives(town.ana, DAD, None)).text


async def test_of_two_classes_on_a_server_the_one_that_is_meant_is_asked_for(town: Town) -> None:
    room = town.room
    await room.teacher.slash("class create", name="Period 5", course="intro-chemistry", zone=ZONE)
    await room.teacher.press("Create the class")
    await room.work()
    await town.ana.slash("join")
    await town.ana.pick("Period 5")
    await town.ana.press("I am old enough. Join")
    for name in ("Period 3", "Period 5"):
        await town.rule(room.guild.id, name, "teacher")
    await room.teacher.slash("guardian set", student=town.ana.actor)
    assert "Which class?" in room.teacher.screen.text
    await room.teacher.pick("Period 5")
    await room.teacher.press("Give the number")
    await room.teacher.fill(number=DAD)
    assert "Period 5" in town.texts(DAD)[-1]
    await room.teacher.press("Enter the code")
    await room.teacher.fill(code=re.findall(r"code: (\d{6})", town.texts(DAD)[-1])[-1])
    assert "The guardian agreed" in room.teacher.screen.text
    await room.teacher.slash("guardian show", student=town.ana.actor)
    assert "I text no guardian" in (await room.teacher.pick("Period 3")).text
