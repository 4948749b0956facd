"""One bot on one database file, from the lock to the last refusal."""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import gc
import platform
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import structlog

from bot.app import CannotListen, open_app
from bot.config import Settings
from bot.domain.records import HistoryCheck
from bot.services.upkeep import LogInsSpent
from bot.storage.history import NoHistory, check_file
from bot.storage.schema import NewerSchema

log = structlog.get_logger()

#: gateway close codes that a restart cannot mend (RA14)
_FOR_GOOD = {
    4004: "Discord does not accept the token. Copy it again: Developer Portal → Bot → Reset Token.",
    4010: "Discord refused the shard.",
    4011: "This bot is on too many servers for one connection.",
    4012: "Discord refused the gateway's version.",
    4013: "Discord does not know an intent that was asked for.",
    4014: "Discord refused an intent. Flipcord needs none of the privileged ones: update it.",
}


class Refused(Exception):
    """Starting again would not help; the text says what would."""


async def run_bot(settings: Settings) -> None:
    """Runs until it is cancelled. A second process on the same file stands by until the first one ends."""
    async with sole_owner(settings.storage.path):
        try:
            async with open_app(settings) as app:
                await app.run(started=settle_memory)
        except discord.LoginFailure:
            raise Refused(_FOR_GOOD[4004]) from None
        except discord.PrivilegedIntentsRequired:
            raise Refused(_FOR_GOOD[4014]) from None
        except discord.ConnectionClosed as closed:
            if closed.code in _FOR_GOOD:
                raise Refused(_FOR_GOOD[closed.code]) from None
            raise
        except (CannotListen, LogInsSpent, NewerSchema) as fault:
            raise Refused(str(fault)) from None


def settle_memory() -> None:
    """What is loaded by now stays until the end: the collector need not look through it again and again.

    An interaction leaves a few hundred short-lived objects; to look for circles after every 700 costs more than it
    finds. While it loads, the collector is off (bot/cli.py): nothing of that is garbage.
    """
    _give_files_back()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


#: mallopt's name for it in glibc's <malloc.h>
_M_MMAP_THRESHOLD = -3
_LARGE = 1024 * 1024


def _give_files_back() -> None:
    """Memory of a file goes back to the system when it was sent.

    Left alone, glibc learns from the first large block to keep such blocks among the small ones, where they stay.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


@asynccontextmanager
async def sole_owner(database: Path) -> AsyncIterator[None]:
    """Holds the file's lock, which the kernel frees when the process ends, however it ends."""
    database.parent.mkdir(parents=True, exist_ok=True)
    with database.with_name(database.name + ".lock").open("w") as handle:
        said = False
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not said:
                    log.warning(
                        "standing_by", why="another Flipcord runs on this database", database=str(database)
                    )
                    said = True
                await asyncio.sleep(1)
        yield


def check_history(settings: Settings) -> HistoryCheck:
    """Looks over the record that nobody may edit, also beside a bot that runs on it."""
    try:
        return check_file(settings.storage.path)
    except NoHistory as missing:
        raise Refused(str(missing)) from None
