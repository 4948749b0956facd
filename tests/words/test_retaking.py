"""The rules of a class in one sentence: every combination reads as somebody would say it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.mastery_rules import Counts, MasteryRules
from bot.words.retaking import rules_sentence

RULES = st.builds(
    MasteryRules,
    counts=st.sampled_from(Counts),
    cooldown_hours=st.lists(st.sampled_from([0, 1, 4, 24, 36, 48, 120]), max_size=6).map(tuple),
    limit=st.sampled_from([None, 1, 2, 4]),
    window_days=st.sampled_from([None, 1, 30]),
    last_day=st.sampled_from([None, date(2027, 6, 12)]),
    only_missed=st.booleans(),
    by_request=st.booleans(),
    in_sessions=st.booleans(),
)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (MasteryRules(), "Best attempt counts. Next try 4 hours after the last one."),
        (
            MasteryRules(cooldown_hours=(24, 48), limit=4, last_day=date(2027, 6, 12)),
            (
                "Best attempt counts. Next try 1 day after the first, 2 days after each later one; "
                "at most 4 tries by 12 June."
            ),
        ),
        (
            MasteryRules(cooldown_hours=(24, 48, 120), limit=1, window_days=30, counts=Counts.LATEST),
            (
                "The latest attempt counts. Next try 1 day after the first, 2 days after the second, "
                "5 days after each later one; at most 1 try in 30 days."
            ),
        ),
        (
            MasteryRules(cooldown_hours=(0,), last_day=date(2027, 1, 1), by_request=True),
            (
                "Best attempt counts. Next try right after the last one; the last day for it is 1 January. "
                "For each next try you ask your teacher."
            ),
        ),
        (
            MasteryRules(only_missed=True, by_request=True, in_sessions=True),
            (
                "Best attempt counts. Next try 4 hours after the last one. A next try asks only for what you missed. "
                "For each next try you ask your teacher and book a retake session."
            ),
        ),
    ],
)
def test_the_sentence_says_what_holds(rules: MasteryRules, said: str) -> None:
    assert rules_sentence(rules, 4 * 3600) == said


def test_more_tries_by_accommodation_are_in_the_number() -> None:
    assert "at most 6 tries" in rules_sentence(MasteryRules(limit=4), 3600, 2)


@given(RULES, st.sampled_from([None, 0, 1800, 3600, 4 * 3600]), st.integers(0, 2))
def test_every_combination_is_whole_sentences_with_numbers_that_agree(
    rules: MasteryRules, cooldown_s: int | None, more: int
) -> None:
    said = rules_sentence(rules, cooldown_s, more)
    assert re.fullmatch(r"([A-Z][^.]*\.)( [A-Z][^.]*\.)*", said), said
    assert "  " not in said
    assert not re.search(r"\b1 (days|hours|tries|minutes)\b", said)
    assert not re.search(r"\b(0|[2-9]|\d\d+) (day|hour|try|minute)\b", said)
    assert "None" not in said
    if rules.limit is not None:
        assert str(rules.limit + more) in said
    if rules.last_day is not None:
        assert "12 June" in said
