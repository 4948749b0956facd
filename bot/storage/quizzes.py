"""Attempts at mastery checks: the form as drawn, each answer as given, the result."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.calculated import posed
from bot.domain.contracts import Bar
from bot.domain.drawing import Drawn
from bot.domain.kept_answers import answer_in, fitting
from bot.domain.mastery import CLOSE, DROPPED, Attempt, Item
from bot.domain.question_codec import answer_to_json, question_from_json
from bot.domain.questions import Answer, Calculated, Posed, Question
from bot.domain.records import Section, UnitRecord
from bot.storage.aside import is_aside
from bot.storage.mastery_tables import attempt, attempt_item
from bot.storage.prepared import Prepared
from bot.storage.regrades import mended_bank, mended_items
from bot.storage.tables import account, enrolment, question, section, unit

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
    attempt.c.purpose,
    attempt.c.ends_at,
    attempt.c.contract_id,
).join(unit, unit.c.id == attempt.c.unit_id)


_MINE = Prepared(
    _ATTEMPTS.join(account, account.c.person_id == attempt.c.person_id).where(
        attempt.c.handle == sa.bindparam("handle"),
        account.c.discord_id == sa.bindparam("discord"),
        attempt.c.purpose != DROPPED,
    )
)
_OF_COURSE = Prepared(
    _ATTEMPTS.where(
        attempt.c.person_id == sa.bindparam("person"), attempt.c.course_id == sa.bindparam("course")
    ).order_by(attempt.c.id)
)
#: nobody's attempt is ended by the clock while they are in no class of its course
_IS_TAUGHT = sa.exists().where(
    enrolment.c.person_id == attempt.c.person_id,
    enrolment.c.left_at.is_(None),
    section.c.id == enrolment.c.section_id,
    section.c.course_id == attempt.c.course_id,
)
_ITEMS = Prepared(
    sa.select(
        attempt_item.c.position,
        sa.type_coerce(question.c.body, sa.Text),
        attempt_item.c.variant,
        attempt_item.c.shown,
        sa.type_coerce(attempt_item.c.answer, sa.Text),
        attempt_item.c.answered_at,
        attempt_item.c.credit,
        attempt_item.c.comment,
    )
    .join(question, question.c.id == attempt_item.c.question_id)
    .where(attempt_item.c.attempt_id == sa.bindparam("attempt"))
    .order_by(attempt_item.c.position)
)
_ANSWER = Prepared(
    sa.update(attempt_item)
    .where(
        attempt_item.c.attempt_id == sa.bindparam("attempt"),
        attempt_item.c.position == sa.bindparam("place"),
    )
    .values(
        answer=sa.bindparam("given", type_=attempt_item.c.answer.type),
        answered_at=sa.bindparam("at", type_=attempt_item.c.answered_at.type),
    )
)


_IN_USE = Prepared(
    sa.select(question.c.slug, sa.func.count())
    .select_from(attempt)
    .join(attempt_item, attempt_item.c.attempt_id == attempt.c.id)
    .join(question, question.c.id == attempt_item.c.question_id)
    .where(
        attempt.c.section_id == sa.bindparam("section"),
        attempt.c.unit_slug == sa.bindparam("unit_slug"),
        attempt.c.person_id != sa.bindparam("person"),
        attempt.c.submitted_at.is_(None)
        | (attempt.c.began_at >= sa.bindparam("since", type_=attempt.c.began_at.type)),
    )
    .group_by(question.c.slug)
)


@lru_cache(maxsize=4096)
def _question(body: str) -> Question:
    """A question of a revision never changes, and every answer of an attempt reads all of its questions."""
    return question_from_json(json.loads(body))


def _attempt(row: Sequence[Any]) -> Attempt:
    *head, score, has_passed, retake_at, purpose, ends_at, contract = tuple(row)
    exact = None if score is None else Fraction(score)
    return Attempt(
        *head,
        score=exact,
        passed=has_passed,
        retake_at=retake_at,
        contract=contract,
        purpose=purpose,
        ends_at=ends_at,
    )


@lru_cache(maxsize=1024)
def _asked(body: str, variant: str) -> Posed:
    """As it was drawn: the same numbers whenever it is read (RF6)."""
    return posed(_question(body), variant)


def _item(row: Sequence[Any]) -> Item:
    position, body, variant, shown, kept, answered_at, credit, comment = tuple(row)
    asked, places = _asked(body, variant), tuple(int(each) for each in shown.split(",") if each)
    answer = fitting(asked, answer_in(kept), places)
    return Item(
        position,
        asked,
        places,
        answer,
        # what cannot be read is asked again, as long as there is time
        answered_at if answer is not None else None,
        None if credit is None else Fraction(credit),
        comment,
    )


class StoredAttempts:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def bank(self, unit_id: int) -> Sequence[Question]:
        rows = self._db.execute(
            sa.select(question.c.body).where(question.c.unit_id == unit_id).order_by(question.c.id)
        )
        return mended_bank(self._db, unit_id, [question_from_json(row.body) for row in rows])

    def seen(self, person: int, course: int, unit_slug: str) -> dict[str, int]:
        rows = self._db.execute(
            sa.select(question.c.slug, sa.func.max(attempt.c.number))
            .join(attempt_item, attempt_item.c.question_id == question.c.id)
            .join(attempt, attempt.c.id == attempt_item.c.attempt_id)
            .where(*_of(person, course), attempt.c.unit_slug == unit_slug)
            .group_by(question.c.slug)
        )
        return dict(rows.all())

    def in_use(self, section: int, unit_slug: str, person: int, since: datetime) -> Counter[str]:
        rows = _IN_USE.all(self._db, section=section, unit_slug=unit_slug, person=person, since=since)
        return Counter(dict(rows))

    def begin(
        self,
        *,
        handle: str,
        seed: str,
        person: int,
        section: Section,
        unit: UnitRecord,
        form: Sequence[Drawn],
        bar: Bar,
        at: datetime,
        purpose: str = "check",
        ends_at: datetime | None = None,
    ) -> Attempt:
        return self.begin_over(
            handle=handle,
            seed=seed,
            person=person,
            section=section,
            unit_id=unit.id,
            unit_slug=unit.unit.slug,
            form=[(unit.id, each) for each in form],
            bar=bar,
            at=at,
            purpose=purpose,
            ends_at=ends_at,
        )

    def begin_over(
        self,
        *,
        handle: str,
        seed: str,
        person: int,
        section: Section,
        unit_id: int,
        unit_slug: str,
        form: Sequence[tuple[int, Drawn]],
        at: datetime,
        purpose: str,
        bar: Bar | None = None,
        ends_at: datetime | None = None,
    ) -> Attempt:
        """``form`` gives with each question the id of its unit: a look back asks about several."""
        earlier = self.of_unit(person, section.course_id, unit_slug)
        bar = bar or Bar(section.bar)
        made = self._db.execute(
            insert(attempt)
            .values(
                handle=handle,
                person_id=person,
                section_id=section.id,
                course_id=section.course_id,
                unit_id=unit_id,
                unit_slug=unit_slug,
                number=1 + max((each.number for each in earlier), default=0),
                bar=bar.percent,
                contract_id=bar.contract,
                seed=seed,
                began_at=at,
                purpose=purpose,
                ends_at=ends_at,
            )
            .on_conflict_do_nothing()
            .returning(attempt.c.id)
        ).scalar()
        if made is not None:
            self._add_items(made, form, seed)
        return self.of_unit(person, section.course_id, unit_slug)[-1]

    def _add_items(self, attempt_id: int, form: Sequence[tuple[int, Drawn]], seed: str) -> None:
        units = {unit_id for unit_id, _ in form}
        query = sa.select(question.c.unit_id, question.c.slug, question.c.id).where(
            question.c.unit_id.in_(units)
        )
        ids = {(unit_id, slug): number for unit_id, slug, number in self._db.execute(query)}
        self._db.execute(
            sa.insert(attempt_item),
            [
                {
                    "attempt_id": attempt_id,
                    "position": position,
                    "question_id": ids[unit_id, drawn.question.slug],
                    "shown": ",".join(map(str, drawn.shown)),
                    "variant": seed if isinstance(drawn.question, Calculated) else "",
                }
                for position, (unit_id, drawn) in enumerate(form, start=1)
            ],
        )

    def of_account(self, handle: str, discord: int) -> Attempt | None:
        row = _MINE.first(self._db, handle=handle, discord=discord)
        return _attempt(row) if row else None

    def get(self, attempt_id: int) -> Attempt:
        return _attempt(self._db.execute(_ATTEMPTS.where(attempt.c.id == attempt_id)).one())

    def of_course(self, person: int, course: int) -> Sequence[Attempt]:
        return [_attempt(row) for row in _OF_COURSE.all(self._db, person=person, course=course)]

    def of_unit(self, person: int, course: int, unit_slug: str) -> Sequence[Attempt]:
        query = _ATTEMPTS.where(*_of(person, course), attempt.c.unit_slug == unit_slug)
        return [_attempt(row) for row in self._db.execute(query.order_by(attempt.c.number))]

    def items(self, attempt_id: int) -> Sequence[Item]:
        return mended_items(
            self._db, attempt_id, [_item(row) for row in _ITEMS.all(self._db, attempt=attempt_id)]
        )

    def answer(self, attempt_id: int, position: int, answer: Answer, answered_at: datetime | None) -> None:
        _ANSWER.run(
            self._db, attempt=attempt_id, place=position, given=answer_to_json(answer), at=answered_at
        )

    def submit(
        self,
        attempt_id: int,
        *,
        credits: Sequence[Fraction | None],
        score: Fraction | None,
        passed: bool | None,
        retake_at: datetime | None,
        at: datetime,
    ) -> bool:
        is_first = self._db.execute(
            sa.update(attempt)
            .where(attempt.c.id == attempt_id, attempt.c.submitted_at.is_(None))
            .values(
                submitted_at=at,
                score=None if score is None else str(score),
                passed=passed,
                retake_at=retake_at,
            )
        ).rowcount
        if not is_first:
            return False
        self._db.execute(
            sa.update(attempt_item)
            .where(attempt_item.c.attempt_id == attempt_id, attempt_item.c.position == sa.bindparam("place"))
            .values(credit=sa.bindparam("earned")),
            [
                {"place": place, "earned": None if credit is None else str(credit)}
                for place, credit in enumerate(credits, start=1)
            ],
        )
        return True

    def settle(self, attempt_id: int, *, score: Fraction, passed: bool, retake_at: datetime | None) -> bool:
        waits = attempt.c.submitted_at.is_not(None) & attempt.c.score.is_(None)
        settled = self._db.execute(
            sa.update(attempt)
            .where(attempt.c.id == attempt_id, waits)
            .values(score=str(score), passed=passed, retake_at=retake_at)
        )
        return settled.rowcount > 0

    def undecided(self, person: int, course: int, unit_slug: str) -> int | None:
        query = sa.select(attempt.c.id).where(
            *_of(person, course), attempt.c.unit_slug == unit_slug, attempt.c.passed.is_(None)
        )
        return self._db.execute(query.order_by(attempt.c.id.desc()).limit(1)).scalar()

    def drop(self, attempt_id: int, at: datetime) -> None:
        first = sa.func.coalesce(attempt.c.submitted_at, sa.literal(at, attempt.c.submitted_at.type))
        self._db.execute(
            sa.update(attempt)
            .where(attempt.c.id == attempt_id)
            .values(submitted_at=first, passed=False, score=None, retake_at=None, purpose=DROPPED)
        )

    def run_out(self, before: datetime) -> Sequence[tuple[int, int]]:
        query = sa.select(attempt.c.id, attempt.c.section_id).where(
            attempt.c.submitted_at.is_(None), attempt.c.ends_at < before, _IS_TAUGHT
        )
        return [tuple(row) for row in self._db.execute(query.order_by(attempt.c.ends_at))]

    def next_end(self) -> datetime | None:
        is_open = attempt.c.submitted_at.is_(None) & attempt.c.ends_at.is_not(None) & _IS_TAUGHT
        query = sa.select(attempt.c.ends_at).where(is_open, ~is_aside(CLOSE, attempt.c.id))
        query = query.order_by(attempt.c.ends_at).limit(1)
        return self._db.execute(query).scalar()


def _of(person: int, course: int) -> tuple[sa.ColumnElement[bool], ...]:
    return attempt.c.person_id == person, attempt.c.course_id == course
