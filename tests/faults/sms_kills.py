"""Texts while the process is killed over and over: Twilio knows no nonce, so a lost one is looked for (RB1, RB2)."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from bot.loopback.phone import Phone
from bot.tour.steps import BEGIN
from tests.faults.crowd import Crowd, new_world
from tests.faults.kills import DELAY_S, Kills
from tests.faults.tally import Tally

SEND, LIST = "POST */Messages.json", "GET */Messages.json"


async def run(folder: Path, *, kills: int = 1000, size: int = 500, seed: int = 1) -> Tally:
    tally, dice = Tally("sms-kills"), random.Random(seed)
    async with new_world(folder) as world:
        crowd = Crowd(world, size, phones=True)
        await crowd.settle_in()
        await world.move_to(BEGIN + timedelta(hours=29, seconds=1))  # an hour before the deadline
        phone = world.phone
        phone.delay_s = DELAY_S
        await Kills(
            world, tally, dice, crowd.texts, lambda: phone.received, lambda dice: _trouble(phone, dice),
            lambda: phone.faults.hang(SEND, accepted=True),
        ).run(kills)  # fmt: skip
    return tally


def _trouble(phone: Phone, dice: random.Random) -> None:
    """In every third life Twilio takes a text and tells nobody, or cannot be asked what it took."""
    phone.faults.clear()
    if dice.random() < 0.3:
        after = dice.randrange(3)
        match dice.randrange(5):
            case 0:
                phone.faults.cut(SEND, accepted=True, after=after)
            case 1:
                phone.faults.answer(SEND, 500, accepted=True, after=after)
            case 2:
                phone.faults.hang(SEND, accepted=True, after=after)
            case 3:
                phone.faults.cut(SEND, after=after)
            case _:
                phone.faults.answer(LIST, 500, after=after)
