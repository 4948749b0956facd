"""What jobs could not do, by job and item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.apart import SetAside
from bot.storage.message_tables import set_aside

_ALL = sa.select(
    set_aside.c.job,
    set_aside.c.item,
    set_aside.c.section_id,
    set_aside.c.tries,
    set_aside.c.why,
    set_aside.c.first_at,
    set_aside.c.again_at,
    set_aside.c.told_at,
)


def is_aside(
    job: str, item: sa.ColumnElement[Any], until: sa.ColumnElement[Any] | None = None
) -> sa.ColumnElement[bool]:
    """Whether the thing of that id raised the last time; with ``until``, whether it still waits then."""
    found = sa.exists().where(set_aside.c.job == job, set_aside.c.item == sa.cast(item, sa.String))
    return found if until is None else found.where(set_aside.c.again_at > until)


class StoredAside:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, job: str) -> Sequence[SetAside]:
        return [SetAside(*row) for row in self._db.execute(_ALL.where(set_aside.c.job == job))]

    def keep(
        self,
        job: str,
        item: str,
        *,
        section: int | None,
        tries: int,
        why: str,
        at: datetime,
        again_at: datetime,
    ) -> None:
        values = {"tries": tries, "why": why[:300], "again_at": again_at}
        row = insert(set_aside).values(job=job, item=item, section_id=section, first_at=at, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["job", "item"], set_=values))

    def told(self, job: str, item: str, at: datetime) -> None:
        one = sa.update(set_aside).where(set_aside.c.job == job, set_aside.c.item == item)
        self._db.execute(one.values(told_at=at))

    def forget(self, job: str, item: str) -> None:
        self._db.execute(sa.delete(set_aside).where(set_aside.c.job == job, set_aside.c.item == item))

    def let_go(self, job: str, now: datetime) -> None:
        self._db.execute(sa.delete(set_aside).where(set_aside.c.job == job, set_aside.c.again_at <= now))

    def try_again(self, now: datetime) -> int:
        return self._db.execute(
            sa.update(set_aside).where(set_aside.c.again_at > now).values(again_at=now)
        ).rowcount

    def next_again(self, *, job: str | None = None, after: datetime | None = None) -> datetime | None:
        query = sa.select(sa.func.min(set_aside.c.again_at))
        query = query if job is None else query.where(set_aside.c.job == job)
        return self._db.execute(
            query if after is None else query.where(set_aside.c.again_at > after)
        ).scalar()

    def count(self) -> int:
        query = sa.select(sa.func.count()).where(set_aside.c.told_at.is_not(None))
        return self._db.execute(query).scalar_one()

    def all(self) -> Sequence[SetAside]:
        return [SetAside(*row) for row in self._db.execute(_ALL.order_by(set_aside.c.first_at))]
