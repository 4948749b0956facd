"""The largest of everything is drawn whole; what was kept before there were limits costs no more than that."""

from __future__ import annotations

import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Self

import pytest
from discord import ui

from bot.domain import limits
from bot.domain.calculated import posed
from bot.domain.drawing import draw_form as drawn_form
from bot.domain.mastery import Item
from bot.domain.question_codec import question_from_json, question_to_json
from bot.domain.questions import (
    AcceptedText,
    Chosen,
    Essay,
    Filled,
    Gap,
    Gaps,
    Matched,
    Matching,
    Option,
    Ordered,
    Ordering,
    Pair,
    Question,
    SeveralChoices,
    ShortText,
    SingleChoice,
    TrueFalse,
    Typed,
    Written,
)
from bot.domain.showing import look_back, show, show_all
from bot.services.grading import credit_of
from bot.views.cards import Button, Choice, Look, Menu, card, one_line, plain, shorten, utf16
from bot.views.prose import name_of, paragraphs, sentence, with_links
from bot.views.quiz import draw, draw_form
from bot.views.quiz_results import block
from tests.builders import NOW, true_false
from tests.domain.test_showing import ATTEMPT
from tests.extremes import LARGEST, options, words
from tests.limits import check_components, check_modal, walk

ONE = Fraction(1)


def item(question: Question, position: int = 1) -> Item:
    asked = posed(question, "seed")
    [drawn] = drawn_form([asked], 1, {}, "seed")
    return Item(position, asked, drawn.shown)


def answered(one: Item) -> Item:
    """With the longest answer that can be given to it."""
    given = {
        SingleChoice: Chosen((0,)),
        SeveralChoices: Chosen(tuple(range(min(25, len(getattr(one.question, "options", ())))))),
        TrueFalse: Chosen((0,)),
        Ordering: Ordered(tuple(reversed(range(len(getattr(one.question, "items", ())))))),
        Matching: Matched(tuple(range(len(getattr(one.question, "pairs", ()))))),
        Gaps: Filled(tuple("w" * 200 for _ in getattr(one.question, "gaps", ()))),
        Essay: Written("w" * 4000, ("1", "2", "3")),
    }.get(type(one.question), Typed("w" * 200))
    return replace(one, answer=given, answered_at=NOW)


def views(one: Item) -> list[ui.LayoutView | ui.Modal]:
    """Everything that a student sees of a question, before and after."""
    seen: list[ui.LayoutView | ui.Modal] = []
    for each in (one, answered(one)):
        asked = show(ATTEMPT, [each], 1)
        seen += [draw(asked), draw(show_all(ATTEMPT, [each]))]
        if asked.asks in ("number", "text", "gaps", "essay"):
            seen.append(draw_form(asked))
        seen.append(draw(look_back(ATTEMPT, [each], 1)))
    return seen


def check(view: ui.LayoutView | ui.Modal) -> None:
    if isinstance(view, ui.Modal):
        check_modal(view.to_dict())
    else:
        check_components(view.to_components())


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(each["content"] for each in walk(view.to_components()) if each["type"] == 10)


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_of_each_kind_is_drawn_within_discords_limits(name: str):
    for view in views(item(LARGEST[name])):
        check(view)


@pytest.mark.parametrize("name", LARGEST)
def test_the_largest_of_each_kind_is_asked_whole(name: str):
    one = item(LARGEST[name])
    for each in (one, answered(one)):
        if isinstance(each.answer, Filled | Written):  # a student's own words may be longer than a card
            continue
        view = draw(show(ATTEMPT, [each], 1))
        assert isinstance(view, ui.LayoutView)
        assert "…" not in text_of(view).replace("**: …**", "").replace("→ …", "").replace(": …)", "")


# --- what was kept before --------------------------------------------------------------------------

HUGE = 10_000_000
STORED: dict[str, Question] = {
    "a prompt": TrueFalse("q", "*" * HUGE, True),
    "a prompt of lines": TrueFalse("q", "a\n" * (HUGE // 2), True),
    "a prompt of links": Essay("q", "[a](b" * (HUGE // 5)),
    "a prompt of formulas": Essay("q", r"\(" * (HUGE // 2)),
    "a prompt of marks": Essay("q", "e" + "\u0301" * HUGE),
    "a prompt of gaps": Gaps("q", "[[1]]" * (HUGE // 5), (Gap(texts=(AcceptedText("a", ONE),)),)),
    "an option": SingleChoice("q", "Which?", (Option("o" * HUGE, ONE), Option("x", Fraction(0)))),
    "feedback": SingleChoice("q", "Which?", (Option("a", ONE, "f" * HUGE), Option("b", Fraction(0), "~" * HUGE))),
    "general feedback": TrueFalse("q", "So?", True, general_feedback="_" * HUGE),
    "an answer": ShortText("q", "Which?", (AcceptedText("a*" * (HUGE // 2), ONE),)),
    "many answers": ShortText("q", "Which?", tuple(AcceptedText(f"a{n}", ONE) for n in range(100_000))),
    "sides": Matching("q", "Match.", (Pair("l" * HUGE, "r" * HUGE), Pair("m", "r" * HUGE + "s"))),
    "items": Ordering("q", "Order.", ("a" * HUGE, "a" * HUGE + "b", "c")),
    "500 options": SingleChoice("q", "Which?", options(500, 2000)),
    "500 to tick": SeveralChoices("q", "Which?", options(500, 20)),
    "26 options": SingleChoice("q", "Which?", options(26, 20)),
    "40 items": Ordering("q", "Order.", tuple(words(20, n) for n in range(40))),
    "20 pairs": Matching("q", "Match.", tuple(Pair(words(9, n), words(8, n)) for n in range(20))),
    "300 gaps": Gaps("q", "[[1]] [[2]]", tuple(Gap(texts=(AcceptedText("a", ONE),)) for _ in range(300))),
    "a gap of 500": Gaps("q", "[[1]]", (Gap(options=options(500, 20)),)),
}  # fmt: skip


def stored(question: Question) -> Question:
    """As an existing database gives it."""
    return question_from_json(json.loads(json.dumps(question_to_json(question))))


class Steps:
    """What happens inside, counted: calls of Python's and into C. The same on every machine."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._one)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _one(self, frame: object, event: str, arg: object) -> None:
        self.count += 1


def steps(work: Callable[[], object]) -> int:
    with Steps() as counted:
        work()
    return counted.count


@pytest.fixture(scope="module")
def usual() -> int:
    """What the dearest question costs that may be kept today, with everything that is shown of it."""
    return max(steps(partial(views, item(each))) for each in LARGEST.values())


@contextmanager
def memory(most: int) -> Iterator[None]:
    """What is made inside: nothing that walks through a text gives back nothing."""
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most


@pytest.mark.parametrize("name", STORED)
def test_what_was_kept_before_is_cut_when_it_is_read_and_drawn_like_any_other(name: str, usual: int):
    question = stored(STORED[name])
    assert len(repr(question)) < 1_100_000
    one = item(question)
    assert steps(partial(views, one)) < 16 * usual
    for view in views(one):
        check(view)
    with memory(4_000_000):
        views(one)


@pytest.mark.parametrize("name", STORED)
def test_what_was_kept_before_is_still_marked(name: str, usual: int):
    one = answered(item(stored(STORED[name])))
    with Steps() as counted:
        credit = credit_of(one, None)
    assert credit is None or 0 <= credit <= 1
    assert counted.count < 16 * usual


@pytest.mark.parametrize(
    "name", ["500 options", "500 to tick", "40 items", "20 pairs", "300 gaps", "a gap of 500"]
)
def test_nobody_is_kept_from_the_next_question_or_from_handing_in(name: str):
    form = [replace(item(true_false("a"), 1)), item(stored(STORED[name]), 2), item(true_false("c"), 3)]
    view = draw(show(ATTEMPT, form, 2))
    assert isinstance(view, ui.LayoutView)
    assert "tell your teacher that question 2 is too large" in text_of(view)
    labels = [each["label"] for each in walk(view.to_components()) if each["type"] == 2]
    assert labels == ["Back", "Next", "Look over and hand in"]
    done = [
        replace(each, answer=Chosen((0,)), answered_at=NOW) if each.position != 2 else each for each in form
    ]
    over = draw(show_all(ATTEMPT, done))
    assert "Hand in my check" in [each["label"] for each in walk(over.to_components()) if each["type"] == 2]


def test_a_question_that_cannot_be_drawn_for_whatever_reason_leaves_the_way_on(
    monkeypatch: pytest.MonkeyPatch,
):
    def broken(*_: object) -> str:
        raise IndexError

    asked = show(ATTEMPT, [item(true_false("a")), item(true_false("b"), 2)], 1)
    monkeypatch.setattr("bot.views.quiz_questions.given_lines", broken)
    view = draw(asked)
    assert [each["label"] for each in walk(view.to_components()) if each["type"] == 2] == [
        "Next",
        "Look over and hand in",
    ]


def test_what_nobody_can_answer_is_not_drawn_while_there_is_anything_else():
    bank = [stored(STORED["500 options"]), true_false("a"), true_false("b")]
    assert {each.question.slug for each in drawn_form(bank, 3, {}, "seed")} == {"a", "b"}


def test_different_sides_stay_different():
    assert len({each.right for each in stored(STORED["sides"]).pairs}) == 2  # pyright: ignore[reportAttributeAccessIssue]
    assert len(stored(STORED["sides"]).rights) == 2  # pyright: ignore[reportAttributeAccessIssue]


# --- whatever people type --------------------------------------------------------------------------

TEXTS = {
    "signs": "*" * HUGE,
    "lines": "a\n" * (HUGE // 2),
    "links": "[a](b" * (HUGE // 5),
    "empty links": "[](" * (HUGE // 3),
    "addresses": "https://a.example/" * (HUGE // 18),
    "words of addresses": "https://a.example/x " * (HUGE // 20),
    "marks": "e" + "\u0301" * HUGE,
    "flags": "\U0001f1e6" * (HUGE // 4),
    "spaces": " " * HUGE,
    "quotes": "> " * (HUGE // 2),
    "dots": ". " * (HUGE // 2),
}
SHOWN: dict[str, Callable[[str], object]] = {
    "plain": plain,
    "one_line": one_line,
    "shorten": lambda text: shorten(text, 80),
    "shorten long": lambda text: shorten(text, 3900),
    "block": block,
    "name_of": name_of,
    "sentence": sentence,
    "with_links": with_links,
    "paragraphs": paragraphs,
    "a title": lambda text: card(Look.DO, text),
    "a line": lambda text: card(Look.DO, "x", text),
    "a button": lambda text: card(Look.DO, "x", controls=[Button(text, "today")]),
    "a menu": lambda text: card(Look.DO, "x", controls=[Menu(text, "a", "b", [Choice(text, "1", text)])]),
}


@pytest.mark.parametrize("way", SHOWN)
@pytest.mark.parametrize("kind", TEXTS)
def test_no_text_however_long_costs_more_than_a_card_can_show(kind: str, way: str):
    text = TEXTS[kind]
    plain("warm")
    with memory(1_500_000):
        SHOWN[way](text)
    assert steps(partial(SHOWN[way], text)) < 100_000


@pytest.mark.parametrize("kind", TEXTS)
def test_a_page_of_signs_is_made_harmless_in_one_pass(kind: str):
    """The library's own takes minutes of steps for links that never end; steps in C are not seen by a count."""
    import time

    page = TEXTS[kind][: limits.CARD - 1]
    began = time.process_time()
    plain(page)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    ["[a](b)", "*a* _b_ ~c~ |d| `e` \\f", "> quote", ">>> long", "# head", "- list", "-# small", "a > b - c # d", "[a] (b)"],
)  # fmt: skip
def test_harmless_is_what_the_library_makes_of_it_or_more(text: str):
    made = plain(text)
    for sign in "*_~|`\\":
        assert made.count(f"\\{sign}") >= text.count(sign)
    if text[0] in ">#-" or "](" in text:
        assert made.startswith("\\")
    assert made.replace("\\", "") == text.replace("\\", "")
    assert utf16(made) <= 2 * len(text)
