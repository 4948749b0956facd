"""What answers earn, compared with slow and obvious second implementations."""

from __future__ import annotations

import random
import unicodedata
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.grading import Mark, is_blank, mark_at_once, percent, score
from bot.domain.questions import (
    AcceptedNumber,
    AcceptedText,
    Chosen,
    Filled,
    Gap,
    Gaps,
    Matched,
    Matching,
    Numeric,
    Option,
    Pair,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
)
from bot.domain.typed_numbers import parse_number
from bot.domain.typed_texts import text_matches

#: a busy machine is no failure
unhurried = settings(deadline=None)

HALF, ONE, NONE = Fraction(1, 2), Fraction(1), Fraction(0)


def short(*accepted: tuple[str, Fraction]) -> ShortText:
    return ShortText("q", "?", tuple(AcceptedText(pattern, credit, pattern) for pattern, credit in accepted))


def numeric(*accepted: tuple[str, str, Fraction], otherwise: str = "") -> Numeric:
    intervals = (AcceptedNumber(Decimal(low), Decimal(high), credit) for low, high, credit in accepted)
    return Numeric("q", "?", tuple(intervals), otherwise_feedback=otherwise)


def several(*credits: Fraction) -> SeveralChoices:
    return SeveralChoices(
        "q", "?", tuple(Option(f"o{n}", credit, f"f{n}") for n, credit in enumerate(credits))
    )


# --- choices -----------------------------------------------------------------------------------------


def test_a_true_false_answer_earns_all_or_nothing_and_gets_its_own_feedback():
    question = TrueFalse("q", "?", answer=False, wrong_feedback="look again", right_feedback="yes")
    assert mark_at_once(question, Chosen((1,))) == Mark(ONE, "yes")
    assert mark_at_once(question, Chosen((0,))) == Mark(NONE, "look again")


def test_a_single_choice_earns_the_credit_of_its_option_also_a_negative_one():
    question = SingleChoice(
        "q", "?", (Option("a", ONE), Option("b", Fraction(-1, 4), "no"), Option("c", HALF))
    )
    assert [mark_at_once(question, Chosen((n,))).credit for n in range(3)] == [1, Fraction(-1, 4), HALF]
    assert mark_at_once(question, Chosen((1,))).feedback == "no"


def test_ticked_options_add_up_but_stay_between_nothing_and_everything():
    question = several(HALF, HALF, Fraction(-1), Fraction(-1, 3), HALF)
    assert mark_at_once(question, Chosen((0, 1))).credit == 1
    assert mark_at_once(question, Chosen((0, 1, 4))).credit == 1
    assert mark_at_once(question, Chosen((0, 2))).credit == 0
    assert mark_at_once(question, Chosen((0, 3))).credit == Fraction(1, 6)


def test_an_option_ticked_twice_counts_once_and_feedback_comes_in_the_options_order():
    assert mark_at_once(several(HALF, HALF), Chosen((1, 1))) == Mark(HALF, "f1")
    assert mark_at_once(several(HALF, HALF), Chosen((1, 0))) == Mark(ONE, "f0\nf1")


@pytest.mark.parametrize("parts", range(2, 11))
def test_all_the_right_options_together_earn_exactly_everything(parts: int):
    question = several(*[Fraction(1, parts)] * parts)
    everything = mark_at_once(question, Chosen(tuple(range(parts)))).credit
    assert everything == 1
    assert percent(Fraction(everything)) == "100"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (TrueFalse("q", "?", answer=True), Chosen((2,))),
        (TrueFalse("q", "?", answer=True), Chosen((0, 1))),
        (SingleChoice("q", "?", (Option("a", ONE), Option("b", NONE))), Chosen((-1,))),
        (SingleChoice("q", "?", (Option("a", ONE), Option("b", NONE))), Chosen((0, 1))),
        (several(ONE, NONE), Chosen((0, 2))),
        (several(ONE, NONE), Chosen((-2,))),
        (several(ONE, NONE), Typed("0")),
        (short(("a", ONE)), Chosen((0,))),
        (numeric(("1", "1", ONE)), Chosen((0,))),
    ],
)
def test_an_answer_that_does_not_fit_its_question_earns_nothing(question, answer):
    assert mark_at_once(question, answer).credit == 0


# --- blank -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [Chosen(()), Typed(""), Typed(" \n\t\u2003"), Typed("\u200b\u2060")])
def test_blank_is_no_answer(answer):
    assert is_blank(answer)
    question = short(("*", ONE)) if isinstance(answer, Typed) else several(ONE, NONE)
    assert mark_at_once(question, answer) == Mark(NONE, "")


def test_nought_is_an_answer():
    assert not is_blank(Typed("0"))
    assert not is_blank(Chosen((0,)))
    assert mark_at_once(numeric(("0", "0", ONE)), Typed("0")).credit == 1
    assert mark_at_once(short(("0", ONE)), Typed("0")).credit == 1


# --- short texts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Asia", "  aSIA "),
        ("no one", "No \u00a0  one"),
        ("Straße", "STRASSE"),
        ("H2O", "H₂O"),
        ("mol", "\uff4d\uff4f\uff4c"),
        ("café", "cafe\u0301"),
        ("Grant's tomb", "grant\u2019s tomb"),
        ("half-life", "half\u2013life"),
        ("mito*", "mitochondria"),
        ("*chond*", "a mitochondrion"),
        ("the * cell", "The animal cell"),
        ("a*b*c", "abc"),
        ("2 \\* 3", "2 * 3"),
        ("*", "anything"),
        ("**", "x"),
    ],
)
def test_a_text_is_accepted_however_it_is_cased_spaced_or_spelt(pattern: str, text: str):
    assert text_matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Asia", "Asi"),
        ("a*a", "a"),
        ("ab*ba", "aba"),
        ("2 \\* 3", "2 x 3"),
        ("the * cell", "the cell"),
        ("a.c", "abc"),
        ("no one", "noone"),
        ("", "x"),
    ],
)
def test_a_different_text_is_not_accepted(pattern: str, text: str):
    assert not text_matches(pattern, text)


def test_the_first_accepted_text_that_matches_counts():
    question = short(("Frog", ONE), ("F*", HALF), ("*", NONE))
    assert [mark_at_once(question, Typed(text)).credit for text in ("frog", "Fish", "Cat")] == [1, HALF, 0]
    assert mark_at_once(question, Typed("cat")).feedback == "*"


def oracle_text_matches(pattern: str, text: str) -> bool:
    """Tries every way to spread the text over the stars."""
    tokens: list[str | None] = []
    place = 0
    while place < len(pattern):
        escaped = pattern.startswith("\\*", place)
        tokens.append("*" if escaped else None if pattern[place] == "*" else pattern[place].lower())
        place += 2 if escaped else 1
    reached = {0}
    for token in tokens:
        if token is None:
            reached = {end for start in reached for end in range(start, len(text) + 1)}
        else:
            reached = {start + 1 for start in reached if text[start : start + 1].lower() == token}
    return len(text) in reached


@unhurried
@given(st.text("ab\\*", max_size=8), st.text("aAb*\\", max_size=10))
def test_stars_match_as_trying_everything_does(pattern: str, text: str):
    assert text_matches(pattern, text) == oracle_text_matches(pattern, text)


def test_a_pattern_of_many_stars_is_answered_at_once():
    assert not text_matches("*a" * 90 + "*b", "a" * 4000)


@unhurried
@given(st.text(st.characters(exclude_characters="\\"), max_size=30))
def test_any_text_is_accepted_by_itself_written_as_a_pattern(text: str):
    spaced = " ".join(text.split())
    assert text_matches(spaced.replace("*", "\\*"), text)


# --- numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("3.14", "3.14"),
        ("3,14", "3.14"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+5", "5"),
        ("\u22125", "-5"),
        ("\u2013 5", "-5"),
        ("1 000", "1000"),
        ("1\u2009000\u2009000", "1000000"),
        ("12\u202f345,6", "12345.6"),
        ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1,234", "1.234"),
        ("3x10^8", "3E+8"),
        ("3 X 10^8", "3E+8"),
        ("3 \u00d7 10⁸", "3E+8"),
        ("3·10⁻⁸", "3E-8"),
        ("3*10**8", "3E+8"),
        ("10^8", "1E+8"),
        ("-10⁻³", "-0.001"),
        ("6.022e23", "6.022E+23"),
        ("6,022E+23", "6.022E+23"),
        ("\uff15", "5"),
        ("\u200e42\u200b", "42"),
        ("1e-308", "1E-308"),
    ],
)
def test_numbers_are_read_as_people_and_calculators_write_them(text: str, number: str):
    assert parse_number(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "five",
        "5 cm",
        "3/4",
        "50%",
        "1e999",
        "1e-999",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "∞",
        "0x10",
        "1_000",
        "1 2",
        "12,34,5",
        "1,23,456",
        "--5",
        "5-",
        "1e",
        "e5",
        "x10^8",
        "2 10^3",
        "5²",
        "9" * 4301,
        "1e" + "9" * 50,
        "0." + "3" * 200,
        "5\n6",
    ],
)
def test_what_is_no_number_is_none(text: str):
    assert parse_number(text) is None
    question = numeric(("-1e308", "1e308", ONE), otherwise="not that one")
    assert mark_at_once(question, Typed(text)) == Mark(NONE, "")


@unhurried
@given(st.text(max_size=120))
def test_any_text_at_all_is_a_finite_number_or_none(text: str):
    number = parse_number(text)
    assert number is None or number.is_finite()


def test_a_comma_before_three_digits_may_mean_thousands_or_a_decimal():
    question = numeric(("999", "1001", ONE))
    assert mark_at_once(question, Typed("1,000")).credit == 1
    assert mark_at_once(numeric(("1.0", "1.0", ONE)), Typed("1,000")).credit == 1
    assert mark_at_once(question, Typed("1.000")).credit == 0


def test_bounds_are_closed_and_let_off_no_more_than_moodle_does():
    question = numeric(("0.1", "0.3", ONE))
    assert mark_at_once(question, Typed("0.3")).credit == 1
    assert mark_at_once(question, Typed("0.300000000000002")).credit == 1
    assert mark_at_once(question, Typed("0.3000000000000021")).credit == 0
    assert mark_at_once(numeric(("2", "2", ONE)), Typed("2.00000000000002")).credit == 1
    assert mark_at_once(numeric(("2", "2", ONE)), Typed("2.00000000000003")).credit == 0
    planck = numeric(("6.626e-34", "6.626e-34", ONE))
    assert mark_at_once(planck, Typed("6.626 x 10^-34")).credit == 1
    assert mark_at_once(planck, Typed("6.7e-34")).credit == 0
    assert mark_at_once(planck, Typed("0")).credit == 0


def test_the_first_interval_that_holds_the_number_counts_and_the_rest_get_the_other_feedback():
    question = numeric(("1822", "1822", ONE), ("1820", "1824", HALF), otherwise="Look at the date.")
    assert [mark_at_once(question, Typed(year)).credit for year in ("1822", "1823", "1825")] == [1, HALF, 0]
    assert mark_at_once(question, Typed("1825")).feedback == "Look at the date."


# --- 20,000 generated questions ----------------------------------------------------------------------

MINUS = ["-", "\u2212", "\u2013", "- ", "\uff0d"]


def written(value: Fraction, random: random.Random) -> tuple[str, Fraction]:
    """A decimal fraction as somebody might type it, and what was typed."""
    power = random.choice([0, 0, 0, -3, 2, 15])
    digits, places = abs(value.numerator), random.randint(0, 4)
    typed = Fraction(digits, 10**places) * Fraction(10) ** power * (1 if value >= 0 else -1)
    text = str(digits).rjust(places + 1, "0")
    whole, part = text[: len(text) - places], text[len(text) - places :]
    if len(whole) > 3 and random.random() < 0.5:
        first = len(whole) % 3 or 3
        groups = [whole[:first], *(whole[n : n + 3] for n in range(first, len(whole), 3))]
        whole = random.choice([" ", "\u2009", "\u202f", "\xa0"]).join(groups)
    # a comma before three digits is ambiguous on purpose, and has a test of its own
    text = whole + (random.choice(",." if places != 3 else ".") + part if part else "")
    if power:
        superscript = str(power).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
        forms = [
            f"e{power}",
            f"E{power:+}",
            f" x 10^{power}",
            f"\u00d710{superscript}",
            f" · 10^{power}",
            f"*10**{power}",
        ]
        text += random.choice(forms)
    return (random.choice(MINUS) if value < 0 else random.choice(["", "", "+"])) + text, typed


def some_credit(random: random.Random) -> Fraction:
    return Fraction(random.choice([100, 50, 25, 0, -25, -50, -100]), 100) * random.choice(
        [1, 1, Fraction(1, 3)]
    )


def numeric_case(random: random.Random) -> tuple[Fraction, Fraction]:
    text, typed = written(Fraction(random.randint(-20_000, 20_000)), random)
    intervals: list[tuple[Fraction, Fraction, Fraction]] = []
    for _ in range(random.randint(1, 4)):
        middle = typed + Fraction(random.randint(-3, 3), 10 ** random.randint(0, 15))
        margin = Fraction(random.choice([0, 0, 1, 2, 3]), 10 ** random.randint(0, 15))
        intervals.append((middle - margin, middle + margin, some_credit(random)))
    expected = next((credit for low, high, credit in intervals if near(typed, low, high)), NONE)
    accepted = [(exact(low), exact(high), credit) for low, high, credit in intervals]
    question = Numeric("q", "?", tuple(AcceptedNumber(*one) for one in accepted))
    return mark_at_once(question, Typed(text)).credit, expected


def near(typed: Fraction, low: Fraction, high: Fraction) -> bool:
    """Moodle's rule: the distance from the answer is at most its tolerance and a hair (MDL-3225)."""
    answer, tolerance = (low + high) / 2, (high - low) / 2
    hair = Fraction(1, 10**14)
    return abs(typed - answer) <= tolerance + hair * max(abs(answer), tolerance)


def exact(value: Fraction) -> Decimal:
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return Decimal((0 if value >= 0 else 1, tuple(map(int, str(abs(int(value * 10**places))))), -places))


def several_case(random: random.Random) -> tuple[Fraction, Fraction]:
    credits = [some_credit(random) for _ in range(random.randint(2, 10))]
    ticked = [n for n in range(len(credits)) if random.random() < 0.5] or [0]
    random.shuffle(ticked)
    total = NONE
    for n in ticked:
        total += credits[n]
    return mark_at_once(several(*credits), Chosen(tuple(ticked))).credit, max(NONE, min(ONE, total))


def text_case(random: random.Random) -> tuple[Fraction, Fraction]:
    text = "".join(random.choice("abAB é*") for _ in range(random.randint(1, 6))).strip() or "a"
    accepted = [
        (
            "".join(random.choice("ab*é ") for _ in range(random.randint(1, 4))).strip() or "b",
            some_credit(random),
        )
        for _ in range(random.randint(1, 5))
    ]
    plain = " ".join(text.split())
    expected = (
        credit for pattern, credit in accepted if oracle_text_matches(" ".join(pattern.split()), plain)
    )
    return mark_at_once(short(*accepted), Typed(unicodedata.normalize("NFD", text))).credit, next(
        expected, NONE
    )


def matching_case(random: random.Random) -> tuple[Fraction, Fraction]:
    """Each pair counts alike; a right side may belong to several left ones, or to none."""
    rights = [random.choice("uvwxyz") for _ in range(random.randint(2, 6))]
    pairs = tuple(Pair(f"left {place}", right) for place, right in enumerate(rights))
    question = Matching("q", "?", pairs, tuple(random.sample("mnuv", random.randint(0, 2))))
    given = tuple(random.choice([None, *range(len(question.rights))]) for _ in rights)
    right = 0
    for wanted, place in zip(rights, given, strict=True):
        right += place is not None and question.rights[place] == wanted
    return mark_at_once(question, Matched(given)).credit, Fraction(right, len(rights))


def gaps_case(random: random.Random) -> tuple[Fraction, Fraction]:
    """Weights of the gaps over their sum, and nothing taken away below nothing."""
    gaps: list[Gap] = []
    typed: list[str] = []
    got = most = NONE
    for _ in range(random.randint(1, 5)):
        weight, credit, is_typed = random.randint(1, 4), some_credit(random), random.random() < 0.7
        gaps.append(Gap(texts=(AcceptedText("yes", credit),), weight=weight))
        typed.append("Yes" if is_typed else random.choice(["", "no"]))
        got, most = got + weight * credit * is_typed, most + weight
    return mark_at_once(Gaps("q", "?", tuple(gaps)), Filled(tuple(typed))).credit, max(NONE, got / most)


CASES = (numeric_case, several_case, text_case, matching_case, gaps_case)


@pytest.mark.slow
def test_twenty_thousand_generated_questions_are_marked_as_the_oracle_marks_them():
    generator = random.Random(20_260)
    earned = dict.fromkeys(CASES, 0)
    for number in range(20_000):
        case = CASES[number % len(CASES)]
        credit, expected = case(generator)
        assert credit == expected
        earned[case] += credit != 0
    assert min(earned.values()) > 500, "the guard must see credits given, not only noughts"


# --- scores ------------------------------------------------------------------------------------------


def test_a_score_is_the_mean_and_never_below_nothing():
    assert score([ONE, HALF, NONE]) == HALF
    assert score([ONE, Fraction(-1, 2)]) == Fraction(1, 4)
    assert score([Fraction(-1), NONE]) == 0
    assert score([Fraction(1, 3)] * 3) == Fraction(1, 3)
    with pytest.raises(ValueError, match="no score"):
        score([])


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Fraction(7999, 10_000), "79.9"),
        (Fraction(79_999_999, 100_000_000), "79.9"),
        (Fraction(4, 5), "80"),
        (Fraction(2, 3), "66.6"),
        (ONE, "100"),
        (NONE, "0"),
        (Fraction(999_999, 1_000_000), "99.9"),
    ],
)
def test_a_percentage_is_cut_off_and_not_rounded(share: Fraction, shown: str):
    assert percent(share) == shown


@unhurried
@given(st.fractions(0, 1), st.integers(0, 1000))
def test_a_shown_percentage_never_reaches_a_bar_that_the_score_missed(share: Fraction, bar_in_tenths: int):
    bar = Fraction(bar_in_tenths, 1000)
    assert (Fraction(percent(share)) / 100 >= bar) == (share >= bar)


# --- hostile answers -----------------------------------------------------------------------------------


HOSTILE = [
    "nan",
    "NaN",
    "-inf",
    "Infinity",
    "1e999",
    "-1e-999",
    "9" * 4301,
    "1e" + "9" * 50,
    "0x10",
    "1_000",
    "\u0663" * 200,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_number_to_people_earns_nothing_and_never_breaks(text: str):
    everything = numeric(("-1e308", "1e308", ONE), otherwise="Look again.")
    result = mark_at_once(everything, Typed(text))
    assert result.credit == 0
