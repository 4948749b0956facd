"""Attempts at mastery checks: the form as drawn, each answer as given, the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.codec import answer_from_json, answer_to_json, question_from_json
from bot.domain.mastery import Attempt, Drawn, Item
from bot.domain.questions import Answer, Question
from bot.domain.records import Section, UnitRecord
from bot.storage.tables import account, attempt, attempt_item, question, unit

_ATTEMPTS = sa.select(
    attempt.c.id,
    attempt.c.handle,
    attempt.c.person_id,
    attempt.c.section_id,
    attempt.c.course_id,
    attempt.c.unit_id,
    attempt.c.unit_slug,
    unit.c.title,
    attempt.c.number,
    attempt.c.bar,
    attempt.c.began_at,
    attempt.c.submitted_at,
    attempt.c.score,
    attempt.c.passed,
    attempt.c.retake_at,
).join(unit, unit.c.id == attempt.c.unit_id)


def _attempt(row: sa.Row[*tuple[Any, ...]]) -> Attempt:
    *head, score, has_passed, retake_at = tuple(row)
    exact = None if score is None else Fraction(score)
    return Attempt(*head, score=exact, passed=has_passed, retake_at=retake_at)


def _item(row: sa.Row[*tuple[Any, ...]]) -> Item:
    position, body, shown, answer, answered_at, credit = tuple(row)
    return Item(
        position,
        question_from_json(body),
        tuple(int(each) for each in shown.split(",") if each),
        None if answer is None else answer_from_json(answer),
        answered_at,
        None if credit is None else Fraction(credit),
    )


class StoredAttempts:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def bank(self, unit_id: int) -> Sequence[Question]:
        rows = self._db.execute(
            sa.select(question.c.body).where(question.c.unit_id == unit_id).order_by(question.c.id)
        )
        return [question_from_json(row.body) for row in rows]

    def seen(self, person: int, course: int, unit_slug: str) -> dict[str, int]:
        rows = self._db.execute(
            sa.select(question.c.slug, sa.func.max(attempt.c.number))
            .join(attempt_item, attempt_item.c.question_id == question.c.id)
            .join(attempt, attempt.c.id == attempt_item.c.attempt_id)
            .where(*_of(person, course), attempt.c.unit_slug == unit_slug)
            .group_by(question.c.slug)
        )
        return dict(rows.all())

    def begin(
        self,
        *,
        handle: str,
        seed: str,
        person: int,
        section: Section,
        unit: UnitRecord,
        form: Sequence[Drawn],
        at: datetime,
    ) -> Attempt:
        slug = unit.unit.slug
        earlier = self.of_unit(person, section.course_id, slug)
        made = self._db.execute(
            insert(attempt)
            .values(
                handle=handle,
                person_id=person,
                section_id=section.id,
                course_id=section.course_id,
                unit_id=unit.id,
                unit_slug=slug,
                number=1 + max((each.number for each in earlier), default=0),
                bar=section.bar,
                seed=seed,
                began_at=at,
            )
            .on_conflict_do_nothing()
            .returning(attempt.c.id)
        ).scalar()
        if made is not None:
            self._add_items(made, unit.id, form)
        return self.of_unit(person, section.course_id, slug)[-1]

    def _add_items(self, attempt_id: int, unit_id: int, form: Sequence[Drawn]) -> None:
        query = sa.select(question.c.slug, question.c.id).where(question.c.unit_id == unit_id)
        ids = dict(self._db.execute(query).all())
        self._db.execute(
            sa.insert(attempt_item),
            [
                {
                    "attempt_id": attempt_id,
                    "position": position,
                    "question_id": ids[drawn.question.slug],
                    "shown": ",".join(map(str, drawn.shown)),
                }
                for position, drawn in enumerate(form, start=1)
            ],
        )

    def of_account(self, handle: str, discord: int) -> Attempt | None:
        query = _ATTEMPTS.join(account, account.c.person_id == attempt.c.person_id)
        mine = query.where(attempt.c.handle == handle, account.c.discord_id == discord)
        row = self._db.execute(mine).first()
        return _attempt(row) if row else None

    def get(self, attempt_id: int) -> Attempt:
        return _attempt(self._db.execute(_ATTEMPTS.where(attempt.c.id == attempt_id)).one())

    def of_course(self, person: int, course: int) -> Sequence[Attempt]:
        rows = self._db.execute(_ATTEMPTS.where(*_of(person, course)).order_by(attempt.c.id))
        return [_attempt(row) for row in rows]

    def of_unit(self, person: int, course: int, unit_slug: str) -> Sequence[Attempt]:
        query = _ATTEMPTS.where(*_of(person, course), attempt.c.unit_slug == unit_slug)
        return [_attempt(row) for row in self._db.execute(query.order_by(attempt.c.number))]

    def items(self, attempt_id: int) -> Sequence[Item]:
        rows = self._db.execute(
            sa.select(
                attempt_item.c.position,
                question.c.body,
                attempt_item.c.shown,
                attempt_item.c.answer,
                attempt_item.c.answered_at,
                attempt_item.c.credit,
            )
            .join(question, question.c.id == attempt_item.c.question_id)
            .where(attempt_item.c.attempt_id == attempt_id)
            .order_by(attempt_item.c.position)
        )
        return [_item(row) for row in rows]

    def answer(self, attempt_id: int, position: int, answer: Answer, answered_at: datetime | None) -> None:
        self._db.execute(
            sa.update(attempt_item)
            .where(attempt_item.c.attempt_id == attempt_id, attempt_item.c.position == position)
            .values(answer=answer_to_json(answer), answered_at=answered_at)
        )

    def submit(
        self,
        attempt_id: int,
        *,
        credits: Sequence[Fraction],
        score: Fraction,
        passed: bool,
        retake_at: datetime | None,
        at: datetime,
    ) -> bool:
        is_first = self._db.execute(
            sa.update(attempt)
            .where(attempt.c.id == attempt_id, attempt.c.submitted_at.is_(None))
            .values(submitted_at=at, score=str(score), passed=passed, retake_at=retake_at)
        ).rowcount
        if not is_first:
            return False
        self._db.execute(
            sa.update(attempt_item)
            .where(attempt_item.c.attempt_id == attempt_id, attempt_item.c.position == sa.bindparam("place"))
            .values(credit=sa.bindparam("earned")),
            [{"place": place, "earned": str(credit)} for place, credit in enumerate(credits, start=1)],
        )
        return True


def _of(person: int, course: int) -> tuple[sa.ColumnElement[bool], ...]:
    return attempt.c.person_id == person, attempt.c.course_id == course
