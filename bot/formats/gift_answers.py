"""The answers of a GIFT question, what stands between its braces, as one of our kinds of question.

Which kind it is follows Moodle's importer: ``#`` numeric, any ``~`` choices, ``=`` with ``->`` matching,
T or F alone true/false, the rest short text. Two things are read better: ``=%50%`` among choices is worth
half, where Moodle shows "%50%" to the student and gives full marks; and an arrow that stands only in the
feedback of a short text, or any mark in that of true/false, does not make it another kind.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from itertools import pairwise

from bot.domain import limits
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Essay,
    Matching,
    Numeric,
    Option,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.domain.typed_numbers import parse_number
from bot.formats.gift_lexer import Piece, reveal
from bot.formats.plain_text import one_line, split_format, to_plain

#: decimals of a percentage that stands for a fraction exactly
WRITTEN_OUT = 10


class MalformedError(Exception):
    """One question cannot be read; caught where the question began, so that the next one is still read."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Stem:
    """What the kinds have in common; ``format`` holds for answers that name none."""

    slug: str
    prompt: str
    format: str
    general_feedback: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer as written: its mark (``=``, ``~`` or none), percentage, text and feedback."""

    mark: str
    weight: Fraction | None
    text: str
    feedback: str
    line: int

    @property
    def credit(self) -> Fraction:
        if self.weight is not None:
            return self.weight
        return Fraction(0) if self.mark == "~" else Fraction(1)


def split_general_feedback(answers: Piece) -> tuple[Piece, Piece | None]:
    place = answers.text.rfind("####")
    if place < 0:
        return answers.strip(), None
    return answers.cut(0, place).strip(), answers.cut(place + 4).strip()


def read_answers(answers: Piece, stem: Stem) -> Question:
    """The question; raises MalformedError for anything that is not GIFT."""
    if not answers.text:
        return Essay(stem.slug, stem.prompt, general_feedback=stem.general_feedback)
    if answers.text.startswith("#"):
        return _numeric(answers.cut(1), stem)
    if made := _true_false(answers, stem):
        return made
    if "~" in answers.text:
        return _choices(answers, stem)
    if "=" in answers.text and any("->" in each.partition("#")[0] for each in answers.text.split("=")):
        return _matching(answers, stem)
    return _short_text(answers, stem)


def _true_false(answers: Piece, stem: Stem) -> TrueFalse | None:
    word, said = answers.split_at("#")
    truth = {"T": True, "F": False}.get(word.text, {"TRUE": True, "FALSE": False}.get(word.text.upper()))
    if truth is None:
        return None
    wrong, right = said.split_at("#") if said else (None, None)
    return TrueFalse(
        stem.slug,
        stem.prompt,
        truth,
        wrong_feedback=read_feedback(wrong, stem.format),
        right_feedback=read_feedback(right, stem.format),
        general_feedback=stem.general_feedback,
    )


def _choices(answers: Piece, stem: Stem) -> SingleChoice | SeveralChoices:
    written = _split_answers(answers, "=~", stem.format)
    if len(written) < 2:
        raise MalformedError(
            answers.line, f"a choice needs 2 to {limits.OPTIONS} options, and this has {len(written)}"
        )
    for answer in written:
        if not answer.mark:
            raise MalformedError(answer.line, f"{answer.text!r} stands before the first = or ~")
        if re.search(r"%-?\d+(\.\d+)?%$", answer.text):
            raise MalformedError(answer.line, "a percentage stands before the option's text: =%100%text")
    if any(answer.mark == "=" and answer.credit == 1 for answer in written):
        options = (Option(answer.text, answer.credit, answer.feedback) for answer in written)
        return SingleChoice(stem.slug, stem.prompt, tuple(options), general_feedback=stem.general_feedback)
    return SeveralChoices(
        stem.slug, stem.prompt, _shared_out(written, answers.line), general_feedback=stem.general_feedback
    )


def _shared_out(written: Sequence[_Answer], line: int) -> tuple[Option, ...]:
    """The options; credits that nearly make 1 (33.3 % three times) are made to do so exactly."""
    total = sum((answer.credit for answer in written if answer.credit > 0), Fraction(0))
    if not total:
        raise MalformedError(line, "no option is right: put = before one, or percentages such as ~%50%")
    if abs(total - 1) >= Fraction(1, 200):
        raise MalformedError(
            line,
            f"the percentages of the right options add up to {float(total * 100):.6g}, and must make 100 "
            "(where any one of several options is right, mark each with a plain =)",
        )
    credits = (answer.credit / total if answer.credit > 0 else answer.credit for answer in written)
    return tuple(
        Option(answer.text, credit, answer.feedback) for answer, credit in zip(written, credits, strict=True)
    )


def _matching(answers: Piece, stem: Stem) -> Matching:
    """``=left -> right`` for each pair; a right side without a left one belongs to none."""
    pairs: list[Pair] = []
    extra: list[str] = []
    places = [match.start() for match in re.finditer("=", answers.text)]
    _stop_early(places, "pairs", limits.PAIRS, answers.line)
    if answers.text[: places[0]].strip():
        raise MalformedError(answers.line, "each pair begins with =: =left -> right")
    for start, end in pairwise([*places, len(answers.text)]):
        piece = answers.cut(start + 1, end).strip()
        left, arrow, right = piece.text.partition("->")
        if not arrow:
            raise MalformedError(piece.line, "a pair is written =left -> right")
        sides = _side(left, piece.line, stem.format), _side(right, piece.line, stem.format)
        if not sides[1]:
            raise MalformedError(piece.line, "a pair has no right side: write =left -> right")
        if sides[0]:
            pairs.append(Pair(*sides))
        else:
            extra.append(sides[1])
    _check_pairs(pairs, answers.line)
    return Matching(
        stem.slug, stem.prompt, tuple(pairs), tuple(extra), general_feedback=stem.general_feedback
    )


def _side(text: str, line: int, format: str) -> str:
    own_format, words = split_format(text.strip(), format)
    return one_line(to_plain(words, own_format))


def _check_pairs(pairs: Sequence[Pair], line: int) -> None:
    if len(pairs) < 2:
        raise MalformedError(line, "matching needs two pairs or more: =left -> right")
    lefts = [pair.left for pair in pairs]
    twice = next((each for each in lefts if lefts.count(each) > 1), None)
    if twice is not None:
        raise MalformedError(
            line, f"{twice[:40]!r} stands on the left of two pairs: nobody could tell them apart"
        )


def _short_text(answers: Piece, stem: Stem) -> ShortText:
    written = _split_answers(answers, "=", stem.format)
    _need_full_marks(written, answers.line)
    accepted = (AcceptedText(answer.text, answer.credit, answer.feedback) for answer in written)
    return ShortText(stem.slug, stem.prompt, tuple(accepted), general_feedback=stem.general_feedback)


def _numeric(answers: Piece, stem: Stem) -> Numeric:
    numbers, wrong = answers.split_at("~")
    written = _split_answers(numbers, "=", stem.format)
    if wrong is not None:
        written.append(_otherwise(wrong, stem.format))
    intervals = [answer for answer in written if answer.text != "*"]
    others = [answer for answer in written if answer.text == "*"]
    _need_full_marks(intervals, answers.line)
    if any(answer.credit != 0 for answer in others):
        problem = "* stands for every other number and earns nothing: =%0%*#feedback"
        raise MalformedError(others[0].line, problem)
    return Numeric(
        stem.slug,
        stem.prompt,
        tuple(
            read_interval(answer.text, answer.credit, answer.feedback, answer.line) for answer in intervals
        ),
        general_feedback=stem.general_feedback,
        otherwise_feedback=others[0].feedback if others else "",
    )


def _otherwise(wrong: Piece, format: str) -> _Answer:
    said, feedback = wrong.split_at("#")
    if said.text not in ("", "*"):
        problem = "after ~ a numeric question has only feedback for other numbers: ~#feedback"
        raise MalformedError(said.line, problem)
    return _Answer("~", None, "*", read_feedback(feedback, format), wrong.line)


#: sums of numbers between 1e-308 and 1e308 are exact with this many digits
_EXACT = Context(prec=1000, traps=[Inexact])


def read_interval(text: str, credit: Fraction, feedback: str, line: int) -> AcceptedNumber:
    """``3``, ``3:0.1`` or ``2.9..3.1``; raises MalformedError for what is none of them."""
    low, range_mark, high = text.partition("..")
    if range_mark:
        ends = _number(low, line), _number(high, line)
        if ends[0] > ends[1]:
            raise MalformedError(line, f"the range {text} goes from more to less")
        return AcceptedNumber(*ends, credit, feedback)
    middle, _, margin = text.partition(":")
    value, tolerance = _number(middle, line), _number(margin or "0", line)
    if tolerance < 0:
        raise MalformedError(line, f"the margin in {text} is less than 0")
    return AcceptedNumber(_EXACT.subtract(value, tolerance), _EXACT.add(value, tolerance), credit, feedback)


def _number(text: str, line: int) -> Decimal:
    number = parse_number(text)
    if number is None:
        problem = f"{text.strip()[:40]!r} is not a number: write 3.14, or 3.14:0.01, or 3..4"
        raise MalformedError(line, problem)
    return number


def _need_full_marks(written: Sequence[_Answer], line: int) -> None:
    if not any(answer.credit == 1 for answer in written):
        raise MalformedError(line, "no answer earns 100 %: mark the right one with a plain =")


def _stop_early(places: Sequence[int], what: str, most: int, line: int) -> None:
    """No question has as many: they are not gone through one by one."""
    if len(places) > limits.ACCEPTED:
        raise MalformedError(line, f"it has {len(places)} {what}, and {most} is the most")


def _split_answers(answers: Piece, marks: str, format: str) -> list[_Answer]:
    places = [match.start() for match in re.finditer(f"[{marks}]", answers.text)]
    _stop_early(places, "answers", limits.ACCEPTED, answers.line)
    found: list[_Answer] = []
    first = answers.cut(0, places[0] if places else None).strip()
    if first.text:
        found.append(_answer("", first, format))
    for start, end in pairwise([*places, len(answers.text)]):
        found.append(_answer(answers.text[start], answers.cut(start + 1, end).strip(), format))
    return found


def _answer(mark: str, piece: Piece, format: str) -> _Answer:
    said, feedback = piece.split_at("#")
    weight, said = _weight(said)
    own_format, text = split_format(said.text, format)
    text = one_line(to_plain(text, own_format))
    if not text:
        where = r" before its #, which is \# where the sign is meant" if feedback else ""
        raise MalformedError(piece.line, f"an answer has no text{where}: one = or ~ stands before each")
    return _Answer(mark, weight, text, read_feedback(feedback, own_format), piece.line)


def read_feedback(piece: Piece | None, format: str) -> str:
    if piece is None:
        return ""
    own_format, text = split_format(piece.text, format)
    return to_plain(text, own_format)


def _weight(piece: Piece) -> tuple[Fraction | None, Piece]:
    found = re.match(r"%(-?\d{1,3}(?:\.\d{0,10})?)%", piece.text)
    if found is None:
        return None, piece
    weight = as_fraction(found[1])
    if abs(weight) > 1:
        raise MalformedError(piece.line, f"{reveal(found[0])} is not between -100 and 100")
    return weight, piece.cut(found.end()).strip()


def as_fraction(percent: str) -> Fraction:
    """A percentage as a fraction of 1; 33.333 is a third, 16.67 a sixth, whether rounded or cut off."""
    written = Fraction(percent)
    decimals = len(percent.partition(".")[2])
    last_digit = Fraction(1, 10**decimals)
    if decimals == WRITTEN_OUT:
        # as our own writer gives what no decimal can be
        return (written / 100).limit_denominator(100_000)
    for parts in (3, 6, 7, 9, 12) if decimals else ():
        share = Fraction(round(written * parts / 100) * 100, parts)
        if abs(share - written) <= last_digit / 2 or 0 < abs(share) - abs(written) < last_digit:
            return share / 100
    return written / 100
