"""A student's bar is the one they signed for, exactly, and signing anew changes nothing that was passed before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contracts import BadTiers, Bar, Contract, bar_at, read_tiers, signature, write_tiers
from bot.domain.mastery import passed
from bot.domain.mastery_rules import TIERS, Tier

BEGIN = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("percent", "bar", "is_pass"),
    [
        ("75.99", 76, False),
        ("76", 76, True),
        ("85.99", 86, False),
        ("86", 86, True),
        ("92.99", 93, False),
        ("93", 93, True),
    ],
)
def test_a_score_a_hair_below_the_bar_is_not_yet_and_one_on_it_passes(percent: str, bar: int, is_pass: bool):
    assert passed(Fraction(percent) / 100, bar) is is_pass


@given(st.sampled_from([each.bar for each in TIERS]), st.integers(1, 10**12))
def test_no_fraction_below_the_bar_is_ever_rounded_up(bar: int, denominator: int):
    hair = Fraction(1, denominator * 100)
    assert passed(Fraction(bar, 100), bar)
    assert not passed(Fraction(bar, 100) - hair, bar)


@given(st.integers(1, 400), st.data())
def test_points_of_a_check_pass_as_long_division_says(most: int, data: st.DataObject):
    got = data.draw(st.integers(0, most))
    for tier in TIERS:
        assert passed(Fraction(got, most), tier.bar) is (got * 100 >= tier.bar * most)


def contract(number: int, bar: int, begins: int | None, ends: int | None) -> Contract:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else BEGIN + timedelta(hours=hours)

    return Contract(
        number, f"c{number}", 1, 1, bar, "T", "w", "Ana Li", BEGIN, "", "", "", None, at(begins), at(ends)
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Contract]:
    """As they come to be: one after the other, with gaps, and some that were never in force."""
    hours, out = 0, list[Contract]()
    for number in range(draw(st.integers(0, 8))):
        bar = draw(st.sampled_from((76, 86, 93, 100)))
        if draw(st.booleans()):
            begins = hours + draw(st.integers(0, 5))
            hours = begins + draw(st.integers(0, 20))
            is_last = draw(st.booleans()) and number == 7
            out.append(contract(number, bar, begins, None if is_last else hours))
        else:
            out.append(contract(number, bar, None, hours))
    return out


@given(histories(), st.integers(-5, 150))
def test_the_bar_at_an_instant_is_the_one_that_walking_hour_by_hour_finds(history: list[Contract], hour: int):
    found = Bar(80)
    at = BEGIN + timedelta(hours=hour)
    for each in history:  # the slow oracle: all in the order in which they began
        if each.in_force_at is None:
            continue
        if each.in_force_at <= at and not (each.ended_at is not None and each.ended_at <= at):
            found = Bar(each.bar, each.id, each.in_force_at)
    assert bar_at(history, 80, at) == found


def test_goals_are_read_as_a_teacher_writes_them_and_written_back_the_same():
    assert read_tiers(write_tiers(TIERS)) == TIERS
    assert read_tiers("\n 93% Expert : Teach it.\n70 Basic: Know it: all.\n") == (
        Tier(70, "Basic", "Know it: all."),
        Tier(93, "Expert", "Teach it."),
    )
    assert read_tiers(" None ") == ()


@pytest.mark.parametrize(
    "typed",
    ["", "86", "86 Strong", "Strong: words", "0 Zero: x", "101 More: x", "86 A: x\n86 B: y", "86 A: x\n90 a: y",
     "86.5 Strong: x", "86 " + "n" * 31 + ": x", "\n".join(f"{n} T{n}: x" for n in range(1, 8))],
)  # fmt: skip
def test_goals_that_cannot_be_read_are_answered_with_what_to_do(typed: str):
    result = read_tiers(typed)
    assert isinstance(result, BadTiers)
    assert result.problem


@given(st.text(max_size=200))
def test_whatever_is_typed_as_goals_is_read_or_refused(typed: str):
    result = read_tiers(typed)
    if isinstance(result, tuple):
        assert read_tiers(write_tiers(result) or "none") == result


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Ana   Li ", "Ana Li"), ("李娜", "李娜"), ("", None), ("x", None), ("12 34", None), ("a" * 81, None),
     ("An\u202ea Li", None)],
)  # fmt: skip
def test_a_signature_is_a_name(typed: str, kept: str | None):
    assert signature(typed) == kept
