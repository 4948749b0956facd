"""A contract as a student, a guardian and a teacher live it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.domain.records import Messaging
from bot.loopback.phone import Phone
from tests.classroom import MONDAY, Classroom, Person, open_classroom
from tests.cogs.test_quiz import answer_all, open_reading_class

PUBLIC = "https://bot.school.example"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Classroom]:
    """The bot has a public address, but no texts."""
    web = {"public_url": PUBLIC, "port": 0}
    keys = {"keys": [Fernet.generate_key().decode()]}
    async with open_classroom(tmp_path, web=web, security=keys) as room:
        yield room


async def sign(who: Person, goal: str, name: str = "Ana Li") -> None:
    await who.slash("contract")
    await who.press(goal)
    await who.press("Sign this")
    await who.fill(name=name)


async def test_a_student_compares_signs_and_reads_who_still_signs(room: Classroom) -> None:
    ana, *_ = room.students
    await room.open_class()
    await room.join(ana)
    assert "Choose my goal" in (await ana.slash("today")).buttons
    shown = await ana.press("Choose my goal")
    assert shown.result.response.ephemeral
    for words in ("Class time is for practice", "Your bar is 80 %.", "76 % · Steady", "You go on at 93 %."):
        assert words in shown.text
    asked = await ana.press("86 % · Strong")
    assert "with 86 % or more, and with nothing less" in asked.text
    await ana.press("Sign this")
    refused = await ana.fill(name="7")
    assert "does not look like a name" in refused.text
    await ana.press("Sign this")
    signed = await ana.fill(name="Ana Li")
    assert "Your parent or guardian still has to sign" in signed.text
    assert signed.buttons["Page for my guardian"].startswith(f"{PUBLIC}/agree/")
    assert re.search(r"code \*\*\d{6}\*\*", signed.text)
    assert "86 % · Strong" not in signed.buttons
    assert "Choose my goal" not in (await ana.slash("today")).buttons


async def test_without_a_public_address_the_card_leads_to_paper_and_the_teacher_notes_it(
    classroom: Classroom,
) -> None:
    ana, ben, _ = classroom.students
    await open_reading_class(classroom, ana, ben)
    await sign(ana, "76 % · Steady")
    assert "They sign on paper" in ana.screen.text
    assert "Page for my guardian" not in ana.screen.buttons
    noted = await classroom.teacher.slash("contracts paper", student=ana.actor, bar=76, note="blue folder")
    assert "is 76 % from now on" in noted.text
    assert any("Your bar is 76 % now" in each for each in ana.inbox)
    assert "contract of <t:" in (await ana.slash("today")).text
    assert (
        "bar 76 % (contract of" in (await classroom.teacher.slash("progress student", student=ana.actor)).text
    )
    await ana.slash("quiz")
    await answer_all(ana, well=True)
    assert "Your bar is 76 % (contract of <t:" in (await ana.press("Hand in my check")).text
    await ben.slash("quiz")
    await answer_all(ben, well=False)
    assert "Your bar is 80 %." in (await ben.press("Hand in my check")).text


async def test_a_teacher_sees_who_waits_reminds_and_takes_the_list_away(room: Classroom) -> None:
    ana, ben, chloe = room.students
    await room.open_class()
    await room.join(ana, ben, chloe)
    await sign(ana, "86 % · Strong")
    await room.teacher.slash("contracts override", student=chloe.actor, bar=70, reason="agreed at home")
    shown = await room.teacher.slash("contracts show")
    assert shown.result.response.ephemeral
    assert "In force: 1" in shown.text
    assert "Wait for a guardian: 1" in shown.text
    assert "holds: 1" in shown.text
    file = await room.teacher.press("Take it as a file")
    (attached,) = file.result.response.attachments
    rows = list(csv.reader(io.StringIO((await attached.read()).decode("utf-8-sig"))))
    assert len(rows) == 4
    sent = await room.teacher.press("Remind 2 students", shown)
    assert "A reminder goes to 2 students" in sent.text
    assert (
        "your parent or guardian has not yet" in ana.inbox[-1].lower()
        or "guardian has not yet" in ana.inbox[-1]
    )
    assert "Choose the goal" in ben.inbox[-1]
    assert "agreed at home" in (await chloe.slash("contract")).text


async def test_a_teacher_changes_the_goals_and_a_typing_mistake_loses_nothing(room: Classroom) -> None:
    ana, *_ = room.students
    await room.open_class()
    await room.join(ana)
    await room.teacher.slash("contracts show")
    await room.teacher.press("Change the goals")
    bad = await room.teacher.fill(tiers="90 High", guardian=["no"])
    assert "90 High" in bad.text
    await room.teacher.press("Try again")
    done = await room.teacher.fill(
        tiers="70 Base: You have the basics.\n90 High: You have it all.", guardian=["no"]
    )
    assert "90 % High" in done.text
    assert "Students sign alone" in done.text
    await sign(ana, "90 % · High")
    assert "Your bar is 90 % (contract of" in ana.screen.text


async def test_whoever_does_not_teach_the_class_sees_no_overview_and_sets_no_bar(room: Classroom) -> None:
    ana, *_ = room.students
    await room.open_class()
    await room.join(ana)
    other = room.colleague("okafor")
    for refused in (
        await other.slash("contracts show"),
        await other.slash("contracts override", student=ana.actor, bar=1, reason="please"),
        await other.slash("contracts paper", student=ana.actor, bar=76),
    ):
        assert "This is for the class's teacher" in refused.text
    assert "Your bar is 80 %." in (await ana.slash("contract")).text


async def test_a_confirmed_guardian_gets_a_text_with_the_page(tmp_path: Path) -> None:
    number = "+12025550150"
    async with Phone(now=lambda: MONDAY) as phone:
        twilio = {
            "account_sid": phone.account_sid,
            "auth_token": phone.auth_token,
            "from_number": phone.number,
            "api_base": phone.api_base,
        }
        web, keys = {"public_url": PUBLIC, "port": 0}, {"keys": [Fernet.generate_key().decode()]}
        async with open_classroom(tmp_path, twilio=twilio, web=web, security=keys) as room:
            ana, *_ = room.students
            await room.open_class()
            await room.join(ana)
            database = room.app.services.phones._db
            section = await database.read(lambda tx: tx.sections.by_name(room.guild.id, "Period 3"))
            assert section is not None
            await database.write(lambda tx: tx.messaging.keep(section.id, Messaging(guardian_rule="student")))
            await ana.slash("guardian number")
            await ana.press("Give the number")
            await ana.fill(number=number)
            (asked,) = [each.body for each in phone.texts_to(number)]
            code = re.search(r"\d{6}", asked)
            assert code
            await ana.slash("guardian code")
            await ana.fill(code=code[0])
            await sign(ana, "93 % · Expert")
            await ana.press("Text it to my guardian")
            text = phone.texts_to(number)[-1].body
            assert f"{PUBLIC}/agree/" in text
            assert "Ana" not in text
            assert text.endswith("Reply STOP to end")
            await ana.press("Text it to my guardian")
            assert len(phone.texts_to(number)) == 2
