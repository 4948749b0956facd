"""The sandbox as a process: one address, and an orderly end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.loopback.changes import PATIENCE_S

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(folder: Path, port: int = 0) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`flipcord sandbox`, and the address that it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "sandbox", "--port", str(port),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, env=os.environ | {"TMPDIR": str(folder)},
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (found := re.search(rb"http://\S+", await process.stdout.readline())):
                assert process.returncode is None
        yield process, found[0].decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def inside(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_ends_it_with_exit_code_0_and_leaves_nothing_behind(tmp_path: Path, how: signal.Signals):
    async with running(tmp_path) as (process, address), aiohttp.ClientSession() as session:
        assert [name for name in inside(tmp_path) if name.startswith("flipcord-sandbox-")]
        base, _, token = address.partition("/#")
        async with session.get(f"{base}/world/events", params={"token": token}) as stream:
            assert (await stream.content.readline()).startswith(b"data: ")
            process.send_signal(how)
            async with asyncio.timeout(PATIENCE_S):
                assert await process.wait() == 0
    assert inside(tmp_path) == []


async def test_when_the_port_is_taken_another_one_is_used(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with running(tmp_path, port) as (_, address), aiohttp.ClientSession() as session:
            base = address.partition("/#")[0]
            assert base != f"http://127.0.0.1:{port}"
            async with session.get(base + "/") as page:
                assert page.status == 200
