"""Course packs and banks parsed in a process of their own, so that a hostile one costs a few seconds of it at most.

``python -m bot.formats.worker`` is that process: a JSON line with the file's name and then the file come in;
one JSON line for each fault, or one for the course and one for each unit and each picture, go out. With
"objectives" in the first line the file is a bank for a unit, and its questions go out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.domain.codec import unit_from_json, unit_to_json
from bot.domain.course import Course, Fault, Picture, Unit
from bot.domain.question_codec import question_from_json, question_to_json
from bot.formats.bank_import import read_for_unit
from bot.formats.bank_lines import bank_lines
from bot.formats.pack import read_pack
from bot.formats.text_file import shown_name

log = logging.getLogger(__name__)

MEMORY_LIMIT = 512 * 1024 * 1024
#: Seconds by the clock after which a reader is ended that waits for something. How long reading may take is counted in
#: the processor's, so that a busy machine refuses no pack.
PATIENCE_S = 120.0
#: how a child ends that used up the processor's seconds, where the system counts them (Windows does not)
OUT_OF_TIME = -getattr(signal, "SIGXCPU", 0) or None
#: what a child needs to start; the rest of the environment holds secrets
_ENVIRONMENT = ("PATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "LANG", "LC_ALL")
_ROOT = Path(__file__).resolve().parents[2]


#: the seconds of processor time that it may take are added as its argument
COMMAND = (sys.executable, "-P", "-m", "bot.formats.worker")


class WorkerPackParser:
    """Parses packs out of process. Two at a time: the others wait their turn."""

    #: text takes a second at most; a pack full of formulas and photographs takes ten
    def __init__(
        self, cpu_s: int = 15, timeout_s: float = PATIENCE_S, command: Sequence[str] = COMMAND
    ) -> None:
        self._cpu_s, self._timeout_s = cpu_s, timeout_s
        self._command = command
        self._turns = asyncio.Semaphore(2)

    async def parse(self, filename: str, data: bytes) -> Course | tuple[Fault, ...]:
        """The course, or its faults; one that takes more than ``cpu_s`` seconds of a processor is one."""
        output = await self.ask(filename, data, {})
        return (output,) if isinstance(output, Fault) else await _received(output)

    async def ask(self, filename: str, data: bytes, more: dict[str, Any]) -> bytes | Fault:
        """What the process wrote about the file, or why it wrote nothing; ``more`` says what is wanted."""
        file = shown_name(filename)
        header = json.dumps({"filename": file, **more}).encode() + b"\n"
        async with self._turns:
            try:
                async with asyncio.timeout(self._timeout_s):
                    output = await self._run(file, header + data)
            except TimeoutError:
                return Fault(file, None, "", _too_slow(self._timeout_s))
            except OSError:
                log.exception("the pack reader could not be started")
                output = b""
        return output or Fault(file, None, "", _STOPPED)

    async def _run(self, file: str, payload: bytes) -> bytes | Fault:
        """What the child wrote, empty if it died; it never outlives this call."""
        child = await asyncio.create_subprocess_exec(
            *self._command,
            str(self._cpu_s),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=_environment(),
        )
        try:
            output, complaint = await child.communicate(payload)
        finally:
            if child.returncode is None:
                child.kill()
                await child.communicate()
        if child.returncode == 0:
            return output
        if child.returncode == OUT_OF_TIME:
            return Fault(file, None, "", _too_slow(self._cpu_s))
        words = complaint.decode(errors="replace")[-2000:]
        log.error("the pack reader ended with %s: %s", child.returncode, words)
        return b""


def _too_slow(seconds: float) -> str:
    return (
        f"reading it took more than {seconds:g} seconds, so nothing was imported: "
        "look whether it is the file that you meant, and cut a very large course in two"
    )


_STOPPED = (
    "the reader gave up on this file, and nothing was imported: zip the folder again, "
    "and if that does not help send the file to whoever runs the bot"
)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
    return kept | {"PYTHONPATH": path, "PYTHONUTF8": "1"}


async def _received(output: bytes) -> Course | tuple[Fault, ...]:
    """Built unit by unit, so that the loop turns in between however large the course is."""
    first, *rest = output.splitlines()
    head = json.loads(first)
    if "faults" in head:
        return tuple(Fault(**fault) for fault in head["faults"])
    units: list[Unit] = []
    pictures: list[Picture] = []
    for line in rest:
        entry = json.loads(line)
        if "png" in entry:
            pictures.append(Picture(entry["digest"], b64decode(entry["png"])))
            continue
        units.append(unit_from_json(entry["unit"], map(question_from_json, entry["bank"])))
        await asyncio.sleep(0)
    return Course(head["slug"], head["title"], tuple(units), tuple(pictures))


def _lines(result: Course | tuple[Fault, ...]) -> Iterator[dict[str, Any]]:
    if isinstance(result, tuple):
        yield {"faults": [asdict(fault) for fault in result]}
        return
    yield {"slug": result.slug, "title": result.title}
    for unit in result.units:
        yield {"unit": unit_to_json(unit), "bank": [question_to_json(one) for one in unit.check.bank]}
    for picture in result.pictures:
        yield {"digest": picture.digest, "png": b64encode(picture.png).decode()}


def limit_this_process(cpu_s: int) -> None:
    """Memory and processor time, where the system has such limits (Windows has none)."""
    try:
        import resource
    except ImportError:
        return
    # the processor's seconds end it with a signal of their own a second before they end it by force
    limits = ((resource.RLIMIT_AS, MEMORY_LIMIT, MEMORY_LIMIT), (resource.RLIMIT_CPU, cpu_s, cpu_s + 1))
    for limit, soft, hard in limits:
        # macOS has the names and refuses the memory limit
        with suppress(ValueError, OSError):
            resource.setrlimit(limit, (soft, hard))


def main() -> None:
    limit_this_process(int(sys.argv[1]))
    wanted = json.loads(sys.stdin.buffer.readline())
    file, data = wanted["filename"], sys.stdin.buffer.read()
    if "objectives" in wanted:
        brought = read_for_unit(file, data, wanted["objectives"], wanted["default"])
        lines = bank_lines(brought)
    else:
        lines = _lines(read_pack(file, data))
    for line in lines:
        sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")


if __name__ == "__main__":
    main()
