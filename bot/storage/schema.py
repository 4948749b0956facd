"""Brings a database file to the newest schema, by Alembic, on a connection of its own.

Foreign keys are off while tables are rebuilt: batch mode drops the old table, and with them on that would delete
every child row without a word. The whole is checked before it is committed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlalchemy as sa

#: the newest revision in migrations/versions; a test keeps it true
HEAD = "0007"


class NewerSchema(Exception):
    """The file was written by a newer Flipcord than this one."""


async def bring_up_to_date(path: Path) -> None:
    if _version(path) != HEAD:
        await asyncio.to_thread(_upgrade, path)


def _version(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()


def _upgrade(path: Path) -> None:
    # imported only here: Alembic costs more than half a second and most starts need none of it
    import sqlalchemy as sa
    import sqlalchemy.event
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    version = _version(path)
    if version is not None and version not in known:
        raise NewerSchema(
            f"{path} was written by a newer Flipcord (schema {version}). Update Flipcord, then start again."
        )
    engine = sa.create_engine("sqlite://", creator=lambda: _connect(path), poolclass=sa.NullPool)
    sqlalchemy.event.listen(engine, "begin", _begin)
    with engine.begin() as connection:  # killed half way, it leaves the file as it was
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA foreign_keys=OFF").close()
    return connection


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
