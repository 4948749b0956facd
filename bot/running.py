"""One bot on one database file, from the lock to the last refusal."""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import gc
import platform
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

import discord
import structlog

from bot.app import App, CannotListen, TokenRefused, open_app
from bot.config import Settings
from bot.domain.records import HistoryCheck
from bot.services.upkeep import LogInsSpent
from bot.storage.doorbell import NobodyAnswers, answering, ask
from bot.storage.files import NotNow, Unusable, make_ready, open_lock, tell_sqlite
from bot.storage.history import NoHistory, check_file
from bot.watch import CLOSE_S

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


#: a refusal at the start or of a connection; somebody may sit before it who has just typed the token
ASK_AGAIN_S = 5.0


class Refused(Exception):
    """Starting again would not help; the text says what would."""


class Later(Exception):
    """Starting again later helps; the text says what stood in the way."""


async def run_bot(settings: Settings) -> None:
    """Runs until it is cancelled. A second process on the same file stands by until the first one ends."""
    try:
        async with sole_owner(settings.storage.path) as stood_by:
            tell_sqlite()
            try:
                await _run(settings, stood_by=stood_by)
            except _Verdict as verdict:
                # one bad answer is no verdict: Discord has bad minutes, and nobody starts a bot again that ended with 78
                log.error("refused_by_discord", why=str(verdict), asked_again_in_s=ASK_AGAIN_S)  # noqa: TRY400  # its text says all
                await asyncio.sleep(ASK_AGAIN_S)
                await _run(settings)
    except (_Verdict, CannotListen, Unusable) as fault:
        raise Refused(str(fault)) from None
    except NotNow as fault:
        raise Later(str(fault)) from None


class _Verdict(Exception):
    """Discord says that it will never do as it is; the text says what would."""


async def _run(settings: Settings, *, stood_by: bool = False) -> None:
    """One bot from its first log-in on. Raises _Verdict, and Refused for what needs no second question."""
    try:
        async with open_app(settings) as app, answering(settings.storage.path, _answers(app)):
            app.lookout.stood_by, app.watch.close_s = stood_by, CLOSE_S
            await app.run(started=settle_memory)
    except discord.LoginFailure:
        raise _Verdict(_FOR_GOOD[4004]) from None
    except discord.PrivilegedIntentsRequired:
        raise _Verdict(_FOR_GOOD[4014]) from None
    except discord.ConnectionClosed as closed:
        if closed.code in _FOR_GOOD:
            raise _Verdict(_FOR_GOOD[closed.code]) from None
        raise
    except LogInsSpent as fault:
        raise _Verdict(str(fault)) from None
    except TokenRefused:  # asked again already
        raise Refused(_FOR_GOOD[4004]) from None


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
async def sole_owner(database: Path) -> AsyncIterator[bool]:
    """Holds the file's lock, which the kernel frees when the process ends, however it ends. Raises Unusable.

    Gives whether it had to wait for another process.
    """
    if tightened := make_ready(database):
        log.info("files_tightened", files=tightened)
    with open_lock(database) as handle:
        said = False
        while not _locked(handle):
            if not said:
                log.warning(
                    "standing_by", why="another Flipcord runs on this database", database=str(database)
                )
                said = True
            await asyncio.sleep(1)
        if said:
            log.warning("took_over", database=str(database))
        yield said


def _locked(handle: TextIO) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# --- what the command line changes --------------------------------------------------------------------


async def _allow_openings(app: App) -> str:
    why = await app.services.upkeep.allow_openings()
    return "Inboxes open again." if why else "Inboxes were open to be opened all along."


#: by the command's name: what it does, in whichever process has the database; gives what the operator reads
_CHANGES: Mapping[str, Callable[[App], Awaitable[str]]] = {"allow-openings": _allow_openings}


def _answers(app: App) -> Mapping[str, Callable[[], Awaitable[str]]]:
    return {name: lambda change=change: change(app) for name, change in _CHANGES.items()}


async def change(settings: Settings, name: str) -> str:
    """Has the bot that runs do it, since one process alone writes to the file (RH1); without one, does it here.

    Raises Refused and Later.
    """
    try:
        make_ready(settings.storage.path)
        with open_lock(settings.storage.path) as handle:
            if not _locked(handle):
                return await ask(settings.storage.path, name)
            async with open_app(settings) as app:
                return await _CHANGES[name](app)
    except Unusable as fault:
        raise Refused(str(fault)) from None
    except (NotNow, NobodyAnswers) as fault:
        raise Later(str(fault)) from None


def check_history(settings: Settings, digest: str = "") -> HistoryCheck:
    """Looks over the record that nobody may edit, also beside a bot that runs on it; finds an older digest in it."""
    try:
        return check_file(settings.storage.path, digest)
    except NoHistory as missing:
        raise Refused(str(missing)) from None
