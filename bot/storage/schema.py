"""Brings a database file to the newest schema, by Alembic, on a connection of its own.

The revision that a file names is believed only when the file has that revision's shape (decision 39). Foreign keys are
off while tables are rebuilt: batch mode drops the old table, and with them on that would delete every child row
without a word. The whole is checked before it is committed.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.storage.files import HOW_TO_GO_BACK, Unusable
from bot.storage.migrations.shapes import EARLIER, EDITED, SHAPES
from bot.storage.shape import Shape, differences, digest_of, shape_of, told

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.config import Config

#: the newest revision in migrations/versions; a test keeps it true
HEAD = "0008"


class NewerSchema(Unusable):
    """The file was written by a newer Flipcord than this one."""


class UnknownSchema(Unusable):
    """The file is no database of any Flipcord, or somebody changed what it is made of; the text says what differs."""


async def bring_up_to_date(path: Path) -> None:
    """Raises NewerSchema or UnknownSchema, and then has left the file alone."""
    version, shape = _looked_at(path)
    if version != HEAD or digest_of(shape) != SHAPES[HEAD]:
        await asyncio.to_thread(_upgrade, path, version, shape)


def _looked_at(path: Path) -> tuple[str | None, Shape]:
    """The revision that the file names, and what it is made of."""
    if not path.exists():
        return None, {}
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        return _version(connection), shape_of(connection)


def _version(connection: sqlite3.Connection) -> str | None:
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _upgrade(path: Path, version: str | None, shape: Shape) -> None:
    # imported only here: Alembic costs more than half a second and most starts need none of it
    import sqlalchemy as sa
    import sqlalchemy.event
    from alembic import command

    if version is not None and version not in SHAPES:
        raise NewerSchema(
            f"{path} was written by a newer Flipcord (schema {version}). Update Flipcord, then start again."
        )
    is_mended = _is_to_be_mended(path, version, shape)
    config = _config()
    engine = sa.create_engine("sqlite://", creator=lambda: _connect(path), poolclass=sa.NullPool)
    sqlalchemy.event.listen(engine, "begin", _begin)
    with engine.begin() as connection:  # killed half way, it leaves the file as it was
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101  # the engine above makes no other
        if is_mended and version is not None:
            with _made_anew(version) as wanted:
                _mend(raw, wanted)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if lines := _differences(HEAD, shape_of(raw)):
            raise _unknown(path, HEAD, lines)
    engine.dispose()


def _is_to_be_mended(path: Path, version: str | None, shape: Shape) -> bool:
    """Whether an earlier form of a migration made the file. Raises UnknownSchema when nothing known did."""
    if version is None:
        if shape:
            raise UnknownSchema(
                f"{path} is a database, but not one of Flipcord's. It was left alone. Is storage.path right?"
            )
        return False
    lines = _differences(version, shape)
    if lines and not (version in EDITED and EARLIER.issuperset(lines)):
        raise _unknown(path, version, lines)
    return bool(lines)


def _differences(version: str, shape: Shape) -> list[str]:
    if digest_of(shape) == SHAPES[version]:
        return []
    with _made_anew(version) as wanted:
        return differences(shape, shape_of(wanted))


def _unknown(path: Path, version: str, lines: list[str]) -> UnknownSchema:
    return UnknownSchema(
        f"{path} is not as Flipcord made it (schema {version}): {told(lines)}. It was left alone. "
        f"Take that back, or go back: {HOW_TO_GO_BACK[0].lower()}{HOW_TO_GO_BACK[1:]}"
    )


@contextmanager
def _made_anew(version: str) -> Generator[sqlite3.Connection]:
    """An empty database in memory, as the migrations make it up to there."""
    import sqlalchemy as sa
    from alembic import command

    with closing(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)) as raw:
        engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=sa.StaticPool)
        config = _config()
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, version)
        yield raw


def _mend(raw: sqlite3.Connection, wanted: sqlite3.Connection) -> None:
    from bot.storage.mending import mend

    mend(raw, wanted)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL").close()
    connection.execute("PRAGMA foreign_keys=OFF").close()
    return connection


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
