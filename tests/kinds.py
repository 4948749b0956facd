"""One question of every kind, and what a student who knows everything gives to each."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from bot.domain.giving import FilledIn, Given, Paired, Placed
from bot.domain.mastery import Item
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Calculated,
    Chosen,
    Essay,
    Formula,
    Gap,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
    UnitRule,
    Variable,
    Written,
)
from bot.domain.showing import gap_options
from tests.builders import numeric, several, short, single, true_false

ONE, NONE = Fraction(1), Fraction(0)


def matching(slug: str = "pairs", count: int = 3) -> Matching:
    pairs = tuple(Pair(f"left {place} of {slug}", f"right {place} of {slug}") for place in range(count))
    return Matching(slug, f"Match them ({slug})", pairs, (f"spare of {slug}",), "1.1")


def ordering(slug: str = "order", count: int = 4) -> Ordering:
    items = tuple(f"step {place} of {slug}" for place in range(count))
    return Ordering(slug, f"Put them in order ({slug})", items, objective="1.1")


def gaps(slug: str = "gaps") -> Gaps:
    word = Gap(texts=(AcceptedText("mole", ONE),))
    number = Gap(numbers=(AcceptedNumber(Decimal(12), Decimal(12), ONE),))
    choice = Gap(options=(Option("gram", ONE), Option("litre", NONE), Option("metre", NONE)))
    more = tuple(Gap(texts=(AcceptedText(f"word{place}", ONE),)) for place in range(3))
    prompt = "A [[1]] of carbon has [[2]] [[3]]. " + " ".join(f"[[{place}]]" for place in range(4, 7))
    return Gaps(slug, f"{prompt} ({slug})", (word, number, choice, *more), "1.1")


def essay(slug: str = "essay", *, wants_file: bool = False) -> Essay:
    return Essay(slug, f"Explain it ({slug})", wants_file, "1.2")


def with_unit(slug: str = "unit") -> Numeric:
    accepted = AcceptedNumber(Decimal("3.2"), Decimal("3.3"), ONE)
    return Numeric(slug, f"How long is it? ({slug})", (accepted,), "1.2", unit=UnitRule("m"))


def calculated(slug: str = "calc") -> Calculated:
    variables = tuple(Variable(name, Decimal(1), Decimal(9), Decimal(1)) for name in "ab")
    return Calculated(slug, "What is {a} + {b}?", variables, (Formula("{a}+{b}", ONE),), objective="1.2")


def every_kind() -> tuple[Question, ...]:
    """All that is marked at once."""
    plain = (single("one"), several("several"), true_false("tf"), numeric("number"), short("text"))
    return (*plain, matching(), ordering(), gaps(), with_unit(), calculated())


def all_right(item: Item) -> list[Given]:
    """One press or form after the other."""
    match item.question:
        case TrueFalse(answer=is_true):
            return [Chosen((item.shown.index(0 if is_true else 1),))]
        case SingleChoice(options=options) | SeveralChoices(options=options):
            right = [item.shown.index(place) for place, each in enumerate(options) if each.credit > 0]
            return [Chosen(tuple(sorted(right)))]
        case Numeric(accepted=accepted, unit=unit):
            middle = (accepted[0].low + accepted[0].high) / 2
            return [Typed(f"{middle:f}" + (f" {unit.wanted}" if unit else ""))]
        case ShortText(accepted=accepted):
            return [Typed(accepted[0].pattern)]
        case Matching(pairs=pairs, rights=rights):
            places = [item.shown.index(rights.index(each.right)) for each in pairs]
            return [Paired(side, place) for side, place in enumerate(places)]
        case Ordering(items=items):
            return [Placed(item.shown.index(place)) for place in range(len(items))]
        case Gaps(gaps=blanks):
            values = [_fill(each) for each in blanks]
            starts = range(0, len(values), 4)
            return [FilledIn(first, tuple(values[first : first + 4])) for first in starts]
        case Essay():
            return [Written("Because it is so.")]


def _fill(gap: Gap) -> str | int:
    if gap.options:
        return gap_options(gap).index(next(each.text for each in gap.options if each.credit == 1))
    return f"{gap.numbers[0].low}" if gap.numbers else gap.texts[0].pattern
