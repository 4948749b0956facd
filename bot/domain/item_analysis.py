"""Which questions of a check work, and which objective a class has not got: facility, discrimination, distractors.

Facility is the mean credit. The discrimination index is the correlation of a question's credit with the score on
the rest of the same attempt, without the question itself; its discriminative efficiency is the covariance over the
greatest that the same credits and scores could have in another order. Both are those of Moodle's quiz statistics
(docs.moodle.org/dev/Quiz_statistics_calculations), as is leaving out repeated answers: each student's first answer
to a question counts and no later one, since who has read the remediation tells little about the question.

Forms are drawn from a bank: the score on the rest is its mean credit, so that rests of other questions compare. All
sums are exact; only a correlation's last step, a square root, is a float.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from operator import mul

from bot.domain.questions import Question, SeveralChoices, SingleChoice, TrueFalse

#: fewer first answers say nothing about a question; so many are needed before anything at all is said
ENOUGH = 10
#: and so many before anything is said that compares students
ENOUGH_TO_COMPARE = 20
#: students of whom an objective is known, before a class is said not to have it
ENOUGH_STUDENTS = 5
#: a question that so few get right is hardly answered by knowledge
NEARLY_NOBODY = Fraction(1, 5)
#: a class has an objective when at least half of its students have it
HALF = Fraction(1, 2)
#: one-sided 5 % of the normal distribution: a negative correlation that chance would seldom make
UNLIKELY_Z = 1.645
UNLIKELY = Fraction(1, 20)
#: a distractor is called dead when one of equal pull would have been passed over with at most this chance
DEAD = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question in one wording. A key or an option that was changed makes another wording."""

    #: rises with the revisions of the course
    id: int
    unit_slug: str
    question: Question


@dataclass(frozen=True, slots=True)
class Given:
    """An answer of a handed-in attempt; attempts rise with time."""

    person: int
    attempt: int
    question: int
    #: 0 to 1
    credit: Fraction
    #: indices of the question's own options; empty for what was typed or left open
    chosen: tuple[int, ...] = ()


class Flag(Enum):
    """Why to look at a question, gravest first."""

    STRONG_CHOOSE_ANOTHER = "strong students choose another answer more than the key"
    NEGATIVE = "students who do well elsewhere do worse here"
    NEARLY_NOBODY_RIGHT = "nearly nobody has it right"
    DEAD_DISTRACTOR = "nobody takes one of the wrong answers"
    EVERYBODY_RIGHT = "everybody has it right"


@dataclass(frozen=True, slots=True)
class Reason:
    """A flag; ``option`` is an index into the question's own options, where it is about one."""

    flag: Flag
    option: int | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """How many chose an option, in all and of the thirds that did best and worst on the rest of their attempts."""

    text: str
    is_key: bool
    all: int
    upper: int
    lower: int


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    asked: AskedQuestion
    #: students whose first answer counts
    n: int
    #: 0 to 1
    facility: Fraction
    #: -1 to 1; None where one of the two does not vary, or fewer than ENOUGH_TO_COMPARE can be compared
    discrimination: float | None
    #: at most 1
    efficiency: Fraction | None
    #: students in each of the two thirds
    third: int
    options: tuple[Picked, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class ObjectiveStatistics:
    unit_slug: str
    objective: str
    #: students who were asked about it
    n: int
    #: those whose last attempt reached the bar on it
    have_it: int

    @property
    def share(self) -> Fraction:
        return Fraction(self.have_it, self.n)

    @property
    def is_missing(self) -> bool:
        """Less than half of those who were asked have it; never said of fewer than ENOUGH_STUDENTS."""
        return self.n >= ENOUGH_STUDENTS and self.share < HALF


@dataclass(frozen=True, slots=True)
class ItemAnalysis:
    """Questions in the order in which they came into the course; objectives, the least known first."""

    #: who has handed in at least one attempt
    people: frozenset[int]
    items: tuple[ItemStatistics, ...]
    objectives: tuple[ObjectiveStatistics, ...]

    @property
    def students(self) -> int:
        return len(self.people)

    @property
    def by_need(self) -> tuple[ItemStatistics, ...]:
        """What to look at first: the gravest reasons, then what the fewest have right."""
        order = {flag: place for place, flag in enumerate(Flag)}
        return tuple(
            sorted(
                self.items,
                key=lambda each: (
                    order[each.reasons[0].flag] if each.reasons else len(order),
                    each.facility,
                ),
            )
        )


@dataclass(slots=True)
class _First:
    """First answers to one question: credits, and scores on the rest as numerator and denominator."""

    given: list[Given] = field(default_factory=list[Given])
    rests: list[tuple[int, int] | None] = field(default_factory=list["tuple[int, int] | None"])


def analyse(asked: Mapping[int, AskedQuestion], given: Sequence[Given], bar: int) -> ItemAnalysis:
    """``given``: every answer of handed-in attempts, oldest first. ``bar`` in percent, for the objectives.

    Of a question that was reworded only the newest wording that was answered counts.
    """
    forms: dict[int, list[Given]] = defaultdict(list)
    for each in given:
        forms[each.attempt].append(each)
    newest = _newest(asked, {each.question for each in given})
    first: dict[int, _First] = {number: _First() for number in newest}
    met: set[tuple[int, int]] = set()
    for attempt in sorted(forms):
        form = forms[attempt]
        scale = math.lcm(*(each.credit.denominator for each in form))
        total = sum(_scaled(each.credit, scale) for each in form)
        for each in form:
            key = each.person, each.question
            if each.question not in first or key in met:
                continue
            met.add(key)
            first[each.question].given.append(each)
            rest = (total - _scaled(each.credit, scale), scale * (len(form) - 1)) if len(form) > 1 else None
            first[each.question].rests.append(rest)
    return ItemAnalysis(
        frozenset(each.person for each in given),
        tuple(_statistics(asked[number], first[number]) for number in newest),
        tuple(_objectives(asked, forms, bar)),
    )


def together(units: Sequence[ItemAnalysis]) -> ItemAnalysis:
    """The analyses of several units as one."""
    return ItemAnalysis(
        frozenset(person for each in units for person in each.people),
        tuple(item for each in units for item in each.items),
        tuple(sorted((one for each in units for one in each.objectives), key=_least_known)),
    )


def _least_known(found: ObjectiveStatistics) -> tuple[Fraction, str, str]:
    return found.share, found.unit_slug, found.objective


def _newest(asked: Mapping[int, AskedQuestion], answered: Iterable[int]) -> list[int]:
    """The newest answered wording of each question, in the order of the questions' first ones."""
    newest: dict[tuple[str, str], int] = {}
    for number in sorted(answered):
        newest[asked[number].unit_slug, asked[number].question.slug] = number
    return list(newest.values())


def _scaled(value: Fraction, scale: int) -> int:
    return value.numerator * (scale // value.denominator)


def _statistics(asked: AskedQuestion, first: _First) -> ItemStatistics:
    given = first.given
    facility = sum((each.credit for each in given), Fraction(0)) / len(given)
    ranked = [(each, rest) for each, rest in zip(given, first.rests, strict=True) if rest is not None]
    whole = math.lcm(*(rest[1] for _, rest in ranked))
    scale = math.lcm(*(each.credit.denominator for each, _ in ranked))
    credits = [_scaled(each.credit, scale) for each, _ in ranked]
    rests = [rest[0] * (whole // rest[1]) for _, rest in ranked]
    correlation, efficiency = None, None
    if len(ranked) >= ENOUGH_TO_COMPARE:
        correlation, efficiency = correlate(credits, rests), _efficiency(credits, rests)
    # equals at the edge of a third go by person, which has nothing to do with how they did
    order = sorted(range(len(ranked)), key=lambda each: (rests[each], ranked[each][0].person))
    third = len(ranked) // 3
    lower = [ranked[each][0] for each in order[:third]]
    upper = [ranked[each][0] for each in order[len(order) - third :]]
    options = _picked(asked.question, given, upper, lower)
    return ItemStatistics(
        asked, len(given), facility, correlation, efficiency, third, options,
        tuple(_reasons(asked.question, len(given), len(ranked), facility, correlation, options)),
    )  # fmt: skip


def _covariance(xs: Sequence[int], ys: Sequence[int]) -> int:
    """Times the square of how many there are: exact, and the factor falls out of every ratio."""
    return len(xs) * sum(map(mul, xs, ys)) - sum(xs) * sum(ys)


def correlate(xs: Sequence[int], ys: Sequence[int]) -> float | None:
    """Pearson's correlation; None where one of the two does not vary."""
    spread = _covariance(xs, xs) * _covariance(ys, ys)
    if spread == 0:
        return None
    covariance = _covariance(xs, ys)
    square = float(Fraction(covariance * covariance, spread))
    return math.copysign(math.sqrt(square), covariance)


def _efficiency(xs: Sequence[int], ys: Sequence[int]) -> Fraction | None:
    most = _covariance(sorted(xs), sorted(ys))
    return Fraction(_covariance(xs, ys), most) if most else None


def _picked(
    question: Question, given: Sequence[Given], upper: Sequence[Given], lower: Sequence[Given]
) -> tuple[Picked, ...]:
    def times(place: int, answers: Sequence[Given]) -> int:
        return sum(place in each.chosen for each in answers)

    return tuple(
        Picked(text, is_key, times(place, given), times(place, upper), times(place, lower))
        for place, (text, is_key) in enumerate(_options(question))
    )


def _options(question: Question) -> list[tuple[str, bool]]:
    match question:
        case TrueFalse(answer=answer):
            return [("True", answer), ("False", not answer)]
        case SingleChoice(options=options):
            best = max(each.credit for each in options)
            return [(each.text, each.credit == best) for each in options]
        case SeveralChoices(options=options):
            return [(each.text, each.credit > 0) for each in options]
        case _:
            return []


def _reasons(
    question: Question,
    n: int,
    compared: int,
    facility: Fraction,
    correlation: float | None,
    options: Sequence[Picked],
) -> Iterable[Reason]:
    if n < ENOUGH:
        return
    if isinstance(question, SingleChoice | TrueFalse) and compared >= ENOUGH_TO_COMPARE:
        yield from _chosen_over_the_key(options)
    if correlation is not None and is_below_nothing(correlation, compared):
        yield Reason(Flag.NEGATIVE)
    if facility <= NEARLY_NOBODY:
        yield Reason(Flag.NEARLY_NOBODY_RIGHT)
    if isinstance(question, SingleChoice):
        yield from _dead(options)
    if facility == 1:
        yield Reason(Flag.EVERYBODY_RIGHT)


def _chosen_over_the_key(options: Sequence[Picked]) -> Iterable[Reason]:
    """Of the strong by more than chance, and more of them than of the weak: a common mistake is not a wrong key."""
    key = max((each.upper for each in options if each.is_key), default=0)
    for place, each in enumerate(options):
        if not each.is_key and each.upper > each.lower and _is_chosen_over(each.upper, key):
            yield Reason(Flag.STRONG_CHOOSE_ANOTHER, place)


def _dead(options: Sequence[Picked]) -> Iterable[Reason]:
    wrong = sum(each.all for each in options if not each.is_key)
    pulls = sum(not each.is_key for each in options)
    if pulls > 1 and Fraction(pulls - 1, pulls) ** wrong <= DEAD:
        for place, each in enumerate(options):
            if not each.is_key and each.all == 0:
                yield Reason(Flag.DEAD_DISTRACTOR, place)


def _is_chosen_over(another: int, key: int) -> bool:
    """Whether so many more would come of even odds in one case of twenty at most (sign test, one-sided)."""
    tries = another + key
    return (
        sum(math.comb(tries, each) for each in range(another, tries + 1)) * UNLIKELY.denominator <= 2**tries
    )


def is_below_nothing(correlation: float, n: int) -> bool:
    """Whether a correlation of ``n`` pairs lies below 0 by more than chance (Fisher's z, one-sided 5 %)."""
    if correlation <= -1:
        return True
    return math.atanh(correlation) * math.sqrt(n - 3) < -UNLIKELY_Z if correlation < 0 else False


def _objectives(
    asked: Mapping[int, AskedQuestion], forms: Mapping[int, Sequence[Given]], bar: int
) -> list[ObjectiveStatistics]:
    last: dict[tuple[str, str], dict[int, list[Fraction]]] = defaultdict(dict)
    for attempt in sorted(forms):
        parts: dict[tuple[str, str], list[Fraction]] = defaultdict(list)
        for each in forms[attempt]:
            about = asked[each.question]
            if about.question.objective:
                parts[about.unit_slug, about.question.objective].append(each.credit)
        for key, credits in parts.items():
            last[key][forms[attempt][0].person] = credits
    found = [
        ObjectiveStatistics(
            unit,
            objective,
            len(people),
            sum(sum(credits) * 100 >= bar * len(credits) for credits in people.values()),
        )
        for (unit, objective), people in last.items()
    ]
    return sorted(found, key=_least_known)
