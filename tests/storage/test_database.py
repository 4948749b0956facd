"""One writer, one reader, and transactions that are whole or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy.exc

from bot.services.ports import Tx
from bot.storage.database import Database, open_database
from bot.storage.schema import HEAD, NewerSchema, bring_up_to_date
from bot.storage.tables import metadata
from tests.builders import ANA, NOW, TEACHER, a_class, a_course, a_unit


def note(tx: Tx, name: str, value: str) -> None:
    tx.upkeep.set_fact(name, value)


def read(tx: Tx, name: str) -> str | None:
    return tx.upkeep.fact(name)


def note_and_fail(tx: Tx, name: str) -> None:
    tx.upkeep.set_fact(name, "half done")
    raise ZeroDivisionError


def count_up(tx: Tx) -> None:
    tx.upkeep.set_fact("count", str(int(tx.upkeep.fact("count") or 0) + 1))


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await database.write(note_and_fail, "a")
    assert await database.read(read, "a") is None
    await database.write(note, "a", "whole")
    assert await database.read(read, "a") == "whole"


async def test_a_reader_cannot_write_even_by_mistake(database: Database) -> None:
    with pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"):
        await database.read(note, "a", "b")
    assert await database.read(read, "a") is None


async def test_writers_at_once_wait_for_each_other(database: Database) -> None:
    await asyncio.gather(*(database.write(count_up) for _ in range(200)))
    assert await database.read(read, "count") == "200"


async def test_a_write_whose_caller_is_gone_is_whole_all_the_same(database: Database) -> None:
    task = asyncio.create_task(database.write(note, "a", "b"))
    await asyncio.sleep(0)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await database.write(note, "c", "d")
    assert await database.read(read, "a") == "b"


async def test_a_row_needs_its_parents(database: Database) -> None:
    def enrol_nobody(tx: Tx) -> None:
        tx.sections.enrol(77, 78, NOW)

    with pytest.raises(sqlalchemy.exc.IntegrityError, match="FOREIGN KEY"):
        await database.write(enrol_nobody)


async def test_the_file_survives_a_power_cut_as_far_as_sqlite_can(empty_database_file: Path) -> None:
    async def pragma(name: str) -> object:
        cursor = await opened._writer.connection.execute(f"PRAGMA {name}")
        return await cursor.fetchone()

    async with open_database(empty_database_file) as opened:
        assert await pragma("journal_mode") == ("wal",)
        assert await pragma("synchronous") == (2,)
        assert await pragma("foreign_keys") == (1,)


async def test_instants_come_back_to_the_microsecond_and_in_utc(database: Database) -> None:
    odd = NOW.replace(microsecond=123_457)

    def save(tx: Tx) -> None:
        tx.people.ask_inbox(tx.people.known(ANA, NOW).person, odd)

    await database.write(save)
    account = await database.read(lambda tx: tx.people.of(ANA))
    assert account is not None
    assert account.inbox_asked_at == odd
    assert account.inbox_asked_at is not None
    assert account.inbox_asked_at.tzinfo is not None


# --- the schema --------------------------------------------------------------------------------------


def tables_of(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    finally:
        connection.close()
    return {name for (name,) in rows if not name.startswith("sqlite_")}


def set_version(path: Path, version: str) -> None:
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()


async def test_a_new_file_gets_every_table_and_the_newest_version(empty_database_file: Path) -> None:
    assert tables_of(empty_database_file) == {*metadata.tables, "alembic_version"}
    connection = sqlite3.connect(empty_database_file)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    connection.close()


async def test_a_file_of_a_newer_flipcord_is_left_alone_with_a_clear_word(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "newer.sqlite3"
    path.write_bytes((tmp_path / "flipcord.sqlite3").read_bytes())
    set_version(path, "9999")
    before = tables_of(path)
    with pytest.raises(NewerSchema, match="written by a newer Flipcord"):
        await bring_up_to_date(path)
    assert tables_of(path) == before


async def test_opening_again_finds_what_was_written(tmp_path: Path, database: Database) -> None:
    await database.write(note, "a", "b")
    async with open_database(tmp_path / "flipcord.sqlite3") as again:
        assert await again.read(read, "a") == "b"


def test_each_table_says_what_it_is_for_and_how_a_person_gets_out_of_it() -> None:
    assert len(metadata.tables) >= 20
    for table in metadata.tables.values():
        assert {"purpose", "retention", "export", "erase"} <= set(table.info), table.name
        assert all(table.info.values()), table.name


# --- classes and courses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "other"), [("Période 3", "PÉRIODE 3"), ("Straße", "STRASSE"), ("Period 3", "period 3")]
)
async def test_a_class_is_found_by_its_name_however_it_is_cased(
    database: Database, name: str, other: str
) -> None:
    made = await a_class(database, name=name)
    assert await database.read(lambda tx: tx.sections.by_name(made.guild, other)) == made
    assert await database.read(lambda tx: tx.sections.by_name(made.guild + 1, name)) is None


async def test_the_same_pack_again_is_no_new_revision_and_another_one_is(database: Database) -> None:
    def save(tx: Tx, digest: str, title: str) -> tuple[int, bool]:
        course = a_course(a_unit(title=title))
        record, is_new = tx.courses.save(tx.people.known(TEACHER, NOW).person, course, digest, NOW)
        return record.number, is_new

    assert await database.write(save, "one", "Measuring") == (1, True)
    assert await database.write(save, "one", "Measuring") == (1, False)
    assert await database.write(save, "two", "Measuring again") == (2, True)
    assert await database.write(save, "one", "Measuring") == (3, True)


async def test_a_preview_is_confirmed_once_by_whom_it_was_shown_to(database: Database) -> None:
    def save(tx: Tx) -> tuple[int, int]:
        me, other = tx.people.known(TEACHER, NOW).person, tx.people.known(ANA, NOW).person
        tx.drafts.save("h", me, "class", {"name": "Chem"}, NOW)
        return me, other

    me, other = await database.write(save)
    assert await database.write(lambda tx: tx.drafts.take("h", other, "class")) is None
    assert await database.write(lambda tx: tx.drafts.take("h", me, "nudge")) is None
    assert await database.write(lambda tx: tx.drafts.take("h", me, "class")) == {"name": "Chem"}
    assert await database.write(lambda tx: tx.drafts.take("h", me, "class")) is None


# --- transactions that share a commit ----------------------------------------------------------------

HOW = pytest.mark.parametrize("how", ["write", "jot"])


@HOW
async def test_one_that_fails_among_many_takes_back_its_own_changes_only(
    database: Database, how: str
) -> None:
    def write(name: str, number: int) -> Awaitable[None]:
        return (
            getattr(database, how)(note, name, "x")
            if number % 3
            else getattr(database, how)(note_and_fail, name)
        )

    writes = [write(f"n{each}", each) for each in range(60)]
    results = await asyncio.gather(*writes, return_exceptions=True)
    assert [isinstance(each, ZeroDivisionError) for each in results] == [each % 3 == 0 for each in range(60)]
    kept = [await database.glance(read, f"n{each}") for each in range(60)]
    assert kept == [None if each % 3 == 0 else "x" for each in range(60)]


@HOW
async def test_when_the_shared_commit_fails_each_is_tried_alone_and_hears_its_own_fate(
    database: Database,
    how: str,
) -> None:
    """A deferred foreign key breaks the whole commit, not one statement."""

    def breaks_at_the_end(tx: Tx) -> None:
        tx.upkeep.set_fact("broken", "x")
        raw = database._writer.line.raw
        raw.execute("PRAGMA defer_foreign_keys=ON")
        raw.execute("INSERT INTO account (discord_id, person_id) VALUES (5, 999999)")

    results = await asyncio.gather(
        getattr(database, how)(count_up),
        getattr(database, how)(breaks_at_the_end),
        *(getattr(database, how)(count_up) for _ in range(5)),
        return_exceptions=True,
    )
    assert [type(each) for each in results if each is not None] == [sqlite3.IntegrityError]
    assert await database.read(read, "count") == "6"
    assert await database.read(read, "broken") is None


@HOW
async def test_a_disk_that_is_full_costs_only_what_does_not_fit(database: Database, how: str) -> None:
    """SQLite rolls the whole transaction back by itself then: none of the others may be lost with it."""
    pages = database._writer.line.raw.execute("PRAGMA page_count").fetchone()[0]
    database._writer.line.raw.execute(f"PRAGMA max_page_count={pages + 3}")
    results = await asyncio.gather(
        *(getattr(database, how)(count_up) for _ in range(4)),
        getattr(database, how)(note, "big", "x" * 100_000),
        *(getattr(database, how)(count_up) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(each is not None for each in results) == 1
    assert await database.read(read, "count") == "8"
    assert await database.read(read, "big") is None


@HOW
async def test_nobody_is_answered_before_the_commit(database: Database, tmp_path: Path, how: str) -> None:
    async def write(number: int) -> None:
        await getattr(database, how)(note, f"n{number}", "x")
        other = sqlite3.connect(tmp_path / "flipcord.sqlite3")
        try:
            found = other.execute("SELECT value FROM fact WHERE name = ?", (f"n{number}",)).fetchone()
        finally:
            other.close()
        assert found == ("x",)

    await asyncio.gather(*(write(number) for number in range(100)))


async def test_short_and_long_writes_take_turns_in_the_order_in_which_they_came(database: Database) -> None:
    order: list[int] = []

    def note_turn(tx: Tx, number: int) -> None:
        count_up(tx)
        order.append(number)

    await asyncio.gather(
        *((database.jot if each % 3 else database.write)(note_turn, each) for each in range(40))
    )
    assert order == list(range(40))
    assert await database.glance(read, "count") == "40"


async def test_a_glance_sees_what_was_written_and_cannot_write(database: Database) -> None:
    await database.write(note, "a", "b")
    assert await database.glance(read, "a") == "b"
    with pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"):
        await database.glance(note, "a", "c")
    await database.write(note, "a", "d")
    assert await database.glance(read, "a") == "d"
