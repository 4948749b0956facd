"""/delivery: a teacher sees who did not get a message, why, and what helps; and who can be reached at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.formats.table_csv import read_csv
from bot.loopback.phone import Phone
from tests.classroom import MONDAY, Classroom, Person, Screen, open_classroom
from tests.cogs.test_phone import NUMBER, Sms
from tests.cogs.test_prework import TITLE, handed_in
from tests.limits import check_requests

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def room(classroom: Classroom) -> Classroom:
    await classroom.open_class()
    await classroom.join(*classroom.students[:2])
    return classroom


@pytest.fixture
async def sms(tmp_path: Path) -> AsyncIterator[Sms]:
    """With phones; nobody has joined yet."""
    async with Phone(now=lambda: MONDAY) as phone:
        twilio = {
            "account_sid": phone.account_sid,
            "auth_token": phone.auth_token,
            "from_number": phone.number,
            "api_base": phone.api_base,
        }
        keys = {"keys": [Fernet.generate_key().decode()]}
        async with open_classroom(tmp_path, twilio=twilio, security=keys) as room:
            await room.open_class()
            yield Sms(room, phone)
            check_requests(room.env.http_requests)


def file_of(screen: Screen) -> tuple[str, list[list[str]]]:
    """Name and rows of the file that came with an answer."""
    message = screen.result.response.message
    (attachment,) = message.attachments
    return attachment.filename, []


async def test_a(room: Classroom) -> None:
    ana, ben, _ = room.students
    await room.post_prework(deadline="wed 12:00")
    await ana.close_dms()
    await room.move(26 * HOUR)
    print((await room.teacher.slash("delivery messages")).text, room.teacher.screen.buttons)
    print(room.teacher.screen.menu)
    await room.teacher.pick(*room.teacher.screen.menu)
    print(room.teacher.screen.text, room.teacher.screen.buttons)
    print((await room.teacher.press("Send again to 2…")).text)
    print((await room.teacher.press("Send again to 2")).text)
    await room.teacher.slash("delivery messages")
    await room.teacher.pick(*room.teacher.screen.menu)
    print(room.teacher.screen.text, room.teacher.screen.buttons)
    print(await room.teacher.press("As a file"))
    r = room.teacher.screen.result
    print(r.response, r.followups if hasattr(r,'followups') else dir(r))
    print((await room.teacher.slash("delivery reach")).text, room.teacher.screen.buttons)
    print((await room.teacher.slash("delivery history")).text, room.teacher.screen.buttons)
    print(room.teacher.screen.result.response)
    assert 0
