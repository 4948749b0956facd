"""Questions of every kind, drawn at random, in the shape in which our own readers give them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from bot.domain.ordering import RULES
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Calculated,
    CalculatedOption,
    Essay,
    Formula,
    Gap,
    Gaps,
    Matching,
    NamedUnit,
    Numeric,
    Option,
    Ordering,
    Pair,
    SeveralChoices,
    ShortText,
    SingleChoice,
    Tolerance,
    TrueFalse,
    UnitRule,
    Variable,
)
from bot.formats.tags import Located

ONE, NONE = Fraction(1), Fraction(0)
#: every sign that one of the formats gives a meaning to, and some that none does
SIGNS = "ab C1~=#{}:\\/*%[]<>&\"'|;,->.é水🎒"

words = st.text(SIGNS, min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)
#: a label that is not taken for an entity, tag or format by a reader of Moodle's own formats
labels = words.filter(lambda text: "&" not in text and "<" not in text)
maybe = st.one_of(st.just(""), labels)
credits = st.sampled_from(
    [ONE, NONE, Fraction(1, 2), Fraction(1, 3), Fraction(-1, 4), Fraction(5, 6), Fraction(2, 7)]
)
numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6, places=4)


def prompts() -> st.SearchStrategy[str]:
    return st.lists(labels, min_size=1, max_size=3).map("\n".join)


@st.composite
def several(draw: Any) -> SeveralChoices:
    texts = draw(st.lists(labels, min_size=2, max_size=5, unique=True))
    right = draw(st.integers(1, len(texts)))
    options = tuple(
        Option(
            text,
            Fraction(1, right) if place < right else draw(st.sampled_from([NONE, Fraction(-1, 2)])),
            draw(maybe),
        )
        for place, text in enumerate(texts)
    )
    return SeveralChoices("s", draw(prompts()), options, general_feedback=draw(maybe))


@st.composite
def single(draw: Any) -> SingleChoice:
    texts = draw(st.lists(labels, min_size=2, max_size=5, unique=True))
    options = tuple(
        Option(text, ONE if place == 0 else draw(credits), draw(maybe)) for place, text in enumerate(texts)
    )
    return SingleChoice("s", draw(prompts()), options, general_feedback=draw(maybe))


shares = st.sampled_from([NONE, ONE, Fraction(1, 10), Fraction(1, 4)])


@st.composite
def unit_tables(draw: Any) -> UnitRule:
    names = draw(st.lists(st.sampled_from(["m", "cm", "km", "m/s^2", "%", "°C"]), min_size=1, unique=True))
    named = tuple(
        NamedUnit(name, ONE if place == 0 else Fraction(10) ** draw(st.integers(-3, 3)) * 7)
        for place, name in enumerate(names)
    )
    penalty = draw(shares)
    return UnitRule(names[0], named, penalty, of_whole=bool(penalty) and draw(st.booleans()))


wanted_units = st.sampled_from(["m", "kg m/s^2", "%"]).map(UnitRule)
units = st.one_of(st.none(), unit_tables(), wanted_units)


@st.composite
def calculated(draw: Any) -> Calculated:
    places = draw(st.integers(0, 3))
    count = draw(st.integers(1, 4))
    drawn = st.decimals(1, 99, places=places)
    variables = tuple(
        Variable(name, Decimal(1), Decimal(99), step, tuple(draw(drawn) for _ in range(count)))
        for name in ("a", "b c")
        for step in [draw(st.sampled_from([Decimal(1).scaleb(-places), Decimal("0.5")]))]
    )
    shared = {"general_feedback": draw(maybe), "difficulty": draw(st.integers(1, 3))}
    if draw(st.booleans()):
        several = draw(st.booleans())
        made = tuple(
            CalculatedOption(
                f"{text} {{={{a}}*{place}}}",
                credit,
                draw(maybe),
                draw(st.integers(0, 4)),
                draw(st.booleans()),
            )
            for place, (text, credit) in enumerate([(draw(labels), ONE), (draw(labels), NONE)])
        )
        return Calculated("s", "x {a} and {b c}", variables, options=made, several=several, **shared)
    formulas = tuple(
        Formula(
            draw(st.sampled_from(["{a}+{b c}", "sqrt({a})*2", "-{a}**2/{b c}", "pi()*{a}"])),
            credit, draw(maybe), draw(st.decimals(0, 5, places=2)), draw(st.sampled_from(Tolerance)),
            draw(st.integers(0, 4)), draw(st.booleans()),
        )
        for credit in [ONE, draw(credits)]
    )  # fmt: skip
    said = {"otherwise_feedback": draw(maybe), "unit": draw(units)}
    return Calculated("s", "x {a}", variables, formulas, **shared, **said)


@st.composite
def numeric(draw: Any) -> Numeric:
    def interval(credit: Fraction) -> AcceptedNumber:
        ends = sorted([draw(numbers), draw(numbers)])
        return AcceptedNumber(ends[0], ends[1], credit, draw(maybe))

    accepted = (interval(ONE), *(interval(draw(credits)) for _ in range(draw(st.integers(0, 2)))))
    return Numeric(
        "s",
        draw(prompts()),
        accepted,
        general_feedback=draw(maybe),
        otherwise_feedback=draw(maybe),
        unit=draw(units),
    )


@st.composite
def short(draw: Any) -> ShortText:
    accepted = [AcceptedText(draw(labels), ONE, draw(maybe))]
    accepted += [
        AcceptedText(draw(labels), draw(credits), draw(maybe)) for _ in range(draw(st.integers(0, 2)))
    ]
    return ShortText(
        "s", draw(prompts()), tuple(accepted), general_feedback=draw(maybe), case_matters=draw(st.booleans())
    )


@st.composite
def matching(draw: Any) -> Matching:
    lefts = draw(st.lists(labels, min_size=2, max_size=4, unique=True))
    pairs = tuple(Pair(left, draw(labels)) for left in lefts)
    extra = tuple(draw(st.lists(labels, max_size=2)))
    return Matching("s", draw(prompts()), pairs, extra, general_feedback=draw(maybe))


@st.composite
def gaps(draw: Any) -> Gaps:
    kinds = draw(st.lists(st.sampled_from(["text", "number", "option"]), min_size=1, max_size=3))
    made: list[Gap] = []
    for kind in kinds:
        weight = draw(st.integers(1, 3))
        if kind == "text":
            made.append(Gap(texts=(AcceptedText(draw(labels), ONE, draw(maybe)),), weight=weight))
        elif kind == "number":
            value = draw(numbers)
            made.append(Gap(numbers=(AcceptedNumber(value - 1, value + 1, ONE, draw(maybe)),), weight=weight))
        else:
            texts = draw(st.lists(labels, min_size=2, max_size=3, unique=True))
            options = (Option(text, ONE if text == texts[0] else NONE, "") for text in texts)
            made.append(Gap(options=tuple(options), weight=weight))
    prompt = " and ".join(f"x [[{number + 1}]]" for number in range(len(made)))
    return Gaps("s", prompt, tuple(made), general_feedback=draw(maybe))


kinds: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        TrueFalse, st.just("s"), prompts(), st.booleans(),
        wrong_feedback=maybe, right_feedback=maybe, general_feedback=maybe,
    ),
    single(), several(), numeric(), short(), matching(), gaps(), calculated(),
    st.builds(
        Ordering, st.just("s"), prompts(), st.lists(labels, min_size=2, max_size=5).map(tuple),
        st.sampled_from(sorted(RULES)), general_feedback=maybe,
    ),
    st.builds(Essay, st.just("s"), prompts(), st.booleans(), general_feedback=maybe),
)  # fmt: skip


@st.composite
def banks(draw: Any) -> list[Located]:
    from dataclasses import replace

    tags = st.lists(st.sampled_from(["1.1", "hard", "unit-2"]), max_size=2, unique=True).map(tuple)
    return [
        Located(
            replace(draw(kinds), slug=f"m-{number}", difficulty=draw(st.integers(1, 3))),
            0,
            draw(labels),
            draw(tags),
            draw(st.sampled_from(["", "top/A: b"])),
        )
        for number in range(draw(st.integers(1, 3)))
    ]


def same(one: Located, other: Located) -> bool:
    """But for the line, and Decimals by their value."""
    return (one.question, one.title, one.tags, one.category) == (
        other.question, other.title, other.tags, other.category,
    )  # fmt: skip
