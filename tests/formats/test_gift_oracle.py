"""GIFT from its text to the mark, beside an oracle written from Moodle's documentation of the format."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from bot.domain.grading import mark_at_once, score
from bot.domain.questions import Chosen, Numeric, SeveralChoices, ShortText, Typed
from bot.formats.gift import read_gift

ONE, NONE = Fraction(1), Fraction(0)
#: percentages as teachers write them, and what they mean
SHARES = {
    "100": ONE, "50": Fraction(1, 2), "33.333": Fraction(1, 3), "33.33333": Fraction(1, 3), "66.667": Fraction(2, 3),
    "16.66667": Fraction(1, 6), "12.5": Fraction(1, 8), "0": NONE, "83.33333": Fraction(5, 6), "14.28571": Fraction(1, 7),
}  # fmt: skip


def question(text: str):
    found, faults = read_gift(text, "q.gift")
    assert faults == [], (text, faults)
    return found[0].question


def decimal(value: Fraction, dice: random.Random) -> str:
    """A number of at most six decimals, with a comma or a minus of print now and then."""
    scaled = int(value * 10**6)
    text = f"{abs(scaled) // 10**6}.{abs(scaled) % 10**6:06}".rstrip("0").rstrip(".")
    if dice.random() < 0.3 and len(text.partition(".")[2]) != 3:
        text = text.replace(".", ",")
    return (dice.choice("-\u2212") if scaled < 0 else "") + text


def within(given: Fraction, middle: Fraction, margin: Fraction) -> bool:
    return abs(given - middle) <= margin + max(abs(middle), margin) / 10**14


def numeric_case(dice: random.Random) -> tuple[Fraction, Fraction]:
    near = Fraction(dice.randint(-5000, 5000), 10 ** dice.randint(0, 3))
    rules: list[tuple[Fraction, Fraction, Fraction]] = []
    written: list[str] = []
    for number in range(dice.randint(1, 4)):
        middle = near + Fraction(dice.randint(-3, 3), 10 ** dice.randint(0, 3))
        margin = dice.choice([NONE, NONE, Fraction(dice.randint(1, 30), 10 ** dice.randint(0, 3))])
        share = "100" if number == 0 else dice.choice(list(SHARES))
        rules.append((middle, margin, SHARES[share]))
        weight = "" if share == "100" and dice.random() < 0.5 else f"%{share}%"
        if dice.random() < 0.5:
            written.append(f"={weight}{decimal(middle - margin, dice)}..{decimal(middle + margin, dice)}")
        else:
            written.append(f"={weight}{decimal(middle, dice)}:{decimal(margin, dice)}")
    dice.shuffle(order := list(range(len(rules))))
    made = question("How much? {#" + " ".join(written[place] for place in order) + "}")
    assert isinstance(made, Numeric)
    given = near + dice.choice([NONE, Fraction(dice.randint(-40, 40), 10 ** dice.randint(0, 4))])
    expected = NONE
    for place in order:
        middle, margin, credit = rules[place]
        if within(given, middle, margin):
            expected = credit
            break
    return mark_at_once(made, Typed(decimal(given, dice))).credit, expected


def several_case(dice: random.Random) -> tuple[Fraction, Fraction]:
    right = dice.choice([2, 3, 4, 6, 7, 8])
    share = {2: "50", 3: "33.333", 4: "25", 6: "16.66667", 7: "14.28571", 8: "12.5"}[right]
    taken = dice.choice(["0", "50", "100", "33.333"])
    credits = [Fraction(1, right)] * right + [-SHARES.get(taken, NONE)] * 2
    lines = [f"~%{share}%right {number}" for number in range(right)] + [
        f"~%-{taken}%wrong {number}" for number in range(2)
    ]
    made = question("Which? {" + " ".join(lines) + "}")
    assert isinstance(made, SeveralChoices)
    ticked = tuple(place for place in range(len(credits)) if dice.random() < 0.6)
    total = sum((credits[place] for place in ticked), NONE)
    return mark_at_once(made, Chosen(ticked)).credit, min(ONE, max(NONE, total))


def wild(pattern: str, text: str) -> bool:
    """The slow way: a star takes any number of characters, tried one by one."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(wild(pattern[1:], text[cut:]) for cut in range(len(text) + 1))
    return bool(text) and pattern[0] == text[0] and wild(pattern[1:], text[1:])


def short_case(dice: random.Random) -> tuple[Fraction, Fraction]:
    patterns = [
        "".join(dice.choice("abc*") for _ in range(dice.randint(1, 5))) for _ in range(dice.randint(1, 4))
    ]
    shares = ["100", *(dice.choice(list(SHARES)) for _ in patterns[1:])]
    made = question(
        "Word? {" + " ".join(f"=%{share}%{text}" for share, text in zip(shares, patterns, strict=True)) + "}"
    )
    assert isinstance(made, ShortText)
    typed = "".join(dice.choice("abc") for _ in range(dice.randint(1, 5)))
    expected = next(
        (SHARES[share] for share, text in zip(shares, patterns, strict=True) if wild(text, typed)), NONE
    )
    return mark_at_once(made, Typed(typed.upper() if dice.random() < 0.5 else typed)).credit, expected


def check(seed: int, count: int) -> None:
    dice = random.Random(seed)
    cases = (numeric_case, several_case, short_case)
    earned = [0, 0, 0]
    for number in range(count):
        got, expected = cases[number % 3](dice)
        assert got == expected
        assert 0 <= score([got]) <= 1
        earned[number % 3] += got > 0
    assert min(earned) > count // 20, "the guard must see credits given, not only noughts"


@pytest.mark.slow
def test_fifteen_hundred_questions_in_gift_earn_what_the_oracle_says():
    check(1, 1_500)


@pytest.mark.slow
def test_twenty_thousand_questions_in_gift_earn_what_the_oracle_says():
    check(2, 20_000)
