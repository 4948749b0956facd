"""What the installation itself must remember over restarts: the commands it registered, its gateway log-ins."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.services.ports import Database, Tx
from bot.services.texting import release_texts

HOUR = timedelta(hours=1)
#: Discord's reason, as long as it lets the bot open no conversation (RA9); empty or missing when it does
OPENINGS_STOPPED = "openings_stopped"
#: until when Discord wants none opened, and its reason
OPENINGS_HELD = "openings_held"


#: a call that is under way has come to its end by then
LEASE = timedelta(minutes=1)
#: a clock is set by so much now and then, and nothing hangs on it
SLACK = timedelta(minutes=1)
#: reminders go on for some days after a deadline
STILL_REMINDED = timedelta(days=30)


class LogInsSpent(Exception):
    """Discord resets the token of a bot that logs in too often in a day; the text says when to start again."""


class UpkeepService:
    def __init__(self, database: Database) -> None:
        self._db = database
        #: the latest instant that was seen; None before the first
        self._latest: datetime | None = None

    async def mind_the_clock(self, now: datetime) -> timedelta:
        """Sets right what was written down while the machine's clock was ahead, once it has been set back.

        Done at the first call, too, since it may have been ahead before the start. Gives by how much it went back.
        """
        back = timedelta() if self._latest is None else max(timedelta(), self._latest - now)
        if self._latest is None or back > SLACK:
            await self._db.write(_set_right, now)
            self._latest = now
        self._latest = max(self._latest, now)
        return back if back > SLACK else timedelta()

    async def fact(self, name: str) -> str | None:
        return await self._db.read(_fact, name)

    async def set_fact(self, name: str, value: str) -> None:
        await self._db.write(_set_fact, name, value)

    async def allow_openings(self) -> str | None:
        """The quarantine is lifted: inboxes are opened again. Gives why they were not, None when they were."""
        why = await self._db.read(_fact, OPENINGS_STOPPED)
        if why:
            await self._db.write(_set_fact, OPENINGS_STOPPED, "")
        return why or None

    async def may_identify(self, now: datetime, per_hour: int) -> datetime:
        """When the next gateway log-in keeps within the budget: ``now`` or later."""
        return await self._db.read(_may_identify, now, per_hour)

    async def note_identify(self, now: datetime) -> None:
        await self._db.write(_note_identify, now)


def _set_right(tx: Tx, now: datetime) -> None:
    tx.planning.look_again_at_all(now, now - STILL_REMINDED)
    tx.outbox.set_right(now, now + LEASE)
    tx.upkeep.set_right(now)
    tx.aside.try_again(now)
    # until when something was to stand still; where it still should, the next answer says so
    tx.upkeep.set_fact(OPENINGS_HELD, "")
    release_texts(tx)


def _fact(tx: Tx, name: str) -> str | None:
    return tx.upkeep.fact(name)


def _set_fact(tx: Tx, name: str, value: str) -> None:
    tx.upkeep.set_fact(name, value)


def _may_identify(tx: Tx, now: datetime, per_hour: int) -> datetime:
    lately = tx.upkeep.identifies_since(now - HOUR)
    return now if len(lately) < per_hour else max(now, lately[-per_hour] + HOUR)


def _note_identify(tx: Tx, now: datetime) -> None:
    tx.upkeep.note_identify(now, forget_before=now - timedelta(days=1))
