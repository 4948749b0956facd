"""Whatever stands where an answer was kept, the question can be asked, marked, reviewed, analysed and regraded."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.calculated import posed
from bot.domain.giving import is_whole, why_unreadable
from bot.domain.grading import Mark, NeedsMarking, is_blank, mark
from bot.domain.kept_answers import answer_in, fitting
from bot.domain.mastery import Attempt, Item
from bot.domain.questions import Answer, Calculated, Essay, Ordered, Posed
from bot.domain.regrading import Change, Right, credit_under
from bot.domain.showing import hint, look_back, option_texts, show_all
from bot.views.given import given_text
from bot.views.quiz_questions import draw_question
from bot.views.quiz_results import draw_look_back, given_lines
from tests.kinds import essay, every_kind, ordering

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
QUESTIONS: list[Posed] = [
    posed(each, "seed") if isinstance(each, Calculated) else each
    for each in (*every_kind(), essay(), essay("photo", wants_file=True))
]
LOOSE = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 9), st.floats(allow_nan=True), st.text(max_size=4)
)
PARTS = st.one_of(LOOSE, st.lists(LOOSE, max_size=7), st.lists(st.integers(-1, 7), max_size=7))
BODIES = st.one_of(
    PARTS,
    st.dictionaries(
        st.sampled_from(["chosen", "typed", "matched", "ordered", "filled", "written", "files", "?"]), PARTS
    ),
)
TEXTS = st.one_of(BODIES.map(json.dumps), st.text(max_size=20), st.none())
WORTHY = given(question=st.sampled_from(QUESTIONS), text=TEXTS, data=st.data())
MANY = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def an_attempt() -> Attempt:
    return Attempt(
        1, "h", 1, 1, 1, 1, "first", "First", 1, 80, NOW, NOW, Fraction(0), passed=False, retake_at=None
    )  # fmt: skip


@MANY
@WORTHY
def test_no_stored_answer_stops_anything(question: Posed, text: str | None, data: Any) -> None:
    places = list(range(len(option_texts(question))))
    shown = tuple(data.draw(st.permutations(places)))
    answer = fitting(question, answer_in(text), shown)
    item = Item(1, question, shown, answer, NOW if answer else None, Fraction(0))
    asked = show_all(an_attempt(), [item]).questions[0]
    draw_question(asked)
    given_lines(asked)
    given_text(item)
    draw_look_back(look_back(an_attempt(), [item], 1))
    _is_marked(question, answer_in(text))
    if answer is not None:
        _is_marked(question, answer)
        hint(question, answer)
        is_whole(question, answer)
        why_unreadable(question, answer)
        is_blank(answer)
    for right in Right:
        credit_under(question, answer_in(text), Fraction(0), Change(right, "1"))


def _is_marked(question: Posed, answer: Answer | None) -> None:
    if answer is None:
        return
    made = mark(question, answer)
    assert isinstance(made, NeedsMarking) == (isinstance(question, Essay) and not isinstance(made, Mark))
    if isinstance(made, Mark):
        assert -1 <= made.credit <= 1
    if fitting(question, answer) is None:
        assert made == Mark(Fraction(0), "")


@given(st.lists(st.integers(-1, 5), max_size=6))
def test_an_order_earns_something_only_when_it_is_whole(places: list[int]) -> None:
    made = mark(ordering(count=4), Ordered(tuple(places)))
    assert isinstance(made, Mark)
    if sorted(places) != [0, 1, 2, 3]:
        assert made.credit == 0


def test_half_an_order_is_kept_to_go_on_with() -> None:
    assert fitting(ordering(count=4), answer_in('{"ordered": [2, 0]}'), (0, 1, 2, 3)) == Ordered((2, 0))
