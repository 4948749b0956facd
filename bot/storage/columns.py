"""What every table is made with: instants, ids, links, and a word on why it holds what it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC as an integer."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: sa.schema.SchemaItem, about: dict[str, str]) -> sa.Table:
    has_id = any(isinstance(part, sa.Column) and part.name == "id" for part in parts)
    # ids are never used twice, so that a stored one can never come to mean somebody else
    return sa.Table(name, metadata, *parts, info=about, sqlite_autoincrement=has_id)


def described(purpose: str, *, retention: str, export: str, erase: str) -> dict[str, str]:
    return {"purpose": purpose, "retention": retention, "export": export, "erase": erase}


def an_id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def to(
    target: str, *, primary_key: bool = False, index: bool = False, nullable: bool = False
) -> sa.Column[Any]:
    parent = sa.ForeignKey(f"{target}.id", ondelete="CASCADE")
    return sa.Column(f"{target}_id", parent, primary_key=primary_key, index=index or None, nullable=nullable)


NO_PERSON = {"export": "not about a person", "erase": "not about a person"}
OF_PERSON = {"export": "by person", "erase": "with the person"}
