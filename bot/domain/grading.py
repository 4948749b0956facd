"""Marking: what an answer to a question earns, exactly.

The rules are Moodle's, where most teachers' banks come from: the first accepted answer that matches
counts, ticked options add up, a negative credit takes away. Credits stay fractions to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bot.domain.kept_answers import fitting
from bot.domain.ordering import mark_order
from bot.domain.questions import (
    Answer,
    Calculated,
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
    Posed,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
    Written,
)
from bot.domain.typed_numbers import holds
from bot.domain.typed_texts import plain, text_matches
from bot.domain.units import Units, Unreadable, after_penalty, read_quantity


@dataclass(frozen=True, slots=True)
class Mark:
    """What one answer earned: ``credit`` from -1 to 1, and what is said to this answer in particular.

    The question's general feedback is not part of it: it may give the key away.
    """

    credit: Fraction
    feedback: str


NOTHING = Mark(Fraction(0), "")


@dataclass(frozen=True, slots=True)
class NeedsMarking:
    """An answer that only the teacher can mark."""


def mark(question: Question, answer: Answer, units: Units | None = None) -> Mark | NeedsMarking:
    """The mark of ``answer``; a blank one earns nothing. An essay is marked by the teacher.

    ``units`` converts what was typed to the unit that is wanted. What ``unreadable`` gives a reason for earns
    nothing: it should be asked again instead. Nothing that was ever kept may stop a check from being marked: an
    answer that does not fit its question (the wrong kind, an option that it does not have, more than one where one
    is asked) earns nothing, and so does an order that is not whole. Raises ValueError for a calculated question
    only, of which one with numbers must be made first.
    """
    if isinstance(question, Essay) and isinstance(answer, Written | Typed):
        return NOTHING if is_blank(answer) else NeedsMarking()
    return mark_at_once(question, answer, units)


def mark_at_once(question: Question, answer: Answer, units: Units | None = None) -> Mark:
    """As ``mark``, where there is no essay among the questions; one raises ValueError unless it is blank."""
    if is_blank(answer):
        return NOTHING
    if isinstance(question, Calculated) or (
        isinstance(question, Essay) and isinstance(answer, Written | Typed)
    ):
        raise ValueError(f"the question {question.slug!r} cannot be marked at once")  # noqa: TRY004  # its kind is a value
    return NOTHING if fitting(question, answer) is None else _mark_fitting(question, answer, units)


def _mark_fitting(question: Posed, answer: Answer, units: Units | None) -> Mark:
    match question, answer:
        case TrueFalse(), Chosen((index,)):
            return _mark_true_false(question, answered=index == 0)
        case SingleChoice(options=options), Chosen((index,)):
            return Mark(options[index].credit, options[index].feedback)
        case SeveralChoices(), Chosen(indices):
            return _mark_several(question, indices)
        case ShortText(), Typed(text):
            return _mark_text(question, text)
        case Numeric(), Typed(text):
            return _mark_number(question, text, units)
        case Matching(), Matched(rights):
            return _mark_pairs(question, rights)
        case Ordering(items=items), Ordered(places) if len(places) == len(items):
            return Mark(mark_order(question.rule, places, len(items)), "")
        case Gaps(), Filled(texts):
            return _mark_gaps(question, texts)
        case _:
            return NOTHING


def is_blank(answer: Answer) -> bool:
    """Whether nothing was answered. "0" is an answer; spaces and invisible characters are not."""
    match answer:
        case Chosen(indices):
            return not indices
        case Typed(text):
            return not plain(text)
        case Matched(rights):
            return all(each is None for each in rights)
        case Ordered(places):
            return not places
        case Filled(texts):
            return not any(map(plain, texts))
        case Written(text, files):
            return not files and not plain(text)


def unreadable(question: Question, answer: Answer, units: Units | None = None) -> Unreadable | None:
    """Why the answer cannot be marked as it was typed, None where it can."""
    match question, answer:
        case Numeric(), Typed(text):
            read = read_quantity(question, text, units)
            return read if isinstance(read, Unreadable) else None
        case _:
            return None


def score(credits: Sequence[Fraction]) -> Fraction:
    """The mean of the credits, from 0 to 1: negative credits take away, but never below nothing.

    Raises ValueError when there are none.
    """
    if not credits:
        raise ValueError("a check without questions has no score")
    return max(Fraction(0), sum(credits, Fraction(0)) / len(credits))


def percent(score: Fraction) -> str:
    """``score`` in percent, to one decimal, cut off and not rounded: 79.99 must not look like 80."""
    whole, tenth = divmod(score.numerator * 1000 // score.denominator, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


def _mark_true_false(question: TrueFalse, *, answered: bool) -> Mark:
    if answered == question.answer:
        return Mark(Fraction(1), question.right_feedback)
    return Mark(Fraction(0), question.wrong_feedback)


def _mark_several(question: SeveralChoices, indices: Sequence[int]) -> Mark:
    ticked = [question.options[index] for index in sorted(set(indices))]
    total = sum((option.credit for option in ticked), Fraction(0))
    feedback = "\n".join(option.feedback for option in ticked if option.feedback)
    return Mark(min(Fraction(1), max(Fraction(0), total)), feedback)


def _mark_text(question: ShortText, text: str) -> Mark:
    for accepted in question.accepted:
        if text_matches(accepted.pattern, text, case_matters=question.case_matters):
            return Mark(accepted.credit, accepted.feedback)
    return NOTHING


def _mark_number(question: Numeric, text: str, units: Units | None) -> Mark:
    read = read_quantity(question, text, units)
    if isinstance(read, Unreadable):
        return NOTHING
    rule = question.unit
    for accepted in question.accepted:
        if read.is_unit_right and any(holds(accepted, value) for value in read.values):
            return Mark(accepted.credit, accepted.feedback)
        if rule is not None and rule.named and any(holds(accepted, value) for value in read.bare):
            # right as it stands: only the unit is not
            return Mark(after_penalty(rule, accepted.credit), accepted.feedback)
    return Mark(Fraction(0), question.otherwise_feedback)


def _mark_pairs(question: Matching, rights: Sequence[int | None]) -> Mark:
    """Each pair that is right earns its share; the same words on the right are right wherever they stand."""
    offered = question.rights
    got = sum(
        each is not None and offered[each] == pair.right
        for pair, each in zip(question.pairs, rights, strict=True)
    )
    return Mark(Fraction(got, len(question.pairs)), "")


def _mark_gaps(question: Gaps, texts: Sequence[str]) -> Mark:
    """Each gap earns its part of the whole, by its weight."""
    got = sum(
        (gap.weight * _credit(gap, text) for gap, text in zip(question.gaps, texts, strict=True)), Fraction(0)
    )
    most = sum(gap.weight for gap in question.gaps)
    return Mark(max(Fraction(0), got / most), "") if most else NOTHING


def _credit(gap: Gap, text: str) -> Fraction:
    """As the question of that kind would be marked by itself; an option is named by its text."""
    if gap.options:
        return next((each.credit for each in gap.options if same(each.text, text)), Fraction(0))
    if gap.numbers:
        return mark_at_once(Numeric("gap", "", gap.numbers), Typed(text)).credit
    return mark_at_once(ShortText("gap", "", gap.texts), Typed(text)).credit


def same(one: str, other: str) -> bool:
    """Options named by their words, whatever the spacing and the case."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
