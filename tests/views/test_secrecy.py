"""Nothing that is sent before grading tells which answer is right (RF1): by bytes, and by a classifier."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from bot.domain.calculated import posed
from bot.domain.drawing import draw_form
from bot.domain.mastery import Attempt, Item
from bot.domain.questions import (
    AcceptedText,
    Option,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from bot.domain.showing import Asked, show, show_all
from bot.views.quiz import draw
from bot.views.quiz_questions import TYPED
from bot.views.quiz_questions import draw_form as draw_modal
from tests.builders import NOW
from tests.kinds import calculated, essay, gaps, matching, ordering, with_unit

RENDERS = 10_000
#: |z| of a share that chance gives in 99 of 100 cases
CHANCE = 2.58


def word(dice: random.Random) -> str:
    """Says nothing: whatever is right, the words are drawn alike."""
    text = "".join(dice.choice("abcdefghijklmnop") for _ in range(dice.randint(3, 14)))
    return dice.choice([text, text.capitalize(), text + ".", text.upper()])


def a_bank(dice: random.Random) -> list[Question]:
    count = dice.randint(2, 12)
    texts = [f"{word(dice)}{place}" for place in range(count)]
    right = dice.randrange(count)
    half = set(dice.sample(range(count), max(1, count // 2)))
    ones = [Option(text, Fraction(place == right), f"fb {text}") for place, text in enumerate(texts)]
    share = Fraction(1, len(half))
    some = [Option(f"{text}s", share if place in half else -share) for place, text in enumerate(texts)]
    return [
        SingleChoice("one", "Which?", tuple(ones), "1"),
        SeveralChoices("several", "Which ones?", tuple(some), "1"),
        TrueFalse("tf", "Is it so?", answer=dice.random() < 0.5, objective="1"),
    ]


def rendered(bank: Sequence[Question], seed: str) -> list[tuple[Item, Asked, list[dict[str, Any]]]]:
    form = draw_form(bank, len(bank), {}, seed)
    attempt = Attempt(1, f"h{seed}", 1, 1, 1, 1, "u", "Unit", 1, 80, NOW, None, None, None, None)
    items = [Item(place, posed(each.question, seed), each.shown) for place, each in enumerate(form, start=1)]
    asked = [show(attempt, items, each.position) for each in items]
    return [(item, one, draw(one).to_components()) for item, one in zip(items, asked, strict=True)]


def walk(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for each in part.values():
            yield from walk(each)
    elif isinstance(part, list):
        for each in part:
            yield from walk(each)


def features(asked: Asked, parts: list[dict[str, Any]], place: int) -> list[str]:
    """All that a card says of one option beside its words, and of the words what they look like."""
    text = asked.options[place]
    letter = chr(ord("A") + place)
    own = next(
        (each for each in walk(parts) if str(each.get("label", "")).split(" ")[0] == letter),
        {},
    )
    line = next(each["content"] for each in walk(parts) if f"**{letter}** ·" in str(each.get("content", "")))
    mine = next(each for each in line.split("\n") if each.startswith(f"**{letter}**"))
    lengths = [len(each) for each in asked.options]
    custom_id = str(own.get("custom_id", own.get("value", "")))
    return [
        f"place {place} of {len(asked.options)}",
        f"from the end {len(asked.options) - place}",
        f"length {len(text) // 3}",
        f"longest {len(text) == max(lengths)}",
        f"shortest {len(text) == min(lengths)}",
        f"alphabet {sorted(asked.options).index(text)}",
        f"case {text[:1].isupper()} {text.isupper()}",
        f"mark {text[-1:].isalnum()}",
        f"line {len(mine) - len(text)} {mine[:3]}",
        f"style {own.get('style')} {own.get('type')} {own.get('disabled')} {own.get('default')}",
        f"id {len(custom_id)} {custom_id[-2:]}",
        f"keys {sorted(own)}",
        f"position {asked.position}",
    ]


def is_right(item: Item, place: int) -> bool:
    own = item.shown[place]
    match item.question:
        case TrueFalse(answer=answer):
            return (own == 0) is answer
        case SingleChoice(options=options) | SeveralChoices(options=options):
            return options[own].credit > 0
        case _:
            raise AssertionError(item)


class Guesser:
    """Logistic regression on what a card shows, learnt one question at a time."""

    def __init__(self) -> None:
        self.weights: dict[str, float] = {}

    def score(self, seen: Sequence[str]) -> float:
        return sum(self.weights.get(each, 0.0) for each in seen)

    def learn(self, options: Sequence[tuple[list[str], bool]]) -> None:
        share = sum(right for _, right in options) / len(options)
        base = math.log(share / (1 - share)) if 0 < share < 1 else 0.0
        for seen, right in options:
            guess = 1 / (1 + math.exp(-max(-30.0, min(30.0, base + self.score(seen)))))
            for each in seen:
                self.weights[each] = self.weights.get(each, 0.0) + 0.05 * (right - guess)


def better_than_chance(*, leak: bool) -> float:
    """z of the guesser's hits over those that chance gives, on questions that it has not learnt from."""
    dice, guesser = random.Random("RF1"), Guesser()
    hits = wanted = spread = 0.0
    number = 0
    while number < RENDERS:
        for item, asked, parts in rendered(a_bank(dice), f"s{number}"):
            number += 1
            options = [
                (features(asked, parts, place), is_right(item, place)) for place in range(len(asked.options))
            ]
            if leak and dice.random() < 0.3:
                options = [([*seen, f"leak {right}"], right) for seen, right in options]
            if number > RENDERS // 2:
                share = sum(right for _, right in options) / len(options)
                best = max(
                    range(len(options)), key=lambda each: (guesser.score(options[each][0]), dice.random())
                )
                hits, wanted = hits + options[best][1], wanted + share
                spread += share * (1 - share)
            guesser.learn(options)
    return (hits - wanted) / math.sqrt(spread)


@pytest.mark.slow
def test_a_classifier_tells_right_from_wrong_options_no_better_than_chance() -> None:
    assert abs(better_than_chance(leak=False)) < CHANCE


@pytest.mark.slow
def test_the_classifier_would_find_a_leak_in_three_of_ten_questions() -> None:
    assert better_than_chance(leak=True) > 10


SECRET = "Zq7key"


def secret_bank() -> list[tuple[Question, tuple[str, ...]]]:
    """Questions with what must not be seen of them before grading."""
    written = ShortText("st", "Name it", (AcceptedText(SECRET, Fraction(1), "fbSECRET"),), "1")
    choice = SingleChoice(
        "sc", "Which?", (Option("a", Fraction(1), "fbSECRET"), Option("b", Fraction(0), "fbSECRET")), "1"
    )
    return [
        (written, (SECRET, "fbSECRET")),
        (choice, ("fbSECRET", "credit")),
        (replace(gaps("g"), general_feedback="genSECRET"), ("mole", "word0", "word2", "genSECRET")),
        (replace(with_unit("u"), general_feedback="genSECRET"), ("3.2", "3.3", "genSECRET")),
        (replace(calculated("c"), general_feedback="genSECRET"), ("genSECRET", "{a}")),
        (replace(essay("e"), general_feedback="genSECRET"), ("genSECRET",)),
        (replace(matching("m"), general_feedback="genSECRET"), ("genSECRET",)),
        (replace(ordering("o"), general_feedback="genSECRET"), ("genSECRET",)),
    ]


@pytest.mark.parametrize("number", range(8))
def test_no_key_material_is_in_any_card_or_form_before_grading(number: int) -> None:
    question, secrets = secret_bank()[number]
    for seed in range(20):
        [(item, asked, parts)] = rendered([question], f"k{seed}")
        attempt = Attempt(1, "h", 1, 1, 1, 1, "u", "Unit", 1, 80, NOW, None, None, None, None)
        sent = json.dumps([parts, draw(show_all(attempt, [item])).to_components()])
        if asked.asks in TYPED:
            sent += json.dumps(draw_modal(asked).to_components())
        assert not [each for each in secrets if each in sent]


@pytest.mark.parametrize("question", [matching("m", 4), ordering("o", 4)])
def test_the_order_of_sides_and_items_is_equally_likely_whatever_is_right(question: Question) -> None:
    first, most = [0] * 4, 0
    for seed in range(2_000):
        [(item, _, _)] = rendered([question], f"p{seed}")
        place = item.shown.index(0)
        first[min(place, 3)] += 1
        most = len(item.shown)
    expected = 2_000 / most
    spread = math.sqrt(expected * (1 - 1 / most))
    assert all(abs(each - expected) < 4 * spread for each in first[:3])
