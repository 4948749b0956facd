"""The cards of a mastery check: they tell nothing too early, and keep within Discord's limits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.booking import Span
from bot.domain.course import Objective
from bot.domain.mastery import Item, ObjectiveResult
from bot.domain.mastery_rules import MasteryRules
from bot.domain.questions import Option, Question
from bot.domain.retaking import AskFirst, Cooldown, InSession, RemediationFirst, RemediationKind
from bot.domain.showing import Asked, Asks, GapAsked, LookedBack, LookOver, show, show_all
from bot.domain.units import Unreadable
from bot.services.quizzes import (
    AlreadyHandedIn,
    Blank,
    CannotRead,
    NoSuchUnit,
    StillLocked,
    TooEarly,
    Unanswered,
)
from bot.services.unlocking import Hint, NotYet, Passed, Said
from bot.views.cards import utf16
from bot.views.quiz import Result, draw, draw_form
from tests.builders import NOW, numeric, several, short, single, true_false
from tests.domain.test_showing import ATTEMPT, items, variants


def sent(view: ui.LayoutView | ui.Modal) -> str:
    """The bytes that leave for Discord."""
    return json.dumps(view.to_components(), sort_keys=True)


def parts(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for each in node.values():
            yield from parts(each)
    elif isinstance(node, list):
        for each in node:
            yield from parts(each)


def text_of(view: ui.LayoutView) -> str:
    return "\n".join(each["content"] for each in parts(view.to_components()) if each["type"] == 10)


def labels(view: ui.LayoutView) -> list[str]:
    return [each["label"] for each in parts(view.to_components()) if each["type"] == 2]


# --- before grading --------------------------------------------------------------------------------


def everything_sent(form: list[Item]) -> list[str]:
    asked = show(ATTEMPT, form, 1)
    return [sent(draw(asked)), sent(draw(show_all(ATTEMPT, form))), sent(draw_form(asked))]


@pytest.mark.parametrize(("one", "other"), variants())
def test_what_is_sent_before_grading_is_the_same_whatever_is_right(one: Question, other: Question) -> None:
    for number in range(20):
        seed = f"seed {number}"
        assert everything_sent(items(one, seed=seed)) == everything_sent(items(other, seed=seed))


def test_a_card_holds_neither_credits_nor_feedback_nor_slugs() -> None:
    options = (
        Option("iron", Fraction(1), "FEEDBACK right"),
        Option("salt", Fraction(0), "FEEDBACK wrong"),
        Option("air", Fraction(-1, 3), "FEEDBACK worse"),
    )
    question = replace(single("SLUG"), prompt="An element?", options=options, general_feedback="FEEDBACK all")
    told = sent(draw(show(ATTEMPT, items(question), 1)))
    assert "iron" in told
    assert not re.search("SLUG|FEEDBACK|credit|right|1/3", told)


def test_a_choice_has_a_letter_for_each_option_and_the_kept_one_is_marked_in_words_and_glyph() -> None:
    asked = replace(show(ATTEMPT, items(single("q")), 1), chosen=(2,), is_answered=True)
    view = draw(asked)
    assert labels(view) == ["A", "B", "☑ C", "D", "Look over and hand in"]
    assert f"**C** · {asked.options[2]} ☑ *your answer*" in text_of(view)


def test_ten_options_stand_in_two_rows_of_five_with_the_way_on_in_its_own_row() -> None:
    view = draw(show(ATTEMPT, items(single("q", options=[f"choice {n}" for n in range(10)])), 1))
    rows = [each["components"] for each in parts(view.to_components()) if each["type"] == 1]
    assert [[each["label"] for each in row] for row in rows[:2]] == [list("ABCDE"), list("FGHIJ")]
    assert "Look over and hand in" in [each["label"] for each in rows[2]]


def test_several_choices_are_a_menu_in_which_all_may_be_ticked() -> None:
    view = draw(show(ATTEMPT, items(several("q")), 1))
    (menu,) = [each for each in parts(view.to_components()) if each["type"] == 3]
    assert (menu["min_values"], menu["max_values"], len(menu["options"])) == (1, 4, 4)


@pytest.mark.parametrize("question", [numeric("q"), short("q")])
def test_the_form_opens_with_what_was_typed_before(question: Question) -> None:
    asked = replace(show(ATTEMPT, items(question), 1), typed="3.25 g")
    (box,) = [each for each in parts(draw_form(asked).to_components()) if each["type"] == 4]
    assert box["value"] == "3.25 g"
    assert "Change my answer" in labels(draw(asked))


def test_an_unreadable_number_says_what_to_write() -> None:
    asked = replace(show(ATTEMPT, items(numeric("q")), 1), typed="3 *g*")
    told = text_of(draw(CannotRead(asked, Unreadable.NOT_A_NUMBER)))
    assert "“3 \\*g\\*”" in told
    assert "without its unit" in told


def test_the_look_over_shows_what_is_open_and_offers_to_hand_in_only_when_nothing_is() -> None:
    form = items(single("a"), numeric("b"), true_false("c"))
    over = show_all(ATTEMPT, form)
    assert "3 questions are still open" in text_of(draw(over))
    assert labels(draw(over)) == ["Go to question 1"]
    done = tuple(
        replace(each, chosen=(0,), is_answered=True)
        if each.options
        else replace(each, typed="5", is_answered=True)
        for each in over.questions
    )
    view = draw(replace(over, questions=done))
    assert labels(view) == ["Hand in my check"]
    assert "☑ 1." in text_of(view)


# --- results ---------------------------------------------------------------------------------------


SCALE = Objective("1.1", "Read a scale", "Watch the start again.")
NOT_YET = NotYet(
    attempt="h1",
    section="s1",
    unit_title="Measurement",
    score=Fraction(7999, 10000),
    bar=80,
    objectives=(ObjectiveResult(SCALE, Fraction(299, 100), 3),),
    review=(SCALE,),
    hints=(Hint(2, "Look at the unit."),),
    counted=None,
    open_questions=(2,),
    stands=(RemediationFirst((SCALE,), tuple(RemediationKind)), Cooldown(NOW + timedelta(hours=4))),
    said=Said(MasteryRules(), "Europe/Berlin", 4 * 3600, 0),
)


def test_not_yet_shows_the_score_uncut_upwards_the_bar_what_to_do_and_when() -> None:
    view = draw(NOT_YET)
    told = text_of(view)
    assert told.startswith("### 🔁 Not yet: Measurement")
    assert "**79.9 %**. Your bar is 80 %." in told
    assert "Read a scale" in told
    assert "Watch the start again." in told
    assert "Question 2: Look at the unit." in told
    assert "1.1 ███░ 2.9 of 3" in told
    assert f"<t:{int((NOW + timedelta(hours=4)).timestamp())}:R>" in told
    assert "Best attempt counts. Next try 4 hours after the last one." in told
    assert labels(view)[0] == "Choose what to do"
    open_now = replace(NOT_YET, stands=())
    assert labels(draw(open_now))[0] == "Try again"
    assert not re.search("fail|wrong", told, re.IGNORECASE)


def test_passed_names_what_opened_and_offers_the_answers() -> None:
    view = draw(Passed("h1", "Measurement", Fraction(1), 80, "Matter"))
    assert "**Matter** is open for you now" in text_of(view)
    assert labels(view)[:2] == ["What do I do now?", "See my answers"]
    assert "last unit" in text_of(draw(Passed("h1", "Measurement", Fraction(1), 80, None)))


def test_handing_in_twice_shows_the_one_result_and_says_so() -> None:
    told = text_of(draw(AlreadyHandedIn(Passed("h1", "Measurement", Fraction(1), 80, "Matter"))))
    assert "It counted once." in told
    assert "**100 %**" in told


def test_looking_back_marks_right_and_own_answers_in_words() -> None:
    asked = replace(show(ATTEMPT, items(single("q")), 1), chosen=(1,), is_answered=True)
    told = text_of(draw(LookedBack(asked, Fraction(0), "Think of the unit.", (3,), ())))
    assert f"**B** · {asked.options[1]} ☑ *your answer*" in told
    assert f"**D** · {asked.options[3]} ✅ *right*" in told
    assert "Think of the unit." in told


# --- limits (RA11) ---------------------------------------------------------------------------------

#: what teachers and students may bring: Markdown, emoji, right-to-left, zero width, astral planes, nothing
hostile = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["", "*" * 1500, "```\n# head\n@everyone <@1>"]),
    st.sampled_from(["\U0001f468\u200d\U0001f469\u200d\U0001f467" * 130, "\u202e\u05e1\u05d5\u05d3" * 200]),
    st.sampled_from(["\ud83d", "e\u0301" * 750]),
)


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    asks = draw(st.sampled_from(list(Asks)))
    options = draw(st.lists(hostile, min_size=2, max_size=25)) if asks in (Asks.ONE, Asks.SEVERAL) else []
    chosen = draw(st.lists(st.integers(0, len(options) - 1), unique=True, min_size=1)) if options else []
    typed = "" if options else draw(hostile)[:500]
    asked = Asked(
        "A" * 12,
        draw(hostile)[:80],
        draw(st.integers(1, 25)),
        25,
        draw(hostile),
        asks,
        tuple(options),
        tuple(chosen[:1] if asks is Asks.ONE else sorted(chosen)),
        typed,
        draw(st.booleans()) and bool(chosen or typed),
        ends_at=draw(st.sampled_from([None, NOW])),
    )
    return draw(with_parts(asked))


@st.composite
def with_parts(draw: st.DrawFn, asked: Asked) -> Asked:
    """Matching, ordering and gaps, as large as a check may ask them."""
    texts = st.lists(hostile, min_size=2, max_size=25)
    match asked.asks:
        case Asks.MATCH:
            sides, rights = draw(st.lists(hostile, min_size=1, max_size=10)), draw(texts)
            pick = st.one_of(st.none(), st.integers(0, len(rights) - 1))
            placed = tuple(draw(pick) for _ in sides)
            parts = replace(asked, typed="", sides=tuple(sides), options=tuple(rights), placed=placed)
            return replace(parts, is_answered=None not in placed)
        case Asks.ORDER:
            items = draw(texts)
            order = draw(st.permutations(range(len(items))))
            placed = tuple(order[: draw(st.integers(0, len(items)))])
            parts = replace(asked, typed="", options=tuple(items), placed=placed)
            return replace(parts, is_answered=len(placed) == len(items))
        case Asks.GAPS:
            choices = st.one_of(st.just([]), texts)
            gaps = draw(st.lists(st.builds(GapAsked, choices.map(tuple), hostile), min_size=1, max_size=25))
            return replace(asked, typed="", gaps=tuple(gaps), is_answered=all(each.given for each in gaps))
        case Asks.ESSAY:
            return replace(asked, wants_file=draw(st.booleans()), files=draw(st.integers(0, 3)))
        case _:
            return replace(asked, with_unit=draw(st.booleans()))


@st.composite
def results(draw: st.DrawFn) -> Result:
    asked = draw(questions())
    over = LookOver("A" * 12, draw(hostile)[:80], 80, tuple(replace(asked, position=n) for n in range(1, 26)))
    objectives = tuple(Objective(f"{n}", draw(hostile), draw(hostile)) for n in range(12))
    hints = tuple(Hint(n, draw(hostile)) for n in range(1, 26))
    not_yet = replace(
        NOT_YET,
        unit_title=draw(hostile)[:80],
        objectives=tuple(ObjectiveResult(each, Fraction(1, 3), 2) for each in objectives),
        review=objectives,
        hints=hints,
        stands=(*NOT_YET.stands, AskFirst(draw(hostile)), InSession(Span(NOW, NOW))),
    )
    back = LookedBack(asked, Fraction(1, 3), draw(hostile), asked.chosen, (draw(hostile), draw(hostile)))
    locked = StillLocked(draw(hostile)[:80], draw(hostile)[:80])
    unknown = NoSuchUnit(draw(hostile)[:80], (draw(hostile)[:80],) * 30)
    running = [asked, over, Unanswered(over), Blank(asked), CannotRead(asked, Unreadable.NOT_A_NUMBER)]
    return draw(st.sampled_from([*running, not_yet, TooEarly(not_yet), back, locked, unknown]))


@pytest.mark.slow
@given(result=results())
@settings(deadline=None, max_examples=300)
def test_every_card_keeps_within_the_limits_of_discord(result: Result) -> None:
    shown = list(parts(draw(result).to_components()))
    assert len([each for each in shown if each["type"] in (1, 2, 3, 10, 17)]) <= 40
    assert sum(utf16(each["content"]) for each in shown if each["type"] == 10) <= 4000
    assert all(each["content"] for each in shown if each["type"] == 10)
    for each in shown:
        match each["type"]:
            case 1:
                assert 1 <= len(each["components"]) <= 5
            case 2:
                assert 1 <= utf16(each["label"]) <= 80
                assert re.fullmatch(r"fc:[a-z_]{1,24}:[\w.-]{1,64}", each["custom_id"])
            case 3:
                assert 1 <= len(each["options"]) <= 25
                assert each["max_values"] <= len(each["options"])
                assert all(1 <= utf16(option["label"]) <= 100 for option in each["options"])
                assert re.fullmatch(r"fs:[a-z_]{1,24}:[\w.-]{1,64}", each["custom_id"])
            case _:
                pass
    custom_ids = [each["custom_id"] for each in shown if "custom_id" in each]
    assert len(custom_ids) == len(set(custom_ids))


@given(asked=questions())
@settings(deadline=None, max_examples=200)
def test_every_form_keeps_within_the_limits_of_discord(asked: Asked) -> None:
    form = draw_form(asked)
    shown = list(parts(form.to_components()))
    assert utf16(form.title) <= 45
    assert all(1 <= utf16(each["content"]) <= 4000 for each in shown if each["type"] == 10)
    fields = [each for each in shown if each["type"] == 18]
    assert len(fields) <= 5
    assert fields or asked.options
    for box in (each["component"] for each in fields):
        assert utf16(box.get("value") or "") <= box.get("max_length", 4000)
        assert len(box.get("options", [])) <= 25
        assert all(1 <= utf16(option["label"]) <= 100 for option in box.get("options", []))
