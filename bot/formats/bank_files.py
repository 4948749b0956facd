"""Banks for a running bot: read in a process of their own, written in a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.bank_merge import BroughtBank
from bot.domain.course import Fault
from bot.domain.questions import Question
from bot.formats.bank_lines import bank_of
from bot.formats.bank_report import name_of, write_as
from bot.formats.tags import Located
from bot.formats.worker import WorkerPackParser


class BankFiles:
    """Offers what ``bot.services.ports.BankFiles`` asks for."""

    def __init__(self, worker: WorkerPackParser) -> None:
        self._worker = worker

    async def read(self, filename: str, data: bytes, objectives: Sequence[str], default: str) -> BroughtBank:
        output = await self._worker.ask(filename, data, {"objectives": list(objectives), "default": default})
        return BroughtBank((), (output,)) if isinstance(output, Fault) else bank_of(output)

    async def write(
        self, questions: Sequence[Question], pictures: Mapping[str, bytes], suffix: str
    ) -> tuple[bytes, tuple[str, ...]]:
        return await asyncio.to_thread(_written, questions, pictures, suffix)


def _written(
    questions: Sequence[Question], pictures: Mapping[str, bytes], suffix: str
) -> tuple[bytes, tuple[str, ...]]:
    # the objective is what a bank of ours is tagged with
    located = [
        Located(replace(each, objective=""), line, each.slug, (each.objective,) if each.objective else ())
        for line, each in enumerate(questions, start=1)
    ]
    text, left_out = write_as(suffix, located, pictures)
    return text.encode(), tuple(name_of(each) for each in left_out)
