"""The command line: parse, call, print. Exit codes: 0 done, 1 something did not hold, 78 wrong settings."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, NoReturn

from cyclopts import App, Parameter

app = App(
    name="flipcord", help="A Discord bot for remote flipped-mastery classes.", version_flags=["--version"]
)
course = App(name="course", help="Course packs.")
app.command(course)
bank = App(name="bank", help="Question banks: GIFT, Aiken, CSV, Moodle XML, Canvas's QTI.")
app.command(bank)
history = App(name="history", help="The record of what was said and done.")
app.command(history)

#: sysexits.h EX_CONFIG: a supervisor must not start it again (README)
EX_CONFIG = 78


def _stop(message: str, code: int) -> NoReturn:
    with suppress(OSError, ValueError):  # where nobody reads it, the code has to say it all
        print(message, file=sys.stderr)
    from bot.logs import end_quietly

    end_quietly()
    raise SystemExit(code)


@app.command
def run(*, config: Path = Path("config.toml")) -> None:
    """Connect to Discord and work until stopped.

    Parameters
    ----------
    config
        The settings file.
    """
    gc.disable()  # a sixth of the time it takes to load; bot.running sets it going again
    from bot.config import ConfigFault, read_settings

    try:
        settings = read_settings(config)
    except ConfigFault as fault:
        _stop(str(fault), EX_CONFIG)
    from bot.logs import set_up_logs
    from bot.running import Later, Refused, run_bot

    set_up_logs(settings.log, settings.secrets)
    try:
        asyncio.run(_until_stopped(run_bot(settings)))
    except Refused as refusal:
        _stop(str(refusal), EX_CONFIG)
    except Later as later:
        _stop(str(later), 1)


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
def backup(file: Path, *, config: Path = Path("config.toml")) -> None:
    """Copy the database to a new file and check the copy. Flipcord may run meanwhile.

    Parameters
    ----------
    file
        The copy; a file that is there already is not overwritten.
    config
        The settings file, which says where the database is.
    """
    from bot.config import ConfigFault, read_settings
    from bot.storage.backup import NoBackup, back_up

    try:
        size = back_up(read_settings(config).storage.path, file)
    except ConfigFault as fault:
        _stop(str(fault), EX_CONFIG)
    except NoBackup as why:
        _stop(str(why), 1)
    else:
        print(f"Backed up to {file}: {size / 1_000_000:.1f} MB, whole and checked.")


@app.command
def key() -> None:
    """Print a new key for security.keys."""
    from cryptography.fernet import Fernet

    print(Fernet.generate_key().decode())


@app.command
def allow_openings(*, config: Path = Path("config.toml")) -> None:
    """Open inboxes again, after Discord has lifted the bot's quarantine; the bot may be running.

    Parameters
    ----------
    config
        The settings file.
    """
    from bot.config import ConfigFault, read_settings
    from bot.running import Later, Refused, change

    try:
        print(asyncio.run(change(read_settings(config), "allow-openings")))
    except (ConfigFault, Refused) as fault:
        _stop(str(fault), EX_CONFIG)
    except Later as later:
        _stop(str(later), 1)


@history.command(name="check")
def check_history(*, config: Path = Path("config.toml"), digest: str = "") -> None:
    """Find out whether anybody changed the record, and print its last digest.

    Parameters
    ----------
    config
        The settings file.
    digest
        The digest of a file that was taken away before: says whether the record still goes on from it.
    """
    from bot.config import ConfigFault, read_settings
    from bot.running import Refused
    from bot.running import check_history as look_over

    try:
        found = look_over(read_settings(config), digest.strip())
    except (ConfigFault, Refused) as fault:
        _stop(str(fault), EX_CONFIG)
    if found.broken is not None:
        _stop(f"Line {found.broken} is missing or was changed. Lines: {found.lines}.", 1)
    print(f"Nothing was changed. Lines: {found.lines}. Last digest: {found.digest}")
    if found.taken_out:
        print(
            f"An update took links and handles out of {found.taken_out} lines; each says which. "
            "The rest of them is as it was written."
        )
    if digest and found.stands_after is None:
        _stop("The record does not go on from that digest: another one was written in its place.", 1)
    if digest:
        print(f"That digest stands after line {found.stands_after}: the record goes on from there.")


@course.command
def check(pack: Path) -> None:
    """Read a course pack and list everything there is to mend, and what is worth thinking over.

    Parameters
    ----------
    pack
        A .toml file, a .zip, or a folder with course.toml in it.
    """
    from bot.domain.course import Course
    from bot.domain.unit_lint import by_unit, look_over
    from bot.formats.pack import read_path
    from bot.words.unit_lint import advice

    result = read_path(pack)
    if isinstance(result, Course):
        questions = sum(len(unit.check.bank) for unit in result.units)
        print(f"{result.title}: {len(result.units)} units, {questions} questions. Nothing to mend.")
        for title, found in by_unit(look_over(result)).items():
            print(f"\n{title}:")
            print("\n".join(f"- {advice(each)}" for each in found))
        return
    _stop("\n".join(map(str, result)), 1)


@bank.command
def read(file: Path, *, json: Annotated[bool, Parameter(negative=())] = False) -> None:
    """Print what is understood of a bank, and every fault with its line.

    Parameters
    ----------
    file
        A .gift, .txt, .csv, .xml, .zip or .imscc.
    json
        One object: {"questions": [{"name", "type", ...}], "faults": [...]}.
    """
    import json as writer

    from bot.formats.bank import read_bank
    from bot.formats.bank_report import as_json, as_text

    found = read_bank(file.name, _bytes_of(file))
    print(
        writer.dumps(as_json(found.questions, found.faults), indent=1, ensure_ascii=False)
        if json
        else as_text(found.questions, found.faults)
    )
    if not found.questions:
        raise SystemExit(1)


@bank.command
def mark(file: Path, question: str, answer: str, *, seed: str = "1", item: int | None = None) -> None:
    """Print the exact mark that an answer to a question of a bank gets, from 0 to 1.

    A calculated question is asked with numbers of its own: which, is told on the error stream.

    Parameters
    ----------
    file
        As for ``bank read``.
    question
        Its name, or its number in the file, from 1.
    answer
        What is typed, or the words of the option; several, and pairs written left=right, joined by |.
    seed
        For a calculated question: any word; the same one draws the same numbers again.
    item
        For a calculated question with a data set: the number of the item in it, from 1, instead of a seed.
    """
    from bot.formats.bank import read_bank
    from bot.formats.bank_report import asked_with, find, mark_of

    bank = read_bank(file.name, _bytes_of(file))
    found = find(bank.questions, question)
    if found is None:
        wrong = [str(fault) for fault in bank.faults if question in fault.field]
        _stop("\n".join([f"{file.name} has no question {question!r} that can be read.", *wrong]), 1)
    try:
        asked = asked_with(found, seed, item)
        if asked is not found:
            print(asked.question.prompt, file=sys.stderr)
        print(mark_of(asked, answer))
    except ValueError as error:
        _stop(str(error), 1)


@bank.command
def convert(file: Path, to: Path) -> None:
    """Write a bank in another format, by the new file's ending: .gift, .xml (Moodle's) or .csv.

    Parameters
    ----------
    file
        As for ``bank read``.
    to
        The file to write. One that is there is not overwritten.
    """
    from bot.formats.bank import read_bank
    from bot.formats.bank_report import write_as

    if to.exists():
        _stop(f"{to} is there already: choose another name, or move it away.", 1)
    found = read_bank(file.name, _bytes_of(file))
    try:
        text, left_out = write_as(to.suffix, found.questions, found.pictures)
    except ValueError as error:
        _stop(str(error), 1)
    handle = os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)  # the answers are in it
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
        out.write(text)
    for fault in found.faults:
        print(f"not read: {fault}", file=sys.stderr)
    for one in left_out:
        print(f"not written: {one.title or one.question.slug}: {to.suffix} cannot hold it", file=sys.stderr)
    print(f"{len(found.questions) - len(left_out)} questions written to {to}.")


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        _stop(f"{file} cannot be read: {error.strerror}", 1)


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
