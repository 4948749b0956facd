"""The largest questions that may be kept, and for each limit one that goes beyond it by one."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from bot.domain import limits
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Calculated,
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
    UnitRule,
    Variable,
)

ONE, NONE = Fraction(1), Fraction(0)


def words(length: int, number: int = 0) -> str:
    """So many letters, that begin differently for each number."""
    return (f"{number}n" + "ab cd " * (length // 6 + 1))[: length - 1] + "z"


def options(count: int, length: int, feedback: int = 0) -> tuple[Option, ...]:
    said = words(feedback) if feedback else ""
    return tuple(Option(words(length, n), ONE if n == 0 else NONE, said) for n in range(count))


def texts(count: int, length: int) -> tuple[AcceptedText, ...]:
    return tuple(AcceptedText(words(length, n), ONE) for n in range(count))


def numbers(count: int) -> tuple[AcceptedNumber, ...]:
    return tuple(AcceptedNumber(Decimal(n), Decimal(n), ONE) for n in range(count))


def gap(number: int, length: int = 8) -> Gap:
    return Gap(texts=(AcceptedText(words(length, number), ONE),))


def gap_text(count: int, length: int) -> str:
    holes = " ".join(f"[[{n}]]" for n in range(1, count + 1))
    return f"{words(length - len(holes) - 1)} {holes}"


#: of the card's SHOWN, what each of so many lines may have beside a question of fifty letters
def share(lines: int, prompt: int = 50) -> int:
    return min(limits.LABEL, (limits.SHOWN - prompt) // lines - 10)


LARGEST: dict[str, Question] = {
    "true or false": TrueFalse("q", words(limits.PROMPT), True, general_feedback=words(limits.FEEDBACK)),
    "one of many": SingleChoice("q", words(50), options(limits.OPTIONS, share(limits.OPTIONS))),
    "one of long ones": SingleChoice("q", words(limits.PROMPT), options(8, limits.LABEL, limits.FEEDBACK)),
    "several": SeveralChoices("q", words(50), options(limits.OPTIONS, share(limits.OPTIONS))),
    "pairs": Matching("q", words(50), tuple(Pair(words(100, n), words(90, n)) for n in range(limits.PAIRS))),
    "order": Ordering("q", words(50), tuple(words(54, n) for n in range(limits.ITEMS))),
    "gaps": Gaps("q", gap_text(limits.GAPS, limits.PROMPT), tuple(gap(n) for n in range(limits.GAPS))),
    "a gap of many": Gaps("q", gap_text(1, 60), (Gap(options=options(limits.OPTIONS, limits.LABEL)),)),
    "words": ShortText("q", words(limits.PROMPT), texts(limits.ACCEPTED, limits.LABEL)),
    "stars": ShortText("q", "Which?", (AcceptedText("a*" * limits.STARS, ONE),)),
    "numbers": Numeric("q", words(limits.PROMPT), numbers(limits.ACCEPTED)),
    "a unit": Numeric("q", "How far?", (AcceptedNumber(Decimal(1), Decimal(1), ONE),), unit=UnitRule("m")),
    "essay": Essay("q", words(limits.PROMPT), wants_file=True),
    "signs": TrueFalse("q", "*" * limits.PROMPT, True),
    "a formula": Calculated(
        "q", "How much is {a}?",
        (Variable("a", Decimal(1), Decimal(9), Decimal(1)),), (Formula("+".join(["{a}"] * 200), ONE),),
    ),
}  # fmt: skip

#: the question and what is said about it
BEYOND: dict[str, tuple[Question, str]] = {
    "prompt": (Essay("q", words(limits.PROMPT + 1)), "1501 characters, and 1500 is the most"),
    "a prompt of a million": (Essay("q", words(1_000_000)), "is the most"),
    "option": (SingleChoice("q", "Which?", options(2, limits.LABEL + 1)), "201 characters, and 200 is the most"),
    "feedback": (
        SingleChoice("q", "Which?", options(2, 5, limits.FEEDBACK + 1)),
        "1501 characters, and 1500 is the most",
    ),
    "general feedback": (
        Essay("q", "Say.", general_feedback=words(limits.FEEDBACK + 1)),
        "1501 characters, and 1500 is the most",
    ),
    "options": (SingleChoice("q", "Which?", options(limits.OPTIONS + 1, 5)), "26 options, and 25 is the most"),
    "forty options": (SeveralChoices("q", "Which?", options(40, 5)), "40 options, and 25 is the most"),
    "pairs": (
        Matching("q", "Match.", tuple(Pair(words(5, n), words(6, n)) for n in range(limits.PAIRS + 1))),
        "11 pairs, and 10 is the most",
    ),
    "side": (
        Matching("q", "Match.", (Pair("a", words(limits.LABEL + 1)), Pair("b", "c"))),
        "201 characters, and 200 is the most",
    ),
    "right sides": (
        Matching("q", "Match.", (Pair("a", "b"), Pair("c", "d")), tuple(words(5, n) for n in range(24))),
        "26 right sides, and 25 is the most",
    ),
    "items": (Ordering("q", "Order.", tuple(words(5, n) for n in range(30))), "30 items to put in order, and 25 is the most"),
    "item": (Ordering("q", "Order.", ("a", words(limits.LABEL + 1))), "201 characters, and 200 is the most"),
    "gaps": (Gaps("q", gap_text(30, 300), tuple(gap(n) for n in range(30))), "25"),
    "a gap's options": (
        Gaps("q", gap_text(1, 60), (Gap(options=options(26, 5)),)),
        "26 options in one gap, and 25 is the most",
    ),
    "a gap's answer": (Gaps("q", gap_text(1, 60), (gap(1, 201),)), "201 characters, and 200 is the most"),
    "answers": (
        ShortText("q", "Which?", texts(limits.ACCEPTED + 1, 5)),
        "51 answers, and 50 is the most",
    ),
    "answer": (ShortText("q", "Which?", (AcceptedText(words(201), ONE),)), "201 characters, and 200 is the most"),
    "stars": (ShortText("q", "Which?", (AcceptedText("a*" * 21, ONE),)), "21 stars in one answer, and 20 is the most"),
    "numbers": (
        Numeric("q", "How many?", numbers(limits.ACCEPTED + 1)),
        "51 answers, and 50 is the most",
    ),
    "unit": (
        Numeric("q", "How far?", (AcceptedNumber(Decimal(1), Decimal(1), ONE),), unit=UnitRule("m" * 41)),
        "41 characters, and 40 is the most",
    ),
    "a card": (SingleChoice("q", words(1400), options(25, 100)), "fit on one card"),
    "a card of signs": (SingleChoice("q", "*" * 1400, options(10, 100)), "fit on one card"),
    "a card in order": (Ordering("q", words(100), tuple(words(80, n) for n in range(25))), "fit on one card"),
}  # fmt: skip
