"""Packs are read in a process of their own: whatever is in one, the bot goes on and an answer comes."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from bot.domain.course import Course, Fault
from bot.formats.pack import read_pack
from bot.formats.worker import MEMORY_LIMIT, WorkerPackParser
from tests.formats.packs import COURSE, files, zipped

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="looks at limits and processes by way of /proc"
)


async def test_a_course_comes_over_exactly_as_it_is_read_here():
    data = zipped(files())
    result = await WorkerPackParser().parse("pack.zip", data)
    assert isinstance(result, Course)
    assert repr(result) == repr(read_pack("pack.zip", data))


async def test_faults_come_over_exactly_too():
    data = zipped(
        files(course=COURSE.replace("draw = 2", "draw = 99"), atoms="Explain \u2028 \U0001f9ea. {}")
    )
    result = await WorkerPackParser().parse("pack.zip", data)
    assert isinstance(result, tuple)
    assert len(result) == 2
    assert result == read_pack("pack.zip", data)


async def test_parsers_started_together_each_get_their_own_answer():
    parser = WorkerPackParser()
    packs = [zipped(files(course=COURSE.replace("intro-chemistry", f"chemistry-{n}"))) for n in range(5)]
    results = await asyncio.gather(*(parser.parse("pack.zip", pack) for pack in packs))
    assert [result.slug for result in results if isinstance(result, Course)] == [
        f"chemistry-{n}" for n in range(5)
    ]


def toml(text: str) -> tuple[str, bytes]:
    return "pack.toml", text.encode()[: 256 * 1024]


def bank(text: str) -> tuple[str, bytes]:
    return "pack.zip", zipped(files(measurement=text), zipfile.ZIP_STORED)


HOSTILE = {
    "a key of very many dots": toml("a." * 32_000 + "a = 1"),
    "many keys of many dots": toml("\n".join("a" + ".a" * 14 + f".b{n} = 1" for n in range(7_000))),
    "a table of very many dots": toml("[" + "a." * 120_000 + "a]"),
    "many tables under a deep one": toml(
        "[" + ".".join("abcdefghijklmnop") + "]\n" + "".join(f"k{n}=1\n" for n in range(19_000))
    ),
    "deep brackets": toml("a = " + "[" * 100_000),
    "deep inline tables": toml("a = " + "{a=" * 80_000),
    "very many keys": toml("".join(f"k{n}=1\n" for n in range(40_000))),
    "very many values": toml("a = [" + "1," * 120_000 + "]"),
    "very many array tables": toml("[[units]]\n" * 19_000),
    "a number of very many digits": toml("[course]\nslug = " + "9" * 200_000),
    "a string without an end": toml('a = """' + "\\n" * 120_000),
    "a very long title": toml(f'[course]\nslug = "a"\ntitle = "{"x" * 250_000}"'),
    "nothing but quotes": toml("'" * 250_000),
    "nothing but braces": bank("{" * 1_000_000),
    "a question of very many answers": bank("A {" + "=a" * 450_000 + "}"),
    "very many questions": bank("A{T}\n\n" * 160_000),
    "very many broken questions": bank("A{\n::b" * 160_000),
    "very many titles alike": bank("::a::A{T}\n\n" * 90_000),
    "very many comments": bank("//[id:[tag:" * 90_000),
    "very many tags": bank("[html]" + "<a <!--" * 140_000 + "{T}"),
    "very many entities and stars": bank("A {=" + "*&amp;" * 160_000 + "}"),
    "very much white space": bank("A" + " \t" * 400_000 + "{T}"),
    "very many backslashes": bank("\\" * 1_000_000 + "{T}"),
    "a bomb": ("pack.zip", zipped({"course.toml": b"\0" * 50_000_000})),
    "a pack of noise": ("pack.zip", b"PK" + os.urandom(500_000)),
}


@pytest.mark.parametrize(("name", "data"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_a_hostile_pack_gets_an_answer_without_the_clock_running_out(name: str, data: bytes):
    result = await WorkerPackParser().parse(name, data)
    assert isinstance(result, tuple)
    assert all(fault.problem for fault in result)
    assert "more than 15 seconds" not in result[0].problem
    assert "gave up" not in result[0].problem


def test_the_hostile_packs_are_many_and_one_is_dear_indeed_without_the_first_look():
    assert len(HOSTILE) >= 20
    with pytest.raises(RecursionError):
        tomllib.loads(HOSTILE["deep brackets"][1].decode())


async def test_a_reader_that_does_not_end_is_killed_and_the_loop_goes_on_meanwhile(tmp_path: Path):
    command = stand_in(tmp_path, ENDLESS)
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.01)
            turns += 1

    turning, timeout_s, result = asyncio.create_task(turn()), 1, None
    while not (tmp_path / "told").exists():  # as long as the machine takes to start a process
        timeout_s *= 2
        result = await WorkerPackParser(timeout_s=timeout_s, command=command).parse("pack.toml", b"x = 1")
    turning.cancel()
    assert result == (
        Fault(
            "pack.toml",
            None,
            "",
            f"reading it took more than {timeout_s} seconds, so nothing was imported: "
            "look whether it is the file that you meant, and cut a very large course in two",
        ),
    )
    assert turns > 2
    assert not alive(int((tmp_path / "told").read_text()))


@linux_only
async def test_a_reader_that_uses_up_its_seconds_of_the_processor_is_told_as_too_slow(tmp_path: Path):
    busy = "from bot.formats.worker import limit_this_process\nlimit_this_process(int(sys.argv[1]))\nwhile True: pass"
    result = await WorkerPackParser(cpu_s=1, command=stand_in(tmp_path, busy)).parse("pack.toml", b"x = 1")
    assert isinstance(result, tuple)
    assert "took more than 1 seconds" in result[0].problem


async def test_a_cancelled_import_leaves_no_process_behind(tmp_path: Path):
    parser = WorkerPackParser(command=stand_in(tmp_path, ENDLESS))
    parsing = asyncio.create_task(parser.parse("pack.toml", b"x = 1"))
    while not (tmp_path / "told").exists():  # noqa: ASYNC110 - another process tells by way of a file
        await asyncio.sleep(0.01)
    parsing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await parsing
    assert not alive(int((tmp_path / "told").read_text()))


@pytest.mark.parametrize(
    "crash",
    [
        "raise MemoryError",
        "import os; os._exit(3)",
        "import os; os.kill(os.getpid(), 9)",
        "print('', end='')",
    ],
)
async def test_a_reader_that_dies_is_a_fault_and_the_operator_finds_why(
    crash: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.ERROR):
        parser = WorkerPackParser(command=stand_in(tmp_path, crash))
        result = await parser.parse("pack.toml", b"x = 1" * 100_000)
    assert isinstance(result, tuple)
    assert "nothing was imported" in result[0].problem
    assert "Traceback" not in str(result[0])
    assert ("ended with" in caplog.text) == ("print" not in crash)


async def test_a_reader_that_cannot_be_started_is_a_fault():
    result = await WorkerPackParser(command=["/nowhere/python"]).parse("pack.toml", b"x = 1")
    assert isinstance(result, tuple)
    assert "nothing was imported" in result[0].problem


@linux_only
async def test_the_reader_has_limits_and_none_of_the_bots_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("FLIPCORD_DISCORD_TOKEN", "canary")
    command = stand_in(tmp_path, LIMITED)
    await WorkerPackParser(cpu_s=6, command=command).parse("pack.toml", b"x = 1")
    told = json.loads((tmp_path / "told").read_text())
    assert told == {"memory": MEMORY_LIMIT, "cpu_s": 6, "secrets": False}


ENDLESS = "tell(str(os.getpid())); time.sleep(600)"
LIMITED = """
import json, resource
from bot.formats.worker import limit_this_process
limit_this_process(int(sys.argv[1]))
memory, cpu_s = (resource.getrlimit(limit)[0] for limit in (resource.RLIMIT_AS, resource.RLIMIT_CPU))
tell(json.dumps({"memory": memory, "cpu_s": cpu_s, "secrets": "canary" in repr(dict(os.environ))}))
"""


def stand_in(folder: Path, script: str) -> list[str]:
    """The command of a process in the reader's place, which may leave word in the folder's file "told"."""
    told, draft = str(folder / "told"), str(folder / "draft")
    tell = f"def tell(words):\n    open({draft!r}, 'w').write(words)\n    os.rename({draft!r}, {told!r})\n"
    (folder / "stand_in.py").write_text(f"import os, sys, time\n{tell}\n{script}", encoding="utf-8")
    return [sys.executable, str(folder / "stand_in.py")]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
