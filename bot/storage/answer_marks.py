"""The queue of answers that a teacher marks, and their marks (K33)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa

from bot.domain.hand_marks import HandMark, Waiting
from bot.storage.mastery_tables import attempt, attempt_item

#: handed in, and without a result
_WAITS = attempt.c.submitted_at.is_not(None) & attempt.c.score.is_(None)
_UNMARKED = attempt_item.c.credit.is_(None)


class StoredAnswerMarks:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def waiting(self, section: int) -> Sequence[Waiting]:
        query = (
            sa.select(attempt.c.submitted_at, attempt.c.id, attempt_item.c.position)
            .join(attempt_item, attempt_item.c.attempt_id == attempt.c.id)
            .where(attempt.c.section_id == section, _WAITS, _UNMARKED)
            .order_by(attempt.c.submitted_at, attempt.c.id, attempt_item.c.position)
        )
        return [Waiting(*row) for row in self._db.execute(query)]

    def attempt(self, handle: str) -> int | None:
        return self._db.execute(sa.select(attempt.c.id).where(attempt.c.handle == handle)).scalar()

    def of_item(self, attempt_id: int, position: int) -> HandMark | None:
        query = sa.select(attempt_item.c.credit, attempt_item.c.comment, attempt_item.c.marked_by)
        row = self._db.execute(query.where(*_at(attempt_id, position))).first()
        if row is None:
            return None
        return HandMark(None if row.credit is None else Fraction(row.credit), row.comment, row.marked_by)

    def mark(self, attempt_id: int, position: int, credit: Fraction, by: int, at: datetime) -> bool:
        change = {"credit": str(credit), "marked_by": by, "marked_at": at}
        return self._change(attempt_id, position, _UNMARKED, change)

    def unmark(self, attempt_id: int, position: int, by: int) -> bool:
        change = {"credit": None, "marked_by": None, "marked_at": None}
        return self._change(attempt_id, position, attempt_item.c.marked_by == by, change)

    def comment(self, attempt_id: int, position: int, words: str) -> bool:
        return self._change(attempt_id, position, _UNMARKED, {"comment": words})

    def _change(
        self, attempt_id: int, position: int, still: sa.ColumnElement[bool], change: Mapping[str, object]
    ) -> bool:
        """In one statement, so that of two who press at once only one is the first."""
        waits = sa.exists().where(attempt.c.id == attempt_id, _WAITS)
        update = sa.update(attempt_item).where(*_at(attempt_id, position), still, waits).values(dict(change))
        return self._db.execute(update).rowcount > 0


def _at(attempt_id: int, position: int) -> tuple[sa.ColumnElement[bool], ...]:
    return attempt_item.c.attempt_id == attempt_id, attempt_item.c.position == position
