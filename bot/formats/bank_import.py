"""A bank brought on its own, into a unit that is there: as the unit's questions, and what was left out and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.bank_merge import BroughtBank
from bot.domain.course import Fault
from bot.domain.questions import Question
from bot.formats.askable import shown_title
from bot.formats.bank import read_bank
from bot.formats.course_toml import objective_of
from bot.formats.illustrate import Album, PictureProblem
from bot.formats.tags import Located


def read_for_unit(file: str, data: bytes, objectives: Sequence[str], default: str) -> BroughtBank:
    """The questions with the unit's objectives; ``default`` is that of questions which name none, or "".

    May take long on a hostile file: see worker.py.
    """
    bank = read_bank(file, data)
    album = Album(None)
    album.bring(bank.pictures)
    questions: list[Question] = []
    skipped = list(bank.faults)
    for one in bank.questions:
        objective = _objective(one, objectives, default, file)
        if isinstance(objective, Fault):
            skipped.append(objective)
            continue
        try:
            shown = album.illustrated(one.question)
        except PictureProblem as problem:
            skipped.append(Fault(file, one.line, shown_title(one), str(problem)))
            continue
        questions.append(replace(shown, objective=objective))
    skipped.sort(key=lambda each: each.line or 0)
    return BroughtBank(tuple(questions), tuple(skipped), album.pictures)


def _objective(one: Located, objectives: Sequence[str], default: str, file: str) -> str | Fault:
    found = objective_of(one, objectives, file, need_tag=not default)
    if isinstance(found, str):
        return found or default
    named = [tag for tag in one.tags if tag in objectives]
    # a bank from elsewhere has tags of its own, which say nothing about this unit
    if default and not named:
        return default
    if one.tags and not named:
        hint = "choose one with the option objective, or tag it"
        return replace(found, problem=f"{found.problem}: {hint}")
    return found
