"""Statements of every press: written in SQLAlchemy Core, compiled once, run on the SQLite connection itself.

Executing a Core statement through SQLAlchemy costs several times what SQLite takes to run it. The types of the
tables still convert what goes in and what comes out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

Row = tuple[Any, ...]
Convert = Callable[[Any], Any]

_DIALECT = SQLiteDialect_pysqlite(paramstyle="qmark")


class Prepared:
    """One statement; its ``bindparam`` names, or ``columns`` of an insert, are the keywords it is run with."""

    def __init__(self, statement: sa.sql.expression.Executable, columns: Sequence[str] = ()) -> None:
        self._statement, self._columns = statement, columns

    def all(self, db: sa.Connection, **values: Any) -> list[Row]:
        rows = self._execute(db, values).fetchall()
        return [self._converted(row) for row in rows] if self._results else rows

    def first(self, db: sa.Connection, **values: Any) -> Row | None:
        cursor = self._execute(db, values)
        row = cursor.fetchone()
        cursor.close()
        return row if row is None else self._converted(row)

    def one(self, db: sa.Connection, **values: Any) -> Row:
        row = self.first(db, **values)
        if row is None:
            raise LookupError(f"no such row: {values}")
        return row

    def run(self, db: sa.Connection, **values: Any) -> int:
        """How many rows it changed."""
        return self._execute(db, values).rowcount

    def _execute(self, db: sa.Connection, values: dict[str, Any]) -> sqlite3.Cursor:
        raw = cast("sqlite3.Connection", db.connection.dbapi_connection)
        given = [
            constant if name is None else values[name] if convert is None else convert(values[name])
            for name, constant, convert in self._binds
        ]
        return raw.execute(self._sql, given)

    def _converted(self, row: Row) -> Row:
        if not self._results:
            return row
        out = list(row)
        for place, convert in self._results:
            out[place] = convert(out[place])
        return tuple(out)

    @cached_property
    def _compiled(self) -> SQLCompiler:
        statement = cast("sa.sql.expression.ClauseElement", self._statement)
        return cast(
            "SQLCompiler", statement.compile(dialect=_DIALECT, column_keys=list(self._columns) or None)
        )

    @cached_property
    def _sql(self) -> str:
        return str(self._compiled)

    @cached_property
    def _binds(self) -> list[tuple[str | None, Any, Convert | None]]:
        """In order: the keyword it is given by, or None and the constant that stands in the statement."""
        found: list[tuple[str | None, Any, Convert | None]] = []
        for name in self._compiled.positiontup or ():
            bind = self._compiled.binds[name]
            convert = bind.type.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            if bind.required or name in self._columns:
                found.append((name, None, convert))
            else:
                constant = bind.effective_value
                found.append((None, constant if convert is None else convert(constant), None))
        return found

    @cached_property
    def _results(self) -> list[tuple[int, Convert]]:
        entries = self._compiled._result_columns  # pyright: ignore[reportPrivateUsage]
        found = (
            (place, entry.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None))
            for place, entry in enumerate(entries)
        )
        return [(place, convert) for place, convert in found if convert is not None]
