"""What one attempt at a check asks: a form drawn from the bank by its blueprint, and the order it is shown in."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.askable import too_many
from bot.domain.questions import (
    EASY,
    HARD,
    MEDIUM,
    Calculated,
    Matching,
    Ordering,
    Question,
    SeveralChoices,
    SingleChoice,
    TrueFalse,
)


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` questions of a form are on ``objective``, of that difficulty; None for any."""

    objective: str
    count: int
    difficulty: int | None = None


#: of a form. Shares of one objective add up: 2 of any difficulty and 1 hard one are 3, of which one is hard
Blueprint = tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A question as one attempt shows it; ``shown`` lists indices into the question's own options.

    Of a matching question they are of its right sides, of an ordering of its items.
    """

    question: Question
    shown: tuple[int, ...]


#: objective and difficulty
Cell = tuple[str, int]


def cell_of(question: Question) -> Cell:
    return question.objective, question.difficulty


def draw_form(
    bank: Sequence[Question],
    draw: int,
    seen: Mapping[str, int],
    seed: str,
    *,
    blueprint: Blueprint = (),
    in_use: Mapping[str, int] | None = None,
    only: Collection[str] | None = None,
) -> tuple[Drawn, ...]:
    """``draw`` questions of ``bank`` in a random order, the same ones for the same seed.

    Of all forms that meet the blueprint it is one with, in this order: the fewest questions that the student
    has seen; those seen longest ago; the least overlap with the neighbours' forms. Chance decides among equals.

    What the blueprint leaves open is spread over the objectives as evenly as it and the bank allow. Where the
    bank is short, a share takes the nearest difficulty of its objective, the easier of two equally near ones,
    and where the objective is used up, whatever keeps the form even. A bank smaller than ``draw`` is drawn
    whole; shares beyond ``draw`` are cut, the last ones first.

    ``seen`` gives, by slug, the number of the last attempt that asked the question; ``in_use`` in how many
    neighbours' forms it is. A calculated question has new numbers each time, so it never counts as repeated or
    shared. ``only`` leaves out all other objectives, in the bank and in the blueprint.
    """
    # what was kept before there were limits and nobody can answer; where there is nothing else, it can be passed over
    bank = [each for each in bank if not too_many(each)] or bank
    if only is not None:
        bank = [each for each in bank if each.objective in only]
        blueprint = tuple(each for each in blueprint if each.objective in only)
    dice = random.Random(seed)
    luck = {question.slug: dice.random() for question in bank}
    bounds = _Bounds.of(bank, draw, blueprint)
    neighbours = in_use or {}
    # the odd question goes where the most unseen ones are, so that nothing runs out early
    unseen = Counter(each.objective for each in bank if each.slug not in seen)
    # nor does what the blueprint needs each time: others are taken first, then what would last for most forms
    left = Counter(cell_of(each) for each in bank if each.slug not in seen)
    lasts = {cell: Fraction(left[cell], count) for cell, count in bounds.named.items()}

    def rank(each: Question) -> tuple[bool, int, int, int, bool, Fraction | int, float]:
        is_new = isinstance(each, Calculated) or each.slug not in seen
        shared = 0 if isinstance(each, Calculated) else neighbours.get(each.slug, 0)
        odd, cell = unseen[each.objective], cell_of(each)
        lasting = -lasts.get(cell, 0)
        return (
            not is_new,
            seen.get(each.slug, 0),
            shared,
            -odd,
            cell in lasts,
            lasting,
            luck[each.slug],
        )

    # The forms within the bounds are the bases of a matroid (the bounds are laminar: difficulties within
    # objectives within the form), so taking the best that still fits gives the best form in every respect.
    chosen = [each for each in sorted(bank, key=rank) if bounds.take(cell_of(each))]
    dice.shuffle(chosen)
    return tuple(Drawn(question, shown_order(question, dice)) for question in chosen)


# --- how many of what ------------------------------------------------------------------------------


def shares_met(bank: Sequence[Question], blueprint: Blueprint) -> dict[Cell, int]:
    """How many questions of each cell a form has at least, once a bank that is short has been made do with."""
    have = Counter(map(cell_of, bank))
    least: Counter[Cell] = Counter()
    wanted = {(each.objective, each.difficulty): each.count for each in blueprint if each.difficulty}
    for cell, count in wanted.items():
        least[cell] = min(count, have[cell])
    missing = Counter({cell: count - least[cell] for cell, count in wanted.items()})
    for objective, difficulty in missing:
        for near in _nearest(difficulty):
            given = min(missing[objective, difficulty], have[objective, near] - least[objective, near])
            least[objective, near] += given
            missing[objective, difficulty] -= given
    return {cell: count for cell, count in least.items() if count}


def _nearest(difficulty: int) -> list[int]:
    return sorted((EASY, MEDIUM, HARD), key=lambda each: (abs(each - difficulty), each))


class _Bounds:
    """Least and most of each cell and objective in a form, and what has been taken so far."""

    def __init__(
        self,
        draw: int,
        cells: Mapping[Cell, int],
        low: Mapping[str, int],
        high: Mapping[str, int],
        named: Mapping[Cell, int],
    ) -> None:
        self._draw, self._cells, self._low, self._high = draw, cells, low, high
        #: the shares of the blueprint that name a difficulty
        self.named = named
        self._taken: Counter[Cell] = Counter()
        #: by objective, what is taken and what its cells still need
        self._within: Counter[str] = Counter()
        for (objective, _), count in cells.items():
            self._within[objective] += count

    @classmethod
    def of(cls, bank: Sequence[Question], draw: int, blueprint: Blueprint) -> _Bounds:
        fitting = _cut(blueprint, draw)
        cells = shares_met(bank, fitting)
        have = Counter(each.objective for each in bank)
        wanted = Counter[str]()
        for share in fitting:
            wanted[share.objective] += share.count
        floor = {each: min(wanted[each], have[each]) for each in have}
        level = _level(have, floor, draw)
        low = {each: max(floor[each], min(have[each], level)) for each in have}
        high = {each: low[each] + (floor[each] <= level < have[each]) for each in have}
        named = {(each.objective, each.difficulty): each.count for each in fitting if each.difficulty}
        return cls(min(draw, len(bank)), cells, low, high, named)

    def take(self, cell: Cell) -> bool:
        """Takes a question of that cell, if the form can still be completed with it."""
        objective = cell[0]
        is_free = self._taken[cell] >= self._cells.get(cell, 0)
        within = self._within[objective] + is_free
        if within > self._high[objective]:
            return False
        if self._total() - self._held(objective) + max(within, self._low[objective]) > self._draw:
            return False
        self._taken[cell] += 1
        self._within[objective] = within
        return True

    def _held(self, objective: str) -> int:
        return max(self._within[objective], self._low[objective])

    def _total(self) -> int:
        return sum(self._held(each) for each in self._low)


def _cut(blueprint: Blueprint, draw: int) -> Blueprint:
    """The shares that a form of ``draw`` questions has room for."""
    kept: list[Share] = []
    for share in blueprint:
        room = draw - sum(each.count for each in kept)
        kept.append(Share(share.objective, min(share.count, room), share.difficulty))
    return tuple(each for each in kept if each.count > 0)


def _level(have: Mapping[str, int], floor: Mapping[str, int], draw: int) -> int:
    """The most questions that every objective can have, where there are as many, in a form of ``draw``."""
    level = 0
    while level < draw and sum(max(floor[each], min(have[each], level + 1)) for each in have) <= draw:
        level += 1
    return level


# --- the order in which options are shown ----------------------------------------------------------

#: "All of the above" is only true of what stands above it
_OF_THE_OTHERS = re.compile(
    r"(all|none|both|neither|any) of (these|those|them|the (above|others?|other options|options|answers))\W*",
    re.IGNORECASE,
)


def shown_order(question: Question, dice: random.Random) -> tuple[int, ...]:
    """A random order of what can be chosen or put in order; empty where there is no such thing.

    Every order of an ordering's items is equally likely, the right one too: to leave that one out would tell
    something of the key (RF1), and with two items all of it.
    """
    match question:
        case TrueFalse():
            return (0, 1)
        case SingleChoice(options=options) | SeveralChoices(options=options) | Calculated(options=options):
            return _shuffled([option.text for option in options], dice)
        case Matching(rights=rights):
            return _shuffled(rights, dice)
        case Ordering(items=items):
            order = list(range(len(items)))
            dice.shuffle(order)
            return tuple(order)
        case _:
            return ()


def _shuffled(texts: Sequence[str], dice: random.Random) -> tuple[int, ...]:
    order = list(range(len(texts)))
    dice.shuffle(order)
    order.sort(key=lambda each: _OF_THE_OTHERS.fullmatch(texts[each].strip()) is not None)
    return tuple(order)
