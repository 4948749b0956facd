"""Looks over a unit before it is opened, for what mastery classes are known to fail by (P16).

The causes are those that teachers name: objectives that say nothing one could do, lessons too long to sit through,
nothing to do after a "not yet", and a bank so small that the third try brings the same questions again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.course import Course, Unit, Video
from bot.domain.formulas import formula_problem
from bot.domain.mastery import draw_form
from bot.domain.questions import TrueFalse
from bot.domain.showing import option_texts

#: of one video; teachers who flip advise six to ten minutes
LONGEST_S = 600
#: tries that a bank should last for without asking the same again
TRIES = 3


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
    #: objective → how many more questions would do
    write_more: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class FormulaAsTyped:
    """Students see its LaTeX. ``reason`` says what is in the way."""

    unit: str
    #: its slug
    question: str
    reason: str


Advice = VagueObjective | NoQuestions | NoReview | LongVideo | ThinBank | FormulaAsTyped


def look_over(course: Course) -> tuple[Advice, ...]:
    """Everything worth mending, unit by unit, in the order of the course."""
    return tuple(advice for unit in course.units for advice in look_over_unit(unit))


def look_over_unit(unit: Unit) -> Iterator[Advice]:
    asked = Counter(question.objective for question in unit.check.bank)
    for objective in unit.objectives:
        if (verb := vague_verb(objective.text)) is not None:
            yield VagueObjective(unit.title, objective.slug, verb)
        if not asked[objective.slug]:
            yield NoQuestions(unit.title, objective.slug)
        if not objective.review.strip():
            yield NoReview(unit.title, objective.slug)
    for material in unit.prework.materials:
        if isinstance(material, Video) and material.length_s > LONGEST_S:
            yield LongVideo(unit.title, material.title, material.length_s)
    for question in (*unit.prework.questions, *unit.check.bank):
        texts = (question.prompt, *option_texts(question))
        reason = next((each for each in map(formula_problem, texts) if each), None)
        if reason is not None:
            yield FormulaAsTyped(unit.title, question.slug, reason)
    if (thin := thin_bank(unit.title, asked, unit.check.draw)) is not None:
        yield thin


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


def thin_bank(unit: str, pool: Mapping[str, int], form: int) -> ThinBank | None:
    """Whether the bank, ``pool`` questions for each objective, runs out within TRIES; by the rule that draws forms."""
    repeats = repeats_by_try(pool, form)
    attempt = next((number for number, each in enumerate(repeats, start=1) if each.total()), None)
    if attempt is None or not pool:
        return None
    drawn = min(form, sum(pool.values()))
    percent = 100 * repeats[-1].total() // drawn
    return ThinBank(unit, sum(pool.values()), form, TRIES, percent, _write_more(pool, form))


def repeats_by_try(pool: Mapping[str, int], form: int) -> list[Counter[str]]:
    """For each of TRIES tries, how many questions of each objective had been asked in a try before."""
    bank = [
        TrueFalse(f"{objective}/{number}", "", answer=True, objective=objective)
        for objective, count in pool.items()
        for number in range(count)
    ]
    seen: dict[str, int] = {}
    repeats: list[Counter[str]] = []
    for number in range(1, TRIES + 1):
        drawn = [each.question for each in draw_form(bank, form, seen, str(number))]
        repeats.append(Counter(each.objective for each in drawn if each.slug in seen))
        seen |= {each.slug: number for each in drawn}
    return repeats


def _write_more(pool: Mapping[str, int], form: int) -> tuple[tuple[str, int], ...]:
    """The least that, added one by one where questions come again first, makes TRIES tries all new."""
    enough = Counter(pool)
    while repeated := next((each for each in repeats_by_try(enough, form) if each.total()), None):
        _, objective = max((count, each) for each, count in repeated.items())
        enough[objective] += 1
    return tuple((each, enough[each] - pool[each]) for each in pool if enough[each] > pool[each])


def by_unit(advice: Sequence[Advice]) -> dict[str, list[Advice]]:
    found: dict[str, list[Advice]] = {}
    for each in advice:
        found.setdefault(each.unit, []).append(each)
    return found
