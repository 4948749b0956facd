"""What a check draws, when it is passed, and what a pass opens."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.course import Objective
from bot.domain.mastery import (
    Drawn,
    Item,
    current_unit,
    draw_form,
    next_open,
    opened_by,
    passed,
    review,
)
from bot.domain.questions import Question
from bot.domain.records import ProgressRecord, UnitRecord
from tests.builders import NOW, a_unit, numeric, several, short, single, true_false

#: a busy machine is no failure
unhurried = settings(deadline=None)

#: the 0.999 quantile of chi-square, by degrees of freedom
CHI_SQUARE = {3: 16.27, 23: 49.73, 29: 58.30}


def chi_square(counts: Counter[object], cells: int) -> float:
    expected = counts.total() / cells
    absent = (cells - len(counts)) * expected
    return absent + sum((count - expected) ** 2 / expected for count in counts.values())


Bank = list[Question]


@st.composite
def banks(draw: st.DrawFn) -> Bank:
    objectives = draw(st.lists(st.sampled_from(["1.1", "1.2", "1.3", "1.4"]), min_size=1, max_size=40))
    kinds = [single, several, true_false, numeric, short]
    return [draw(st.sampled_from(kinds))(f"q{place}", each) for place, each in enumerate(objectives)]


def slugs(form: tuple[Drawn, ...]) -> list[str]:
    return [each.question.slug for each in form]


# --- the bar ---------------------------------------------------------------------------------------


@given(right=st.integers(0, 1000), total=st.integers(1, 1000), bar=st.integers(1, 100))
def test_a_student_passes_exactly_when_whole_numbers_say_so(right: int, total: int, bar: int) -> None:
    assert passed(Fraction(right, total), bar) == (right * 100 >= bar * total)


def test_a_score_that_rounds_up_to_the_bar_does_not_pass() -> None:
    assert passed(Fraction(4, 5), 80)
    assert not passed(Fraction(7999, 10000), 80)
    assert not passed(Fraction(79999999999, 10**11), 80)


def test_eight_of_ten_reaches_eighty_where_floats_would_miss_it() -> None:
    tenths = sum([Fraction(1, 10)] * 8, Fraction(0))
    assert sum([0.1] * 8) < 0.8
    assert passed(tenths, 80)


# --- drawing ---------------------------------------------------------------------------------------


a_draw = given(bank=banks(), draw=st.integers(1, 25), seed=st.text(min_size=1, max_size=12))


@a_draw
@unhurried
def test_a_form_has_as_many_questions_as_asked_for_and_none_twice(bank: Bank, draw: int, seed: str) -> None:
    form = slugs(draw_form(bank, draw, {}, seed))
    assert len(form) == min(draw, len(bank))
    assert len(set(form)) == len(form)


@a_draw
@unhurried
def test_the_same_seed_gives_the_same_form_in_the_same_order(bank: Bank, draw: int, seed: str) -> None:
    assert draw_form(bank, draw, {"q0": 1}, seed) == draw_form(bank, draw, {"q0": 1}, seed)


@a_draw
@unhurried
def test_objectives_are_spread_as_evenly_as_the_bank_allows(bank: Bank, draw: int, seed: str) -> None:
    form = draw_form(bank, draw, {}, seed)
    drawn = Counter(each.question.objective for each in form)
    there = Counter(each.objective for each in bank)
    most = max(drawn.values())
    # an objective may lag behind by more than one only when its questions are used up
    assert all(drawn[each] >= most - 1 or drawn[each] == there[each] for each in there)


@given(bank=banks(), draw=st.integers(1, 25), seed=st.text(min_size=1, max_size=12), data=st.data())
@unhurried
def test_no_question_comes_again_while_an_unseen_one_of_its_objective_waits(
    bank: Bank, draw: int, seed: str, data: st.DataObject
) -> None:
    seen = {each.slug: data.draw(st.integers(0, 3)) for each in bank}
    form = draw_form(bank, draw, seen, seed)
    taken = set(slugs(form))
    for each in form:
        left = [q for q in bank if q.objective == each.question.objective and q.slug not in taken]
        assert all(seen[q.slug] >= seen[each.question.slug] for q in left)


def test_a_student_meets_the_whole_bank_before_any_question_comes_again() -> None:
    bank = [single(f"q{n}", f"1.{n % 3}") for n in range(15)]
    seen: dict[str, int] = {}
    for number in range(1, 4):
        form = slugs(draw_form(bank, 5, seen, f"seed {number}"))
        assert not seen.keys() & set(form)
        seen |= dict.fromkeys(form, number)
    assert len(seen) == 15


def test_every_question_is_drawn_equally_often() -> None:
    bank = [single(f"q{n}", f"1.{n % 5}") for n in range(30)]
    counts = Counter[object]()
    places = Counter[object]()
    for number in range(20_000):
        form = slugs(draw_form(bank, 5, {}, f"seed {number}"))
        counts.update(form)
        places[form[0]] += 1
    assert chi_square(counts, 30) < CHI_SQUARE[29]
    assert chi_square(places, 30) < CHI_SQUARE[29]


def test_the_right_option_stands_in_every_place_equally_often() -> None:
    bank = [single("q", right=2)]
    orders = Counter[object]()
    places = Counter[object]()
    for number in range(20_000):
        shown = draw_form(bank, 1, {}, f"seed {number}")[0].shown
        assert sorted(shown) == [0, 1, 2, 3]
        orders[shown] += 1
        places[shown.index(2)] += 1
    assert chi_square(orders, 24) < CHI_SQUARE[23]
    assert chi_square(places, 4) < CHI_SQUARE[3]


def test_all_of_the_above_stays_below_the_others_whether_it_is_right_or_not() -> None:
    texts = ["mass", "All of the above", "volume", "None of these.", "length"]
    for right in range(5):
        for number in range(50):
            shown = draw_form([single("q", right=right, options=texts)], 1, {}, f"seed {number}")[0].shown
            assert set(shown[-2:]) == {1, 3}


def test_true_stands_before_false_and_typed_questions_have_nothing_to_shuffle() -> None:
    bank = [true_false("t"), numeric("n"), short("s")]
    shown = {each.question.slug: each.shown for each in draw_form(bank, 3, {}, "seed")}
    assert shown == {"t": (0, 1), "n": (), "s": ()}


# --- what follows ----------------------------------------------------------------------------------


def units(*names: str) -> list[UnitRecord]:
    return [UnitRecord(place, 1, place, a_unit(name, name)) for place, name in enumerate(names)]


def progress(**mastered: datetime | None) -> dict[str, ProgressRecord]:
    return {slug: ProgressRecord(slug, NOW, at) for slug, at in mastered.items()}


YESTERDAY = datetime(2026, 11, 22, tzinfo=UTC)


def name_of(unit: UnitRecord | None) -> str | None:
    return unit.unit.slug if unit else None


def test_mastering_a_unit_opens_the_next_one() -> None:
    assert name_of(opened_by("a", units("a", "b", "c"), progress(a=NOW), NOW)) == "b"


def test_after_the_last_unit_nothing_opens() -> None:
    assert opened_by("c", units("a", "b", "c"), progress(a=YESTERDAY, b=YESTERDAY, c=NOW), NOW) is None


def test_a_unit_mastered_before_is_passed_over_when_the_order_was_changed() -> None:
    assert name_of(opened_by("c", units("a", "c", "b", "d"), progress(a=YESTERDAY, b=YESTERDAY), NOW)) == "d"


def test_a_unit_that_the_course_dropped_opens_the_first_one_not_mastered() -> None:
    assert name_of(opened_by("old", units("a", "b"), progress(a=YESTERDAY, old=NOW), NOW)) == "b"


def test_what_an_attempt_opened_is_the_same_when_asked_later() -> None:
    later = progress(a=NOW, b=NOW + timedelta(days=3))
    assert name_of(opened_by("a", units("a", "b", "c"), later, NOW)) == "b"


def test_the_current_unit_is_the_first_that_is_open_and_not_mastered() -> None:
    course = units("a", "b", "c")
    assert name_of(current_unit(course, progress(a=YESTERDAY, b=None))) == "b"
    assert current_unit(course, progress(a=YESTERDAY)) is None


def item(
    place: int, *, answered: bool = False, credit: Fraction | None = None, objective: str = "1.1"
) -> Item:
    return Item(place, single(f"q{place}", objective), (), None, NOW if answered else None, credit)


def test_going_on_leads_to_the_next_open_question_and_around_to_skipped_ones() -> None:
    items = [item(1), item(2, answered=True), item(3), item(4, answered=True)]
    assert next_open(items) == 1
    assert next_open(items, after=1) == 3
    assert next_open(items, after=3) == 1
    assert next_open([item(1, answered=True)]) is None


def test_the_review_names_each_missed_objective_once_in_the_order_of_the_unit() -> None:
    objectives = [Objective("1.1", "one"), Objective("1.2", "two"), Objective("1.3", "three")]
    items = [
        item(1, objective="1.3", credit=Fraction(1, 2)),
        item(2, objective="1.1", credit=Fraction(0)),
        item(3, objective="1.2", credit=Fraction(1)),
        item(4, objective="1.1", credit=Fraction(0)),
    ]
    assert [each.slug for each in review(objectives, items)] == ["1.1", "1.3"]
