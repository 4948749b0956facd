"""Questions brought into a bank: nothing that is there is lost, and bringing the same again changes nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.bank_merge import merge
from bot.domain.questions import TrueFalse

QUESTIONS = st.lists(
    st.builds(
        lambda slug, prompt, answer: TrueFalse(slug, prompt, answer=answer),
        st.sampled_from(["q1", "q2", "q3", "mole", "mole-2", "ions"]),
        st.sampled_from(["Is it so?", "Is it not?", "Why?", "How?", "Where to?"]),
        st.booleans(),
    ),
    max_size=6,
    unique_by=lambda each: each.slug,
)


@given(QUESTIONS, QUESTIONS)
def test_every_question_of_both_is_in_the_bank_and_names_are_unique(bank, brought):
    merged = merge(bank, brought)
    slugs = [each.slug for each in merged.bank]
    assert len(set(slugs)) == len(slugs)
    assert {each.slug for each in bank} <= set(slugs)
    assert {each.prompt for each in brought} <= {each.prompt for each in merged.bank}
    assert len(merged.bank) == len(bank) + len(merged.added)


@given(QUESTIONS, QUESTIONS)
@example(
    [TrueFalse("mole", "Where to?", answer=False)],
    [
        TrueFalse("q1", "Where to?", answer=False),
        TrueFalse("mole", "How?", answer=True),
        TrueFalse("mole-2", "How?", answer=False),
    ],
)
def test_the_same_file_brought_again_changes_nothing(bank, brought):
    once = merge(bank, brought)
    again = merge(once.bank, brought)
    assert (again.added, again.changed, again.bank) == ((), (), once.bank)
    assert again.same == len(brought)


def test_a_question_keeps_its_name_so_that_attempts_remember_it():
    bank = [TrueFalse("gold", "Is gold a metal?", answer=False)]
    merged = merge(bank, [TrueFalse("q7", "Is gold a metal?", answer=True)])
    (change,) = merged.changed
    assert (change.before, change.after) == (bank[0], replace(bank[0], answer=True))


def test_the_first_question_of_another_file_does_not_overwrite_the_first_of_this_one():
    bank = [TrueFalse("q1", "Is gold a metal?", answer=True)]
    merged = merge(bank, [TrueFalse("q1", "Is neon a gas?", answer=True)])
    assert [each.slug for each in merged.added] == ["q1-2"]
    assert bank[0] in merged.bank
