"""Writes questions as GIFT that reads back as the very same questions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from bot.domain.questions import (
    AcceptedNumber,
    Calculated,
    Essay,
    Gaps,
    Matching,
    Numeric,
    Option,
    Ordering,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.formats.gift_answers import WRITTEN_OUT
from bot.formats.numbers_written import interval
from bot.formats.tags import Located, tags_of

#: the reader takes it for a percentage that stands in the wrong place
_ENDS_AS_WEIGHT = re.compile(r"%-?\d+(\.\d+)?%$")
_FORMAT = re.compile(r"\s*\[(html|markdown|plain|moodle)\]", re.IGNORECASE)


def write_gift(questions: Iterable[Located]) -> tuple[str, list[Located]]:
    """The text, and those that GIFT has no way to write: orderings, texts with several gaps, calculated ones.

    Pictures are left behind.
    """
    left_out: list[Located] = []
    parts: list[str] = []
    category = ""
    for one in questions:
        answers = _answers(one.question)
        if answers is None:
            left_out.append(one)
            continue
        if one.category != category:
            category = one.category
            parts.append(f"$CATEGORY: {escape(category)}\n")
        parts.append("".join(_question(one, answers)))
    return "\n".join(parts), left_out


def _question(one: Located, answers: str) -> Iterator[str]:
    question = one.question
    yield f"// [id:{question.slug}]{''.join(f' [tag:{tag}]' for tag in tags_of(one))}\n"
    general = f"####{_feedback(question.general_feedback)}" if question.general_feedback else ""
    title = f"::{escape(one.title)}::" if one.title else ""
    yield f"{title}[plain]{escape(question.prompt)} {{{answers}{general}}}\n"


def _answers(question: Question) -> str | None:
    match question:
        case TrueFalse():
            return _true_false(question)
        case SingleChoice(options=options):
            return _options(options, one=True)
        case SeveralChoices(options=options):
            return _options(options, one=False)
        case ShortText():
            return _short(question)
        case Numeric():
            # GIFT has no table of units
            return None if question.unit is not None and question.unit.named else _numeric(question)
        case Matching():
            return _matching(question)
        case Essay(wants_file=False):
            return ""
        case Ordering() | Gaps() | Essay() | Calculated():
            return None


def _true_false(question: TrueFalse) -> str:
    said = ""
    if question.wrong_feedback or question.right_feedback:
        said = f"#{_feedback(question.wrong_feedback)}"
    if question.right_feedback:
        said += f"#{_feedback(question.right_feedback)}"
    return f"{'T' if question.answer else 'F'}{said}"


def _short(question: ShortText) -> str | None:
    if question.case_matters or any("->" in each.pattern for each in question.accepted):
        return None
    lines = (
        f"\n={_weight(each.credit, each.pattern, is_right=True)}{_text(each.pattern)}{_said(each.feedback)}"
        for each in question.accepted
    )
    return "".join(lines) + "\n"


def _matching(question: Matching) -> str | None:
    sides = [(pair.left, pair.right) for pair in question.pairs]
    sides += [("", right) for right in question.extra]
    if any("->" in side for both in sides for side in both):
        return None
    return "".join(f"\n={_text(left)} -> {_text(right)}" for left, right in sides) + "\n"


def _options(options: Sequence[Option], *, one: bool) -> str | None:
    total = sum((each.credit for each in options if each.credit > 0), Fraction(0))
    if (not one and total != 1) or any(_ENDS_AS_WEIGHT.search(each.text) for each in options):
        return None
    lines = [_option(each, is_right=one and each.credit == 1) for each in options]
    if all(each.credit == 1 for each in options):
        # without any ~ it would be read as a short text
        lines[-1] = _option(options[-1], is_right=False)
    return "".join(lines) + "\n"


def _option(option: Option, *, is_right: bool) -> str:
    mark = "=" if is_right else "~"
    weight = _weight(option.credit, option.text, is_right=is_right)
    return f"\n{mark}{weight}{_text(option.text)}{_said(option.feedback)}"


def _numeric(question: Numeric) -> str:
    lines = [
        f"\n={_weight(each.credit, '', is_right=True)}{_interval(each)}{_said(each.feedback)}"
        for each in question.accepted
    ]
    if question.otherwise_feedback:
        lines.append(f"\n=%0%*{_said(question.otherwise_feedback)}")
    return "#" + "".join(lines) + "\n"


def _interval(accepted: AcceptedNumber) -> str:
    return escape(interval(accepted.low, accepted.high))


def _weight(credit: Fraction, text: str, *, is_right: bool) -> str:
    """Left out where it is the usual one, unless the text itself begins like one."""
    usual = Fraction(1) if is_right else Fraction(0)
    return "" if credit == usual and not text.startswith("%") else f"%{percentage(credit)}%"


def percentage(credit: Fraction) -> str:
    """A credit in percent, exactly: with ten decimals where no fewer can say it."""
    value = credit * 100
    for places in range(WRITTEN_OUT):
        scaled = value * 10**places
        if scaled.denominator == 1:
            return _decimal(scaled.numerator, places)
    return _decimal(round(value * 10**WRITTEN_OUT), WRITTEN_OUT)


def _decimal(scaled: int, places: int) -> str:
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def _said(feedback: str) -> str:
    return f"#{_feedback(feedback)}" if feedback else ""


def _feedback(text: str) -> str:
    return _text(text)


def _text(text: str) -> str:
    """Answers take the question's format; one that looks as if it named a format names it."""
    return ("[plain]" if _FORMAT.match(text) else "") + escape(text)


def escape(text: str) -> str:
    return re.sub(r"[~=#{}:\\]", lambda found: "\\" + found[0], text).replace("\n", "\\n")
