"""Regrades: what a faulty question is marked by instead, laid over it wherever it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from bot.domain.kept_answers import answer_in
from bot.domain.mastery import Item
from bot.domain.question_codec import question_from_json
from bot.domain.questions import Question
from bot.domain.regrading import (
    Asked,
    Change,
    Regrade,
    Right,
    change_from_json,
    change_to_json,
    corrected,
)
from bot.storage.mastery_tables import attempt, attempt_item, regrade
from bot.storage.prepared import Prepared
from bot.storage.tables import question

_OF_ATTEMPT = Prepared(
    sa.select(attempt_item.c.position, regrade.c.change)
    .join(regrade, regrade.c.question_id == attempt_item.c.question_id)
    .where(attempt_item.c.attempt_id == sa.bindparam("attempt"), regrade.c.undone_at.is_(None))
)
_REGRADES = sa.select(
    regrade.c.id,
    regrade.c.handle,
    regrade.c.section_id,
    regrade.c.question_id,
    regrade.c.change,
    regrade.c.before,
    regrade.c.reason,
    regrade.c.takes_back,
    regrade.c.made_at,
    regrade.c.undone_at,
)


def mended_items(connection: sa.Connection, attempt_id: int, items: list[Item]) -> list[Item]:
    """The items with the keys that regrades gave their questions."""
    changes = {row[0]: change_from_json(row[1]) for row in _OF_ATTEMPT.all(connection, attempt=attempt_id)}
    if not changes:
        return items
    return [
        replace(each, question=corrected(each.question, changes[each.position]) or each.question)
        if each.position in changes
        else each
        for each in items
    ]


def mended_bank(connection: sa.Connection, unit_id: int, bank: list[Question]) -> list[Question]:
    """A bank with mended keys; a question of which nothing is right, or everything, is asked no more."""
    rows = connection.execute(
        sa.select(question.c.slug, regrade.c.change)
        .join(regrade, regrade.c.question_id == question.c.id)
        .where(question.c.unit_id == unit_id, regrade.c.undone_at.is_(None))
    )
    changes = {slug: change_from_json(body) for slug, body in rows}
    useless = {slug for slug, each in changes.items() if each.right in (Right.DROPPED, Right.EVERYTHING)}
    kept = [
        (corrected(each, changes[each.slug]) or each) if each.slug in changes else each
        for each in bank
        if each.slug not in useless
    ]
    return kept or bank


def _regrade(row: Sequence[Any]) -> Regrade:
    number, handle, section, asked, change, before, reason, takes_back, made_at, undone_at = tuple(row)
    return Regrade(
        number,
        handle,
        section,
        asked,
        change_from_json(change),
        {int(key): (place, Fraction(credit)) for key, (place, credit) in before["earned"].items()},
        {
            int(key): tuple((slug, _instant(opened), _instant(mastered)) for slug, opened, mastered in rows)
            for key, rows in before.get("rows", {}).items()
        },
        reason,
        takes_back,
        made_at,
        undone_at is not None,
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class StoredRegrades:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def questions(self, unit_id: int) -> dict[int, Question]:
        rows = self._db.execute(
            sa.select(question.c.id, question.c.body)
            .where(question.c.unit_id == unit_id)
            .order_by(question.c.id)
        )
        return {number: question_from_json(body) for number, body in rows}

    def unit_of(self, question_id: int) -> int:
        query = sa.select(question.c.unit_id).where(question.c.id == question_id)
        return self._db.execute(query).scalar_one()

    def asked(self, question: int) -> Sequence[Asked]:
        rows = self._db.execute(
            sa.select(
                attempt.c.id,
                attempt.c.section_id,
                attempt.c.person_id,
                attempt_item.c.position,
                sa.type_coerce(attempt_item.c.answer, sa.Text),
                attempt_item.c.credit,
            )
            .join(attempt_item, attempt_item.c.attempt_id == attempt.c.id)
            .where(
                attempt_item.c.question_id == question,
                attempt.c.submitted_at.is_not(None),
                attempt.c.score.is_not(None),
                attempt_item.c.credit.is_not(None),
            )
            .order_by(attempt.c.id)
        )
        return [
            Asked(number, section, person, place, answer_in(said), Fraction(credit))
            for number, section, person, place, said, credit in rows
        ]

    def form(self, attempt: int) -> Sequence[int]:
        query = sa.select(attempt_item.c.question_id).where(attempt_item.c.attempt_id == attempt)
        return list(self._db.execute(query.order_by(attempt_item.c.position)).scalars())

    def credits(self, attempt: int) -> dict[int, tuple[int, Fraction]]:
        rows = self._db.execute(
            sa.select(attempt_item.c.position, attempt_item.c.question_id, attempt_item.c.credit).where(
                attempt_item.c.attempt_id == attempt, attempt_item.c.credit.is_not(None)
            )
        )
        return {place: (asked, Fraction(credit)) for place, asked, credit in rows}

    def remark(self, attempt_id: int, credits: dict[int, Fraction], score: Fraction, *, passed: bool) -> None:
        for place, credit in credits.items():
            self._db.execute(
                sa.update(attempt_item)
                .where(attempt_item.c.attempt_id == attempt_id, attempt_item.c.position == place)
                .values(credit=str(credit))
            )
        self._db.execute(
            sa.update(attempt).where(attempt.c.id == attempt_id).values(score=str(score), passed=passed)
        )

    def add(
        self,
        *,
        handle: str,
        section: int,
        question: int,
        change: Change,
        earned: dict[int, tuple[int, Fraction]],
        reason: str,
        takes_back: bool,
        by: int,
        at: datetime,
    ) -> int:
        kept = {str(key): [place, str(credit)] for key, (place, credit) in earned.items()}
        made = sa.insert(regrade).values(
            handle=handle,
            section_id=section,
            question_id=question,
            change=change_to_json(change),
            before={"earned": kept},
            reason=reason,
            takes_back=takes_back,
            made_by=by,
            made_at=at,
        )
        return self._db.execute(made.returning(regrade.c.id)).scalar_one()

    def keep_rows(
        self, regrade_id: int, rows: dict[int, tuple[tuple[str, datetime | None, datetime | None], ...]]
    ) -> None:
        body: dict[str, Any] = self._db.execute(
            sa.select(regrade.c.before).where(regrade.c.id == regrade_id)
        ).scalar_one()
        kept = {
            str(person): [[slug, *(each and each.isoformat() for each in dates)] for slug, *dates in lines]
            for person, lines in rows.items()
        }
        self._db.execute(
            sa.update(regrade).where(regrade.c.id == regrade_id).values(before=body | {"rows": kept})
        )

    def get(self, regrade_id: int) -> Regrade:
        return _regrade(self._db.execute(_REGRADES.where(regrade.c.id == regrade_id)).one())

    def by_handle(self, handle: str) -> Regrade | None:
        row = self._db.execute(_REGRADES.where(regrade.c.handle == handle)).first()
        return _regrade(row) if row else None

    def of_section(self, section: int) -> Sequence[Regrade]:
        query = _REGRADES.where(regrade.c.section_id == section, regrade.c.undone_at.is_(None))
        return [_regrade(row) for row in self._db.execute(query.order_by(regrade.c.id.desc()))]

    def live(self, questions: Sequence[int]) -> Sequence[Regrade]:
        query = _REGRADES.where(regrade.c.question_id.in_(questions), regrade.c.undone_at.is_(None))
        return [_regrade(row) for row in self._db.execute(query.order_by(regrade.c.id))]

    def undo(self, regrade_id: int, by: int, at: datetime) -> bool:
        done = sa.update(regrade).where(regrade.c.id == regrade_id, regrade.c.undone_at.is_(None))
        return self._db.execute(done.values(undone_by=by, undone_at=at)).rowcount == 1
