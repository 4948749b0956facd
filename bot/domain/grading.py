"""Marking: what an answer to a question earns, exactly.

The rules are Moodle's, where most teachers' banks come from: the first accepted answer that matches
counts, ticked options add up, a negative credit takes away. Credits stay fractions to the end.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bot.domain.questions import (
    AcceptedNumber,
    Answer,
    Chosen,
    Numeric,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one answer earned: ``credit`` from -1 to 1, and what is said to this answer in particular.

    The question's general feedback is not part of it: it may give the key away.
    """

    credit: Fraction
    feedback: str


NOTHING = Mark(Fraction(0), "")


def mark(question: Question, answer: Answer) -> Mark:
    """The mark of ``answer``; a blank one earns nothing.

    Raises ValueError when the answer does not fit the question: the wrong kind, an option that the
    question does not have, or more than one where one is asked.
    """
    if is_blank(answer):
        return NOTHING
    match question, answer:
        case TrueFalse(), Chosen((0 | 1 as index,)):
            return _mark_true_false(question, answered=index == 0)
        case SingleChoice(options=options), Chosen((index,)) if 0 <= index < len(options):
            return Mark(options[index].credit, options[index].feedback)
        case SeveralChoices(), Chosen(indices):
            return _mark_several(question, indices)
        case ShortText(), Typed(text):
            return _mark_text(question, text)
        case Numeric(), Typed(text):
            return _mark_number(question, text)
        case _:
            raise ValueError(f"{answer!r} does not fit the question {question.slug!r}")


def is_blank(answer: Answer) -> bool:
    """Whether nothing was answered. "0" is an answer; spaces and invisible characters are not."""
    match answer:
        case Chosen(indices):
            return not indices
        case Typed(text):
            return not _plain(text)


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
    if any(not 0 <= index < len(question.options) for index in indices):
        raise ValueError(f"{indices!r} are not all options of the question {question.slug!r}")
    ticked = [question.options[index] for index in sorted(set(indices))]
    total = sum((option.credit for option in ticked), Fraction(0))
    feedback = "\n".join(option.feedback for option in ticked if option.feedback)
    return Mark(min(Fraction(1), max(Fraction(0), total)), feedback)


def _mark_text(question: ShortText, text: str) -> Mark:
    for accepted in question.accepted:
        if text_matches(accepted.pattern, text, case_matters=question.case_matters):
            return Mark(accepted.credit, accepted.feedback)
    return NOTHING


def _mark_number(question: Numeric, text: str) -> Mark:
    readings = _readings(text)
    for accepted in question.accepted:
        if any(holds(accepted, value) for value in readings):
            return Mark(accepted.credit, accepted.feedback)
    return Mark(Fraction(0), question.otherwise_feedback) if readings else NOTHING


#: Moodle lets a number off by the last digits of a float, so that 0.1 + 0.2 is 0.3 (MDL-3225)
_SLACK = Fraction(1, 10**14)


def holds(accepted: AcceptedNumber, value: Decimal) -> bool:
    """Whether the interval holds it, give or take 1e-14 of its middle, and never less than 1e-14 in all."""
    if accepted.low <= value <= accepted.high:
        return True
    low, high, given = Fraction(accepted.low), Fraction(accepted.high), Fraction(value)
    slack = _SLACK * max(Fraction(1), abs(low + high) / 2)
    return low - slack <= given <= high + slack


# --- short texts -----------------------------------------------------------------------------------

#: phones put curly quotes and long dashes where a keyboard has straight ones
_TYPED_ALIKE = str.maketrans(
    "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u2010\u2011\u2012\u2013\u2014\u2212",
    "''''" + '"""' + "------",
)


def text_matches(pattern: str, text: str, *, case_matters: bool = False) -> bool:
    r"""Whether ``text`` is what ``pattern`` says, whatever the spacing and, unless it matters, the case.

    ``*`` stands for any run of characters, ``\*`` for an asterisk. Linear pieces are sought one after
    the other, never by a regular expression, which a pattern of many stars would bring to its knees.
    """
    text, literals = _plain(text), _literals(pattern)
    if not case_matters:
        text, literals = text.casefold(), [each.casefold() for each in literals]
    first, *rest = literals
    if not rest:
        return text == first
    *middle, last = rest
    if not text.startswith(first):
        return False
    place = len(first)
    for literal in middle:
        place = text.find(literal, place)
        if place < 0:
            return False
        place += len(literal)
    return text.endswith(last) and len(text) - len(last) >= place


def _literals(pattern: str) -> list[str]:
    """The stretches between the stars, spelt as ``_plain`` spells the answer."""
    pieces = [piece.replace("\\*", "*") for piece in re.split(r"(?<!\\)\*", pattern)]
    spelt = [re.sub(r"\s+", " ", _compatible(piece)) for piece in pieces]
    spelt[0] = spelt[0].lstrip()
    spelt[-1] = spelt[-1].rstrip()
    return spelt


def _plain(text: str) -> str:
    return " ".join(_compatible(text).split())


def _compatible(text: str) -> str:
    """One spelling for characters that look or mean the same; invisible ones are left out."""
    text = unicodedata.normalize("NFKC", text.translate(_TYPED_ALIKE))
    return "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc") or char.isspace())


# --- numbers ---------------------------------------------------------------------------------------

#: longer than anybody types; Python itself refuses integers of more than 4,300 digits
_MAX_NUMBER_LENGTH = 100
#: the reach of a calculator and then some; "1e999" is infinite to most programs
_MAX_EXPONENT = 308

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_NUMBER = re.compile(
    r"(?P<sign>[+-]?) ?"
    r"(?P<digits>[\d., ]*?) ?"
    r"(?:(?P<power>e|[x*\u00d7\u00b7\u22c5]? ?10 ?(?:\^|\*\*)) ?(?P<exponent>[+-]? ?\d{1,4}))?",
    re.IGNORECASE,
)
_DECIMAL = re.compile(r"\d+[.,]?\d*|[.,]\d+")
_GROUPED_BY_SPACES = re.compile(r"[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d*)?")
_GROUPED_BY_COMMAS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?")
_GROUPED_BY_POINTS = re.compile(r"[1-9]\d{0,2}(?:(?:\.\d{3})+,\d*|(?:\.\d{3}){2,})")


def parse_number(text: str) -> Decimal | None:
    """The number that was typed, None where it is none (words, units, infinity, over 100 characters).

    A comma may be the decimal sign; "1,234" is therefore 1.234. Minus signs and spaces of every kind,
    "3x10^8", "3·10⁸" and "3e8" are read.
    """
    readings = _readings(text)
    return readings[0] if readings else None


def _readings(text: str) -> tuple[Decimal, ...]:
    """What the text may mean: "1,234" is 1.234 to some and 1234 to others, and either may be right."""
    if len(text) > _MAX_NUMBER_LENGTH:
        return ()
    found = _NUMBER.fullmatch(_plain(_raise_superscripts(text)))
    if found is None:
        return ()
    exponent = (found["exponent"] or "0").replace(" ", "")
    mantissas = _mantissas(found["digits"], bare_power=(found["power"] or "").startswith("10"))
    values = (Decimal(f"{found['sign']}{digits}e{exponent}") for digits in mantissas)
    return tuple(value for value in values if abs(value.adjusted()) <= _MAX_EXPONENT)


def _raise_superscripts(text: str) -> str:
    """Ten to the power of eight as "10^8": compatibility spelling would make "10⁸" 108."""
    return re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+", lambda run: "^" + run[0].translate(_SUPERSCRIPTS), text)


def _mantissas(digits: str, *, bare_power: bool) -> list[str]:
    if bare_power:
        return [] if digits else ["1"]
    found: list[str] = []
    if _GROUPED_BY_SPACES.fullmatch(digits):
        digits = digits.replace(" ", "")
    if _DECIMAL.fullmatch(digits):
        found.append(digits.replace(",", "."))
    if _GROUPED_BY_COMMAS.fullmatch(digits):
        found.append(digits.replace(",", ""))
    if _GROUPED_BY_POINTS.fullmatch(digits):
        found.append(digits.replace(".", "").replace(",", "."))
    return found
