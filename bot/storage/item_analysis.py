"""Every answer of a class's handed-in checks, for the analysis of their questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

import sqlalchemy as sa

from bot.domain.item_analysis import AskedQuestion, Given
from bot.domain.kept_answers import answer_in
from bot.domain.question_codec import question_from_json
from bot.domain.questions import Calculated, Chosen, Question, SeveralChoices, SingleChoice, TrueFalse
from bot.storage.mastery_tables import attempt, attempt_item
from bot.storage.prepared import Prepared
from bot.storage.tables import enrolment, question, revision, unit

#: by a class's students and its course, which the index of attempts begins with
_GIVEN = Prepared(
    sa.select(
        attempt.c.person_id,
        attempt.c.id,
        attempt_item.c.question_id,
        attempt_item.c.credit,
        sa.type_coerce(attempt_item.c.answer, sa.Text),
    )
    .select_from(
        enrolment.join(attempt, attempt.c.person_id == enrolment.c.person_id).join(
            attempt_item, attempt_item.c.attempt_id == attempt.c.id
        )
    )
    .where(
        enrolment.c.section_id == sa.bindparam("section"),
        attempt.c.course_id == sa.bindparam("course"),
        attempt.c.section_id == sa.bindparam("section"),
        attempt.c.submitted_at.is_not(None),
        attempt.c.purpose != "hand",
        attempt_item.c.credit.is_not(None),
        attempt.c.unit_slug == sa.bindparam("slug"),
    )
)
_ASKED = Prepared(
    sa.select(question.c.id, unit.c.slug, sa.type_coerce(question.c.body, sa.Text))
    .select_from(
        revision.join(unit, unit.c.revision_id == revision.c.id).join(
            question, question.c.unit_id == unit.c.id
        )
    )
    .where(revision.c.course_id == sa.bindparam("course"), unit.c.slug == sa.bindparam("slug"))
)


@lru_cache(maxsize=8192)
def _question(body: str) -> Question:
    return question_from_json(json.loads(body))


@lru_cache(maxsize=4096)
def _credit(text: str) -> Fraction:
    return Fraction(text)


class StoredItemAnalysis:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def answers(
        self, section: int, course: int, unit_slug: str
    ) -> tuple[Mapping[int, AskedQuestion], Sequence[Given]]:
        """What was asked, and each answer that was handed in. Two queries.

        A question that a new revision left as it was has the newest number of the same text.
        """
        asked = _ASKED.all(self._db, course=course, slug=unit_slug)
        given = _GIVEN.all(self._db, section=section, course=course, slug=unit_slug)
        wording: dict[tuple[str, str], int] = {}
        same: dict[int, int] = {}
        # the newest number of the same text: what was taken back to an older wording is that wording again
        for number, slug, body in sorted(asked, reverse=True):
            same[number] = wording.setdefault((slug, body), number)
        used, bodies = {same[row[2]] for row in given}, {number: body for number, _, body in asked}
        return (
            {
                number: AskedQuestion(number, slug, _question(body))
                for (slug, body), number in wording.items()
                if number in used
            },
            [
                Given(
                    person,
                    tried,
                    same[number],
                    _credit(credit),
                    _chosen(answer, _options(bodies[same[number]])),
                )
                for person, tried, number, credit, answer in given
            ],
        )


@lru_cache(maxsize=4096)
def _chosen(text: str | None, options: int) -> tuple[int, ...]:
    """None of those that the question does not have."""
    answer = answer_in(text)
    return tuple(each for each in answer.indices if 0 <= each < options) if isinstance(answer, Chosen) else ()


@lru_cache(maxsize=8192)
def _options(body: str) -> int:
    match _question(body):
        case TrueFalse():
            return 2
        case SingleChoice(options=options) | SeveralChoices(options=options) | Calculated(options=options):
            return len(options)
        case _:
            return 0
