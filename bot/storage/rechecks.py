"""When mastered units are due for a look back, and the look backs themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.domain.drawing import Drawn
from bot.domain.mastery import Attempt
from bot.domain.rechecking import LOOK_BACK
from bot.domain.records import Section
from bot.storage.mastery_tables import attempt, attempt_item, mastery_rules
from bot.storage.quizzes import StoredAttempts
from bot.storage.tables import enrolment, progress, question, unit

_DAY_US = timedelta(days=1) // timedelta(microseconds=1)
_DAYS = mastery_rules.c.body["recheck_days"].as_integer()
#: in the words of the indexes
_UNPLANNED = progress.c.mastered_at.is_not(None), progress.c.recheck_at.is_(None)
_PLANNED = progress.c.recheck_at.is_not(None), progress.c.recheck_asked_at.is_(None)
_IS_BEGUN = (
    sa.exists()
    .where(
        attempt.c.person_id == progress.c.person_id,
        attempt.c.course_id == progress.c.course_id,
        attempt.c.unit_slug == LOOK_BACK,
        attempt.c.submitted_at.is_(None),
    )
    .correlate(progress)
)


class StoredRechecks:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def classes(self) -> Sequence[tuple[int, int]]:
        query = sa.select(mastery_rules.c.section_id, _DAYS).where(_DAYS.is_not(None))
        return [
            (section, days) for section, days in self._db.execute(query.order_by(mastery_rules.c.section_id))
        ]

    def unplanned(self, section: Section) -> bool:
        query = sa.select(progress.c.person_id).where(*_unplanned_in(section)).limit(1)
        return self._db.execute(query).first() is not None

    def plan(self, section: Section, days: int) -> None:
        due = sa.type_coerce(progress.c.mastered_at, sa.BigInteger) + days * _DAY_US
        self._db.execute(
            sa.update(progress)
            .where(*_unplanned_in(section))
            .values(recheck_at=sa.type_coerce(due, progress.c.recheck_at.type), recheck_days=days)
        )

    def due(self, section: Section, now: datetime) -> dict[int, list[str]]:
        asked = progress.alias()
        is_asked = (
            sa.exists()
            .where(
                asked.c.person_id == progress.c.person_id,
                asked.c.course_id == progress.c.course_id,
                asked.c.recheck_asked_at.is_not(None),
            )
            .correlate(progress)
        )
        query = (
            sa.select(progress.c.person_id, progress.c.unit_slug)
            .where(
                *_PLANNED,
                progress.c.recheck_at <= now,
                progress.c.course_id == section.course_id,
                progress.c.person_id.in_(_here(section)),
                ~is_asked,
                ~_IS_BEGUN,
            )
            .order_by(progress.c.recheck_at, progress.c.unit_slug)
        )
        found: dict[int, list[str]] = {}
        for person, slug in self._db.execute(query):
            found.setdefault(person, []).append(slug)
        return found

    def ask(self, person: int, course: int, unit_slugs: Sequence[str], at: datetime) -> None:
        self._change(person, course, unit_slugs, recheck_asked_at=at)

    def asked(self, person: int, course: int) -> Sequence[str]:
        query = sa.select(progress.c.unit_slug).where(
            progress.c.person_id == person,
            progress.c.course_id == course,
            progress.c.recheck_asked_at.is_not(None),
        )
        return list(self._db.execute(query.order_by(progress.c.recheck_at, progress.c.unit_slug)).scalars())

    def unanswered(self, before: datetime) -> Sequence[tuple[int, int, str, int]]:
        query = sa.select(
            progress.c.person_id, progress.c.course_id, progress.c.unit_slug, progress.c.recheck_days
        ).where(progress.c.recheck_asked_at <= before, ~_IS_BEGUN)
        return [tuple(row) for row in self._db.execute(query)]

    def put_off(self, person: int, course: int, unit_slug: str, until: datetime) -> None:
        self._change(person, course, [unit_slug], recheck_at=until, recheck_asked_at=None)

    def pause(self, person: int, course: int, until: datetime) -> None:
        self._db.execute(
            sa.update(progress)
            .where(progress.c.person_id == person, progress.c.course_id == course, *_PLANNED)
            .where(progress.c.recheck_at < until)
            .values(recheck_at=until)
        )

    def span(self, person: int, course: int, unit_slug: str) -> int | None:
        query = sa.select(progress.c.recheck_days).where(
            progress.c.person_id == person, progress.c.course_id == course, progress.c.unit_slug == unit_slug
        )
        return self._db.execute(query).scalar()

    def settle(
        self,
        person: int,
        course: int,
        unit_slug: str,
        *,
        next_at: datetime | None,
        days: int | None,
        shaky_at: datetime | None,
    ) -> None:
        self._change(
            person,
            course,
            [unit_slug],
            recheck_at=next_at,
            recheck_days=days,
            recheck_asked_at=None,
            shaky_at=shaky_at,
        )

    def next_instant(self, after: datetime) -> datetime | None:
        query = sa.select(sa.func.min(progress.c.recheck_at)).where(*_PLANNED, progress.c.recheck_at > after)
        return self._db.execute(query).scalar()

    def seen(self, person: int, course: int, unit_slug: str) -> dict[str, int]:
        rows = self._db.execute(
            sa.select(question.c.slug, sa.func.max(attempt.c.id))
            .join(attempt_item, attempt_item.c.question_id == question.c.id)
            .join(attempt, attempt.c.id == attempt_item.c.attempt_id)
            .join(unit, unit.c.id == question.c.unit_id)
            .where(attempt.c.person_id == person, attempt.c.course_id == course, unit.c.slug == unit_slug)
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
        form: Sequence[tuple[int, Drawn]],
        at: datetime,
    ) -> Attempt:
        return StoredAttempts(self._db).begin_over(
            handle=handle,
            seed=seed,
            person=person,
            section=section,
            unit_id=form[0][0],
            unit_slug=LOOK_BACK,
            form=form,
            at=at,
            purpose="recheck",
        )

    def units_of(self, attempt_id: int) -> Sequence[int]:
        query = (
            sa.select(question.c.unit_id)
            .join(attempt_item, attempt_item.c.question_id == question.c.id)
            .where(attempt_item.c.attempt_id == attempt_id)
        )
        return list(self._db.execute(query.order_by(attempt_item.c.position)).scalars())

    def _change(
        self, person: int, course: int, unit_slugs: Sequence[str], **values: datetime | int | None
    ) -> None:
        self._db.execute(
            sa.update(progress)
            .where(
                progress.c.person_id == person,
                progress.c.course_id == course,
                progress.c.unit_slug.in_(unit_slugs),
                progress.c.mastered_at.is_not(None),
            )
            .values(**values)
        )


def _here(section: Section) -> sa.Select[tuple[int]]:
    return sa.select(enrolment.c.person_id).where(
        enrolment.c.section_id == section.id, enrolment.c.left_at.is_(None)
    )


def _unplanned_in(section: Section) -> tuple[sa.ColumnElement[bool], ...]:
    mine = progress.c.course_id == section.course_id, progress.c.person_id.in_(_here(section))
    return *_UNPLANNED, *mine
