"""What a check draws: the blueprint met, nothing repeated that need not be, everything equally likely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.drawing import Blueprint, Drawn, Share, cell_of, draw_form
from bot.domain.questions import (
    EASY,
    HARD,
    MEDIUM,
    Calculated,
    Formula,
    Matching,
    Ordering,
    Pair,
    Question,
    Variable,
)
from tests.builders import numeric, several, short, single, true_false

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


@pytest.mark.slow
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


# --- the blueprint, and what is shared -------------------------------------------------------------


def graded(slug: str, objective: str, difficulty: int) -> Question:
    return replace(true_false(slug, objective), difficulty=difficulty)


@st.composite
def graded_banks(draw: st.DrawFn, most: int) -> Bank:
    cells = st.tuples(st.sampled_from(["1.1", "1.2", "1.3"]), st.sampled_from([EASY, MEDIUM, HARD]))
    return [graded(f"q{n}", *each) for n, each in enumerate(draw(st.lists(cells, min_size=1, max_size=most)))]


def asks_for(data: st.DataObject, bank: Bank, draw: int) -> Blueprint:
    """Shares that this bank can meet: those of some of its questions, with or without their difficulty."""
    some = data.draw(st.lists(st.sampled_from(bank), unique_by=lambda each: each.slug, max_size=draw))
    shares = Counter((each.objective, data.draw(st.sampled_from([None, each.difficulty]))) for each in some)
    return tuple(Share(objective, count, difficulty) for (objective, difficulty), count in shares.items())


def meets(form: Sequence[Question], blueprint: Blueprint) -> bool:
    objectives, cells = Counter(each.objective for each in form), Counter(cell_of(each) for each in form)
    wanted = Counter[str]()
    for share in blueprint:
        wanted[share.objective] += share.count
    return wanted <= objectives and all(
        cells[each.objective, each.difficulty] >= each.count for each in blueprint if each.difficulty
    )


@given(bank=graded_banks(40), draw=st.integers(1, 25), seed=st.text(max_size=8), data=st.data())
@unhurried
def test_a_form_always_meets_a_blueprint_that_the_bank_can_meet(
    bank: Bank, draw: int, seed: str, data: st.DataObject
) -> None:
    blueprint = asks_for(data, bank, min(draw, len(bank)))
    seen = {each.slug: data.draw(st.integers(1, 3)) for each in bank if data.draw(st.booleans())}
    in_use = {each.slug: data.draw(st.integers(0, 3)) for each in bank}
    form = [each.question for each in draw_form(bank, draw, seen, seed, blueprint=blueprint, in_use=in_use)]
    assert len({each.slug for each in form}) == len(form) == min(draw, len(bank))
    assert meets(form, blueprint)


@given(bank=graded_banks(9), draw=st.integers(1, 6), seed=st.text(max_size=8), data=st.data())
@settings(deadline=None, max_examples=400)
def test_of_all_forms_that_can_be_built_none_repeats_or_shares_less(
    bank: Bank, draw: int, seed: str, data: st.DataObject
) -> None:
    """Against every form there is (moonshot 10)."""
    draw = min(draw, len(bank))
    blueprint = asks_for(data, bank, draw)
    seen = {each.slug: data.draw(st.integers(1, 3)) for each in bank if data.draw(st.booleans())}
    in_use = {each.slug: data.draw(st.integers(0, 3)) for each in bank}

    def unevenness(form: Sequence[Question]) -> int:
        return sum(count**2 for count in Counter(each.objective for each in form).values())

    def cost(form: Sequence[Question]) -> tuple[int, list[int], int]:
        last = sorted(seen.get(each.slug, 0) for each in form)
        return sum(each > 0 for each in last), last, sum(in_use[each.slug] for each in form)

    possible = [each for each in combinations(bank, draw) if meets(each, blueprint)]
    least = min(map(unevenness, possible))
    best = min(cost(each) for each in possible if unevenness(each) == least)
    form = [each.question for each in draw_form(bank, draw, seen, seed, blueprint=blueprint, in_use=in_use)]
    assert unevenness(form) == least
    assert cost(form) == best


def difficulties(bank: Bank, *shares: Share, draw: int = 3) -> list[int]:
    form = draw_form(bank, draw, {}, "seed", blueprint=shares)
    return sorted(each.question.difficulty for each in form if each.question.objective == "1.1")


def test_where_hard_questions_lack_the_next_easier_ones_of_the_objective_stand_in() -> None:
    bank = [graded("h", "1.1", HARD), *(graded(f"m{n}", "1.1", MEDIUM) for n in range(2))]
    bank += [graded(f"e{n}", "1.1", EASY) for n in range(5)]
    bank += [graded(f"o{n}", "1.2", HARD) for n in range(5)]
    assert difficulties(bank, Share("1.1", 3, HARD)) == [MEDIUM, MEDIUM, HARD]
    assert difficulties(bank[1:], Share("1.1", 3, HARD)) == [EASY, MEDIUM, MEDIUM]
    assert difficulties(bank[:1] + bank[3:], Share("1.1", 2, MEDIUM), draw=2) == [EASY, EASY]


def test_where_an_objective_is_used_up_the_others_fill_the_form_evenly() -> None:
    bank = [graded("a", "1.1", HARD), *(graded(f"b{n}", f"1.{2 + n % 2}", MEDIUM) for n in range(8))]
    form = draw_form(bank, 5, {}, "seed", blueprint=(Share("1.1", 4),))
    assert Counter(each.question.objective for each in form) == {"1.1": 1, "1.2": 2, "1.3": 2}


def test_shares_beyond_the_size_of_a_form_are_cut_from_the_last() -> None:
    bank = [graded(f"a{n}", "1.1", HARD) for n in range(4)] + [graded(f"b{n}", "1.2", HARD) for n in range(4)]
    form = draw_form(bank, 3, {}, "seed", blueprint=(Share("1.1", 2), Share("1.2", 4)))
    assert Counter(each.question.objective for each in form) == {"1.1": 2, "1.2": 1}


def test_a_retake_over_the_missed_objectives_asks_for_nothing_else() -> None:
    bank = [graded(f"q{n}", f"1.{n % 3}", MEDIUM) for n in range(12)]
    shares = Share("1.0", 2), Share("1.1", 2)
    form = draw_form(bank, 4, {}, "seed", blueprint=shares, only=["1.0", "1.2"])
    assert Counter(each.question.objective for each in form) == {"1.0": 2, "1.2": 2}


def test_neighbours_share_nothing_while_the_bank_has_questions_that_none_of_them_has() -> None:
    bank = [single(f"q{n}", f"1.{n % 3}") for n in range(30)]
    in_use = Counter[str]()
    for number in range(5):
        form = slugs(draw_form(bank, 6, {}, f"seed {number}", in_use=in_use))
        assert not in_use.keys() & set(form)
        in_use.update(form)


def calculated(slug: str) -> Calculated:
    ten = Decimal(10)
    return Calculated(
        slug, "Twice {v}?", (Variable("v", Decimal(1), ten, Decimal(1)),), (Formula("2*{v}", Fraction(1)),), objective="1.1"
    )  # fmt: skip


def test_a_calculated_question_is_asked_again_before_one_whose_numbers_stay() -> None:
    bank = [calculated("c"), graded("a", "1.1", MEDIUM), graded("b", "1.1", MEDIUM)]
    assert slugs(draw_form(bank, 1, {"a": 1, "b": 2, "c": 3}, "seed")) == ["c"]
    assert slugs(draw_form(bank, 1, {"a": 1, "c": 3}, "seed", in_use={"b": 9})) == ["b"]


# --- what is put in order --------------------------------------------------------------------------


def test_every_order_of_an_ordering_is_shown_equally_often_the_right_one_too() -> None:
    question = Ordering("o", "Order them.", ("a", "b", "c", "d"))
    orders = Counter[object](draw_form([question], 1, {}, f"{n}")[0].shown for n in range(20_000))
    assert chi_square(orders, 24) < CHI_SQUARE[23]


def test_right_sides_are_shown_in_any_order_whatever_belongs_to_what() -> None:
    question = Matching("m", "Match.", (Pair("1", "a"), Pair("2", "b"), Pair("3", "a")), ("c", "d"))
    orders = Counter[object](draw_form([question], 1, {}, f"{n}")[0].shown for n in range(20_000))
    assert chi_square(orders, 24) < CHI_SQUARE[23]
