"""Marking every kind that a bank may hold. What a check asks is marked by ``bot.domain.grading``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.domain.grading import NOTHING, Mark, mark
from bot.domain.ordering import mark_order
from bot.domain.questions import (
    BankAnswer,
    BankQuestion,
    Chosen,
    Essay,
    Filled,
    Gap,
    Gaps,
    Matched,
    Matching,
    Numeric,
    Ordered,
    Ordering,
    ShortText,
    Typed,
)


def mark_bank(question: BankQuestion, answer: BankAnswer) -> Mark | None:
    """The mark of ``answer``; None for an essay, which the teacher marks.

    Raises ValueError when the answer does not fit the question.
    """
    match question, answer:
        case Essay(), _:
            return None
        case Matching(), Matched(rights):
            return _mark_pairs(question, rights)
        case Ordering(), Ordered(places):
            return Mark(mark_order(question.rule, places, len(question.items)), "") if places else NOTHING
        case Gaps(), Filled(texts):
            return _mark_gaps(question, texts)
        case ((Matching() | Ordering() | Gaps()), _):
            raise ValueError(f"{answer!r} does not fit the question {question.slug!r}")
        case _, (Chosen() | Typed()):
            return mark(question, answer)
        case _:
            raise ValueError(f"{answer!r} does not fit the question {question.slug!r}")


def _mark_pairs(question: Matching, rights: Sequence[int | None]) -> Mark:
    """Each pair that is right earns its share; the same words on the right are right wherever they stand."""
    offered = question.rights
    if len(rights) != len(question.pairs) or any(
        each is not None and not 0 <= each < len(offered) for each in rights
    ):
        raise ValueError(f"{rights!r} are not sides of the question {question.slug!r}")
    got = sum(
        each is not None and offered[each] == pair.right
        for pair, each in zip(question.pairs, rights, strict=True)
    )
    return Mark(Fraction(got, len(question.pairs)), "")


def _mark_gaps(question: Gaps, texts: Sequence[str]) -> Mark:
    """Each gap earns its part of the whole, by its weight."""
    if len(texts) != len(question.gaps):
        raise ValueError(f"the question {question.slug!r} has {len(question.gaps)} gaps, not {len(texts)}")
    got = sum(
        (gap.weight * _credit(gap, text) for gap, text in zip(question.gaps, texts, strict=True)), Fraction(0)
    )
    most = sum(gap.weight for gap in question.gaps)
    return Mark(max(Fraction(0), got / most), "")


def _credit(gap: Gap, text: str) -> Fraction:
    """As the question of that kind would be marked by itself; an option is named by its text."""
    if gap.options:
        return next((each.credit for each in gap.options if same(each.text, text)), Fraction(0))
    if gap.numbers:
        return mark(Numeric("gap", "", gap.numbers), Typed(text)).credit
    return mark(ShortText("gap", "", gap.texts), Typed(text)).credit


def same(one: str, other: str) -> bool:
    """Options named by their words, whatever the spacing and the case."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
