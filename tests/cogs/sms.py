"""A class of which somebody has a telephone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography.fernet import Fernet

from bot.loopback.phone import Phone
from tests.classroom import MONDAY, Classroom, Person, open_classroom

NUMBER = "+12025550142"


class Sms:
    """A class, and the phones of everybody."""

    def __init__(self, room: Classroom, phone: Phone) -> None:
        self.room, self.phone = room, phone

    def texts(self, number: str = NUMBER) -> list[str]:
        return [each.body for each in self.phone.texts_to(number)]

    def code(self) -> str:
        found = re.search(r"\d{6}", self.texts()[-1])
        assert found
        return found[0]

    async def prove(self, who: Person) -> None:
        await who.slash("phone number")
        await who.press("Give my number")
        await who.fill(number="(202) 555-0142")
        await who.press("Enter the code")
        await who.fill(code=self.code())


@asynccontextmanager
async def open_sms(folder: Path) -> AsyncIterator[Sms]:
    """A class that nobody has joined yet, with texts set up."""
    async with Phone(now=lambda: MONDAY) as phone:
        twilio = {
            "account_sid": phone.account_sid,
            "auth_token": phone.auth_token,
            "from_number": phone.number,
            "api_base": phone.api_base,
        }
        keys = {"keys": [Fernet.generate_key().decode()]}
        async with open_classroom(folder, twilio=twilio, security=keys) as room:
            await room.open_class()
            yield Sms(room, phone)
