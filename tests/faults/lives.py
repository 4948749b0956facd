"""The bot as many short lives: forked from a nursery, now and then an interpreter of its own."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from bot.loopback.changes import PATIENCE_S
from bot.loopback.process import PROJECT, BotProcess

#: every so many lives is a cold start
COLD_EVERY = 10


class Lives(BotProcess):
    """A BotProcess whose ``start`` mostly forks. At most one life at a time; ``close`` ends the nursery too."""

    def __init__(self, config: Path, output: Path, *, cold_every: int = COLD_EVERY) -> None:
        super().__init__(config, output)
        self._config, self._cold_every = config, cold_every
        #: what raises in each life from now on, as tests.faults.poisoning reads it
        self.poison = ""
        self._nursery: asyncio.subprocess.Process | None = None
        self._pid: int | None = None
        self._code: int | None = None

    @property
    def running(self) -> bool:
        return self._pid is not None or super().running

    @property
    def pid(self) -> int:
        return self._pid if self._pid is not None else super().pid

    @property
    def exit_code(self) -> int | None:
        return self._code

    async def start(self, crash_at: str | None = None) -> None:
        """``crash_at`` names a crash point, as bot.delivery.crashpoints reads it."""
        if self.running:
            raise RuntimeError("the bot runs already")
        self._code = None
        if crash_at is None and self._cold_every and self.starts % self._cold_every == self._cold_every - 1:
            await super().start()
            return
        environment = {"CRASH_AT": crash_at, "POISON": self.poison}
        given = [f"{name}={value}" for name, value in environment.items() if value]
        self._pid = int(await self._ask("start", *given))
        self.starts += 1

    async def kill(self) -> None:
        if self._pid is None:
            await super().kill()
            self._code = super().exit_code
            return
        pid, self._pid = self._pid, None
        self._code = int(await self._ask("kill", str(pid)))

    async def has_ended(self) -> bool:
        """By itself, at a crash point; ``exit_code`` tells how."""
        if self._pid is None:
            return True
        answer = await self._ask("look", str(self._pid))
        if answer != "lives":
            self._pid, self._code = None, int(answer)
        return answer != "lives"

    def raise_if_ended(self) -> None:
        if self._pid is None:
            super().raise_if_ended()

    async def close(self) -> None:
        if self._pid is not None:
            await self.kill()
        await super().close()
        if self._nursery is not None and self._nursery.stdin is not None:
            self._nursery.stdin.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nursery.wait(), PATIENCE_S)

    async def _ask(self, *words: str) -> str:
        nursery = self._nursery or await self._open()
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        nursery.stdin.write((" ".join(words) + "\n").encode())
        answer = await nursery.stdout.readline()
        if not answer:
            raise RuntimeError(f"the nursery ended: {self.output[-2000:]}")
        return answer.decode().strip()

    async def _open(self) -> asyncio.subprocess.Process:
        with self.output_path.open("ab") as output:
            self._nursery = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.nursery", str(self._config), str(self.output_path),
                cwd=PROJECT, env=self._environ(), stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE, stderr=output,
            )  # fmt: skip
        return self._nursery
