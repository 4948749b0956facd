"""The bot as a child process: started, killed and started again, its output kept in a file."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bot.loopback.changes import PATIENCE_S

PROJECT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "bot", "run")
TAIL = 4000


class BotEndedError(Exception):
    """The bot's process ended by itself; `code` is its exit code, the text the end of its output."""

    def __init__(self, code: int, output: str) -> None:
        super().__init__(f"the bot ended with exit code {code}:\n{output}")
        self.code = code


class BotProcess:
    """One bot on one configuration, run as often as wanted; at most one process at a time."""

    def __init__(
        self, config: Path, output: Path, *, command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.command = (*command, "--config", str(config))
        self.output_path = output
        self.starts = 0
        self._environment = environment or {}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return None if self._process is None else self._process.returncode

    @property
    def output(self) -> str:
        """All that was printed by all runs so far."""
        return self.output_path.read_text(errors="replace") if self.output_path.exists() else ""

    async def start(self) -> None:
        if self.running:
            raise RuntimeError("the bot runs already")
        with self.output_path.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.command, cwd=PROJECT, env=self._environ(), stdin=asyncio.subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        self.starts += 1

    async def kill(self) -> None:
        """SIGKILL: no goodbye, nothing written. Returns once the process is gone."""
        await self._end(signal.SIGKILL)

    async def stop(self, *, timeout_s: float = PATIENCE_S) -> int:
        """SIGTERM, as a supervisor does; the exit code. TimeoutError when it does not end in time."""
        return await self._end(signal.SIGTERM, timeout_s=timeout_s)

    async def wait(self, *, timeout_s: float = PATIENCE_S) -> int:
        """Wait until it ends by itself; the exit code."""
        assert self._process is not None
        return await asyncio.wait_for(self._process.wait(), timeout_s)

    async def says(self, words: str, *, times: int = 1) -> None:
        """Wait until its output has these words so often, all runs so far included."""
        async with asyncio.timeout(PATIENCE_S):
            while self.output.count(words) < times:  # noqa: ASYNC110  # a file that another process writes
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        """Kill what is left of it, its worker processes included."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its own session, so its own group
        await self._process.wait()

    def raise_if_ended(self) -> None:
        if self._process is not None and self._process.returncode is not None:
            raise BotEndedError(self._process.returncode, self.output[-TAIL:])

    async def _end(self, how: signal.Signals, *, timeout_s: float = PATIENCE_S) -> int:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.send_signal(how)
        return await asyncio.wait_for(self._process.wait(), timeout_s)

    def _environ(self) -> dict[str, str]:
        """The caller's environment without settings of the bot that would go before the file's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLIPCORD_")}
        return kept | {"PYTHONUNBUFFERED": "1"} | dict(self._environment)
