"""A socket beside the database: the command line asks the bot that runs on it, which alone writes to the file.

One line in, the name of a change; one line out, what the operator reads. Only the owner of the files reaches it.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import structlog

log = structlog.get_logger()

#: the longest address that every system takes
_LONGEST = 100
_MOST_ASKED = 100
#: a bot that is busy for longer than this is no help to who asks
_PATIENCE_S = 30.0


class NobodyAnswers(Exception):
    """A bot has the database, and does not answer; the text says what to do."""


@asynccontextmanager
async def answering(
    database: Path, answers: Mapping[str, Callable[[], Awaitable[str]]]
) -> AsyncGenerator[None]:
    """Answers until left. Without a socket the bot runs all the same: that is logged."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            name = (await asyncio.wait_for(reader.readline(), _PATIENCE_S)).decode(errors="replace").strip()
            known = answers.get(name)
            said = await known() if known is not None else f"This Flipcord does not know {name[:40]!r}."
            log.info("asked_by_the_command_line", what=name[:40])
            writer.write(said.encode() + b"\n")
            await writer.drain()
        except Exception:  # whatever it is, whoever asked sees that nobody answered, and the bot goes on
            log.exception("asked_in_vain")
        finally:
            writer.close()

    try:
        with _address(database) as address:
            server = await asyncio.start_unix_server(answer, sock=_bound(address), limit=_MOST_ASKED)
    except OSError as error:
        log.warning("no_socket", why=error.strerror, follows="flipcord allow-openings cannot ask this bot")
        yield
        return
    async with server:
        yield
    _socket(database).unlink(missing_ok=True)


async def ask(database: Path, name: str) -> str:
    """What the bot that runs says to it. Raises NobodyAnswers."""
    try:
        with _address(database) as address:
            reader, writer = await asyncio.open_unix_connection(address)
        writer.write(name.encode() + b"\n")
        said = (await asyncio.wait_for(reader.readline(), _PATIENCE_S)).decode().strip()
        writer.close()
    except (OSError, TimeoutError):
        said = ""
    if not said:
        raise NobodyAnswers(
            "A Flipcord runs on this database and does not answer yet. Try again in a minute; nothing was changed."
        )
    return said


def _socket(database: Path) -> Path:
    return database.with_name(database.name + ".sock")


@contextmanager
def _address(database: Path) -> Generator[str]:
    """Of the socket; by way of its folder's handle where the whole path is too long for an address."""
    path = str(_socket(database).absolute())
    if len(os.fsencode(path)) <= _LONGEST:
        yield path
        return
    handle = os.open(database.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{_socket(database).name}"
    finally:
        os.close(handle)


def _bound(address: str) -> socket.socket:
    """Made anew, since one of before has nobody behind it: whoever has the database has its lock."""
    Path(address).unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        made.bind(address)
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made
