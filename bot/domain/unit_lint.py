"""Looks over a unit before it is opened, for what mastery classes are known to fail by (P16).

The causes are those that teachers name: objectives that say nothing one could do, lessons too long to sit through,
nothing to do after a "not yet", a bank so small that the third try brings the same questions again, more marking than
a week holds, and no time for those who need another try.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.course import Check, Course, Unit, Video
from bot.domain.drawing import Cell, Share, cell_of, draw_form
from bot.domain.formulas import formula_problem
from bot.domain.questions import Calculated, Essay, TrueFalse
from bot.domain.showing import option_texts

#: of one video; teachers who flip advise six to ten minutes
LONGEST_S = 600
#: tries that a bank should last for without asking the same again
TRIES = 3
#: a class takes about one unit in a week
WEEK_S = 7 * 24 * 3600
#: of a teacher with five classes, where the class is not known yet
MANY_STUDENTS = 150
#: that a student takes on average: every second one needs another
TRIES_EACH = 1.5
#: to read one written answer and say something to it
MINUTES_EACH = 3
#: of marking by hand in a week
MOST_MINUTES = 120


@dataclass(frozen=True, slots=True)
class VagueObjective:
    """It begins with a verb that nobody can watch a student do."""

    unit: str
    objective: str
    verb: str


@dataclass(frozen=True, slots=True)
class NoQuestions:
    """The check never asks for it."""

    unit: str
    objective: str


@dataclass(frozen=True, slots=True)
class NoReview:
    """After "not yet" a student is not told where to look again."""

    unit: str
    objective: str


@dataclass(frozen=True, slots=True)
class LongVideo:
    unit: str
    title: str
    length_s: int


@dataclass(frozen=True, slots=True)
class ThinBank:
    """By the ``attempt``-th try so many percent of the questions have been asked before."""

    unit: str
    pool: int
    form: int
    attempt: int
    repeated_percent: int
    #: as many more questions would do
    write_more: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class MarkingLoad:
    """What a teacher marks by hand in the week of the unit."""

    unit: str
    students: int
    answers: int
    minutes: int


@dataclass(frozen=True, slots=True)
class FormulaAsTyped:
    """Students see its LaTeX. ``reason`` says what is in the way."""

    unit: str
    #: its slug
    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class NoTimeToRetake:
    """Who needs TRIES tries does not get them into the unit's week: the slow ones fall behind."""

    unit: str
    cooldown_s: int


Advice = (
    VagueObjective
    | NoQuestions
    | NoReview
    | LongVideo
    | ThinBank
    | MarkingLoad
    | NoTimeToRetake
    | FormulaAsTyped
)


def look_over(course: Course, students: int = MANY_STUDENTS) -> tuple[Advice, ...]:
    """Everything worth mending, unit by unit, in the order of the course."""
    return tuple(advice for unit in course.units for advice in look_over_unit(unit, students))


def look_over_unit(unit: Unit, students: int) -> Iterator[Advice]:
    yield from _objectives(unit)
    for material in unit.prework.materials:
        if isinstance(material, Video) and material.length_s > LONGEST_S:
            yield LongVideo(unit.title, material.title, material.length_s)
    yield from _formulas(unit)
    yield from filter(None, (thin_bank(unit.title, unit.check), marking_load(unit, students)))
    if unit.check.cooldown_s * (TRIES - 1) > WEEK_S:
        yield NoTimeToRetake(unit.title, unit.check.cooldown_s)


def _objectives(unit: Unit) -> Iterator[Advice]:
    asked = {question.objective for question in unit.check.bank}
    for objective in unit.objectives:
        if (verb := vague_verb(objective.text)) is not None:
            yield VagueObjective(unit.title, objective.slug, verb)
        if objective.slug not in asked:
            yield NoQuestions(unit.title, objective.slug)
        if not objective.review.strip():
            yield NoReview(unit.title, objective.slug)


def _formulas(unit: Unit) -> Iterator[Advice]:
    for question in (*unit.prework.questions, *unit.check.bank):
        texts = (question.prompt, *option_texts(question))
        reason = next((each for each in map(formula_problem, texts) if each), None)
        if reason is not None:
            yield FormulaAsTyped(unit.title, question.slug, reason)


#: what a student is said to do inside their head (Mager, Preparing Instructional Objectives)
_VAGUE = re.compile(
    r"(?:(?:you |students? )?(?:can|will|should)?\s*(?:be able to\s+)?)"
    r"(understand|know|learn(?: about)?|appreciate|be (?:aware|familiar)|become familiar|grasp|realise|realize)\b",
    re.IGNORECASE,
)


def vague_verb(objective: str) -> str | None:
    """The verb at its beginning that says nothing one could watch; None when there is none."""
    found = _VAGUE.match(objective.strip())
    return found[1].lower() if found else None


def thin_bank(unit: str, check: Check) -> ThinBank | None:
    """Whether the bank runs out within TRIES, by the rule that draws forms."""
    repeats = repeats_by_try(check)
    if not check.bank or not any(each.total() for each in repeats):
        return None
    percent = 100 * repeats[-1].total() // min(check.draw, len(check.bank))
    return ThinBank(unit, len(check.bank), check.draw, TRIES, percent, _write_more(check))


def repeats_by_try(check: Check) -> list[Counter[Cell]]:
    """For each of TRIES tries, how many questions of each kind had been asked in a try before.

    A calculated question has new numbers each time, so it never runs out. Where a bank is short of several kinds
    at once, chance may make one question more or less of it.
    """
    seen: dict[str, int] = {}
    repeats: list[Counter[Cell]] = []
    for number in range(1, TRIES + 1):
        form = draw_form(check.bank, check.draw, seen, str(number), blueprint=check.blueprint)
        again = [each.question for each in form if each.question.slug in seen]
        repeats.append(Counter(cell_of(each) for each in again if not isinstance(each, Calculated)))
        seen |= {each.question.slug: number for each in form}
    return repeats


def _write_more(check: Check) -> tuple[Share, ...]:
    """The least that, added one by one where questions come again first, makes TRIES tries all new."""
    named = {(each.objective, each.difficulty) for each in check.blueprint}
    more: Counter[Cell] = Counter()
    while repeated := next((each for each in repeats_by_try(check) if each.total()), None):
        _, cell = max((count, each) for each, count in repeated.items())
        more[cell] += 1
        objective, difficulty = cell
        new = TrueFalse(f"new {more.total()}", "", answer=True, objective=objective, difficulty=difficulty)
        check = replace(check, bank=(*check.bank, new))
    wanted: Counter[tuple[str, int | None]] = Counter()
    for (objective, difficulty), count in sorted(more.items()):
        is_named = (objective, difficulty) in named
        wanted[objective, difficulty if is_named else None] += count
    return tuple(Share(objective, count, difficulty) for (objective, difficulty), count in wanted.items())


def marking_load(unit: Unit, students: int) -> MarkingLoad | None:
    """The teacher's minutes for one week's unit, where they are more than is bearable."""
    check = unit.check
    form = draw_form(check.bank, check.draw, {}, "", blueprint=check.blueprint)
    per_try = sum(isinstance(each.question, Essay) for each in form)
    once = sum(isinstance(each, Essay) for each in unit.prework.questions)
    answers = int(students * (once + per_try * TRIES_EACH))
    minutes = answers * MINUTES_EACH
    return MarkingLoad(unit.title, students, answers, minutes) if minutes > MOST_MINUTES else None


def by_unit(advice: Sequence[Advice]) -> dict[str, list[Advice]]:
    found: dict[str, list[Advice]] = {}
    for each in advice:
        found.setdefault(each.unit, []).append(each)
    return found
