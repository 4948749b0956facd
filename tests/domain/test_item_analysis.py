"""Item analysis: against a slow second implementation, and against classes whose broken questions are known."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.item_analysis import (
    ENOUGH,
    ENOUGH_TO_COMPARE,
    AskedQuestion,
    Flag,
    Given,
    ItemAnalysis,
    analyse,
    correlate,
)
from bot.domain.questions import SingleChoice
from tests.builders import numeric, single

ONE, NONE = Fraction(1), Fraction(0)


# --- the arithmetic ------------------------------------------------------------------------------------

CREDITS = st.sampled_from([NONE, ONE, Fraction(1, 3), Fraction(1, 2), Fraction(4, 5)])
#: for each person up to three attempts, each of some of six questions
CLASSES = st.lists(
    st.lists(st.dictionaries(st.integers(1, 6), CREDITS, min_size=1, max_size=6), min_size=1, max_size=3),
    min_size=1,
    max_size=40,
)


def as_given(people: Sequence[Sequence[dict[int, Fraction]]]) -> list[Given]:
    return [
        Given(person, person * 10 + number, question, credit)
        for person, attempts in enumerate(people, 1)
        for number, form in enumerate(attempts)
        for question, credit in form.items()
    ]


def first_pairs(people: Sequence[Sequence[dict[int, Fraction]]], question: int) -> list[tuple[Fraction, ...]]:
    """Credit and mean of the rest, as plainly as can be, of each person's first answer."""
    pairs: list[tuple[Fraction, ...]] = []
    for attempts in people:
        forms = [form for form in attempts if question in form]
        if forms:
            rest = [credit for each, credit in forms[0].items() if each != question]
            pairs.append((forms[0][question], statistics.mean(rest)) if rest else (forms[0][question],))
    return pairs


@settings(deadline=None)
@given(CLASSES)
def test_facility_and_discrimination_are_what_the_textbook_says(
    people: list[list[dict[int, Fraction]]],
) -> None:
    asked = {number: AskedQuestion(number, "u", numeric(f"q{number}")) for number in range(1, 7)}
    for item in analyse(asked, as_given(people), 80).items:
        pairs = first_pairs(people, item.asked.id)
        assert item.n == len(pairs)
        assert item.facility == statistics.mean(each[0] for each in pairs)
        both = [each for each in pairs if len(each) == 2]
        if len(both) < ENOUGH_TO_COMPARE:
            assert item.discrimination is None
            continue
        xs, ys = zip(*both, strict=True)
        if len(set(xs)) == 1 or len(set(ys)) == 1:
            assert item.discrimination is None
            assert item.efficiency is None
            continue
        assert item.discrimination == pytest.approx(statistics.correlation(xs, ys), abs=1e-9)
        most = statistics.covariance(sorted(xs), sorted(ys))
        assert item.efficiency is not None
        assert float(item.efficiency) == pytest.approx(statistics.covariance(xs, ys) / most, abs=1e-9)


@settings(deadline=None)
@given(CLASSES, st.integers(1, 100))
def test_an_objective_is_had_by_whoever_reached_the_bar_at_last(
    people: list[list[dict[int, Fraction]]], bar: int
) -> None:
    asked = {n: AskedQuestion(n, "u", numeric(f"q{n}", "1.1" if n < 4 else "1.2")) for n in range(1, 7)}
    found = {each.objective: each for each in analyse(asked, as_given(people), bar).objectives}
    for name, numbers in {"1.1": {1, 2, 3}, "1.2": {4, 5, 6}}.items():
        last = [
            [
                [credit for n, credit in form.items() if n in numbers]
                for form in attempts
                if numbers & set(form)
            ]
            for attempts in people
        ]
        have = [statistics.mean(each[-1]) * 100 >= bar for each in last if each]
        if have:
            assert (found[name].n, found[name].have_it) == (len(have), sum(have))
        else:
            assert name not in found


def test_a_correlation_is_exact_where_floats_would_drown_it() -> None:
    """A millionth beside a large number: summed as floats, nothing would be left of it."""
    xs = [10**12 + each for each in range(30)]
    assert correlate(xs, list(range(30))) == 1.0
    assert correlate(xs, [-each for each in range(30)]) == -1.0


# --- classes with questions of which it is known whether they are broken ---------------------------------


def a_class_sits(
    seed: int, students: int, questions: int = 10, broken: dict[int, str] | None = None
) -> ItemAnalysis:
    """Each draws six questions; who is able has more right, and whoever errs takes one of three mistakes."""
    dice, broken = random.Random(seed), broken or {}
    asked = {n: AskedQuestion(n, "u", single(f"q{n}")) for n in range(1, questions + 1)}
    hard = {n: dice.uniform(-1.2, 0.8) for n in asked}
    given: list[Given] = []
    for person in range(1, students + 1):
        able = dice.gauss(0, 1)
        for attempt in range(dice.choice((1, 1, 2, 3))):
            for n in dice.sample(sorted(asked), 6):
                skill = able + attempt / 2
                given += [answer(dice, person, attempt, n, skill, hard[n], broken.get(n))]
    return analyse(asked, given, 80)


def answer(
    dice: random.Random, person: int, attempt: int, n: int, able: float, hard: float, fault: str | None
) -> Given:
    knows = dice.random() < 1 / (1 + 2.718281828 ** (-2.2 * (able - hard)))
    picked = 0 if knows or fault == "easy" else dice.choice((1, 2) if fault == "dead" else (1, 2, 3))
    if fault == "key":  # what is right is the second option, and the key says the first
        picked = {0: 1, 1: 0}.get(picked, picked)
    credit = ONE if picked == 0 else NONE
    return Given(person, person * 10 + attempt, n, credit, (picked,))


def flags(analysis: ItemAnalysis, n: int) -> set[Flag]:
    found = next(each for each in analysis.items if each.asked.id == n)
    return {each.flag for each in found.reasons}


WRONG_KEY = {Flag.STRONG_CHOOSE_ANOTHER, Flag.NEGATIVE}
RUNS = 60


def test_a_wrong_key_is_found_in_nearly_every_class_of_sixty() -> None:
    """Each question is met by some 45 of them: chance hides one key in ten."""
    runs = [a_class_sits(seed, 60, broken={4: "key"}) for seed in range(RUNS)]
    found = sum(bool(flags(each, 4) & WRONG_KEY) for each in runs)
    assert found >= RUNS * 0.85, found
    first = sum(each.by_need[0].asked.id == 4 for each in runs)
    assert first >= RUNS * 0.85, first


def test_a_wrong_answer_that_nobody_takes_is_found_and_named() -> None:
    for seed in range(RUNS):
        analysis = a_class_sits(seed, 150, broken={4: "dead"})
        (item,) = [each for each in analysis.items if each.asked.id == 4]
        wrong = sum(each.all for each in item.options if not each.is_key)
        named = [each.option for each in item.reasons if each.flag is Flag.DEAD_DISTRACTOR]
        assert named == ([3] if wrong >= 12 else [])


def test_a_question_that_everybody_has_right_is_found() -> None:
    for seed in range(RUNS):
        assert Flag.EVERYBODY_RIGHT in flags(a_class_sits(seed, 30, broken={4: "easy"}), 4)


@pytest.mark.parametrize("students", [15, 30, 60, 150])
def test_questions_that_work_are_seldom_blamed(students: int) -> None:
    """At most one in fifty sound questions is said to have a wrong key or a dead answer."""
    blamed = asked = 0
    for seed in range(RUNS):
        for item in a_class_sits(seed, students).items:
            asked += 1
            blamed += bool({each.flag for each in item.reasons} & {*WRONG_KEY, Flag.DEAD_DISTRACTOR})
    assert blamed <= asked / 50, (blamed, asked)


def test_nothing_is_said_of_a_question_that_few_have_answered() -> None:
    for seed in range(RUNS):
        analysis = a_class_sits(seed, ENOUGH - 1, broken={4: "key", 5: "easy"})
        assert not any(each.reasons for each in analysis.items)


# --- what counts -----------------------------------------------------------------------------------------


def test_a_mended_key_leaves_the_old_answers_behind() -> None:
    """The wording with the wrong key was answered by all; since it was mended only two have answered."""
    old = AskedQuestion(1, "u", single("q", right=1))
    new = AskedQuestion(2, "u", single("q", right=0))
    before = [Given(person, person, 1, NONE, (0,)) for person in range(1, 31)]
    after = [Given(person, 100 + person, 2, ONE, (0,)) for person in (1, 2)]
    (item,) = analyse({1: old, 2: new}, [*before, *after], 80).items
    assert (item.asked, item.n, item.facility) == (new, 2, 1)


def test_who_takes_a_check_again_does_not_make_its_questions_look_easy() -> None:
    asked = {1: AskedQuestion(1, "u", single("q"))}
    given = [
        Given(person, person + 100 * tried, 1, Fraction(tried), (1 - tried,)) for person, tried in tries()
    ]
    (item,) = analyse(asked, given, 80).items
    assert (item.n, item.facility) == (20, 0)
    assert [each.all for each in item.options] == [0, 20, 0, 0]


def tries() -> Iterator[tuple[int, int]]:
    return ((person, tried) for person in range(1, 21) for tried in (0, 1))


def test_the_thirds_are_those_of_the_other_questions() -> None:
    """Nine students; the best third on the rest chose the second option, the weakest the third."""
    asked = {1: AskedQuestion(1, "u", single("q")), 2: AskedQuestion(2, "u", numeric("r"))}
    given: list[Given] = []
    for person in range(9):
        level = person // 3
        given.append(Given(person, person, 1, NONE, (2 if level == 0 else 1,)))
        given.append(Given(person, person, 2, Fraction(level, 2)))
    item = analyse(asked, given, 80).items[0]
    assert isinstance(item.asked.question, SingleChoice)
    assert [(each.upper, each.lower) for each in item.options] == [(0, 0), (3, 0), (0, 3), (0, 0)]
