"""The command line: parse, call, print. Exit codes: 0 done, 1 something did not hold, 78 wrong settings."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

app = App(
    name="flipcord", help="A Discord bot for remote flipped-mastery classes.", version_flags=["--version"]
)
course = App(name="course", help="Course packs.")
app.command(course)
history = App(name="history", help="The record of what was said and done.")
app.command(history)

#: sysexits.h EX_CONFIG: a supervisor must not start it again (README)
EX_CONFIG = 78


def _stop(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    raise SystemExit(code)


@app.command
def run(*, config: Path = Path("config.toml")) -> None:
    """Connect to Discord and work until stopped.

    Parameters
    ----------
    config
        The settings file.
    """
    from bot.config import ConfigFault, read_settings

    try:
        settings = read_settings(config)
    except ConfigFault as fault:
        return _stop(str(fault), EX_CONFIG)
    from bot.logs import set_up_logs
    from bot.running import Refused, run_bot

    set_up_logs(settings.log)
    try:
        asyncio.run(_until_stopped(run_bot(settings)))
    except Refused as refusal:
        _stop(str(refusal), EX_CONFIG)


@app.command
def sandbox(*, port: int = 8765) -> None:
    """Try it in the browser: the real bot in an offline Discord, with no account.

    Parameters
    ----------
    port
        Where the page is served, on this machine only. 0 takes any free one.
    """
    from bot.sandbox import run_sandbox

    asyncio.run(_until_stopped(run_sandbox(port)))


@app.command
def tour(
    *,
    json: Annotated[bool, Parameter(negative=())] = False,
    requests: Path | None = None,
) -> None:
    """Run the main job headless, bot and Discord in processes of their own, and show each step.

    Parameters
    ----------
    json
        One object a line: {"step", "ok", "seen"}.
    requests
        Write every request of the bot to this file, one object a line.
    """
    from bot.tour import run_tour

    raise SystemExit(asyncio.run(run_tour(as_json=json, requests=requests)))


@app.command
def key() -> None:
    """Print a new key for security.keys."""
    from cryptography.fernet import Fernet

    print(Fernet.generate_key().decode())


@history.command(name="check")
def check_history(*, config: Path = Path("config.toml")) -> None:
    """Find out whether anybody changed the record, and print its last digest.

    Parameters
    ----------
    config
        The settings file.
    """
    from bot.config import ConfigFault, read_settings
    from bot.running import Refused
    from bot.running import check_history as look_over

    try:
        found = look_over(read_settings(config))
    except (ConfigFault, Refused) as fault:
        return _stop(str(fault), EX_CONFIG)
    if found.broken is None:
        return print(f"Nothing was changed. Lines: {found.lines}. Last digest: {found.digest}")
    return _stop(f"Line {found.broken} is missing or was changed. Lines: {found.lines}.", 1)


@course.command
def check(pack: Path) -> None:
    """Read a course pack and list everything there is to mend.

    Parameters
    ----------
    pack
        A .toml file, a .zip, or a folder with course.toml in it.
    """
    from bot.domain.course import Course
    from bot.formats.pack import read_path

    result = read_path(pack)
    if isinstance(result, Course):
        questions = sum(len(unit.check.bank) for unit in result.units)
        print(f"{result.title}: {len(result.units)} units, {questions} questions. Nothing to mend.")
        return
    _stop("\n".join(map(str, result)), 1)


async def _until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Ends the work in order on Ctrl-C or SIGTERM, with exit code 0."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
