"""A file of whatever early form is brought up to date with nothing lost; one that nobody knows is left alone."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.database import open_database
from bot.storage.migrations.shapes import SHAPES
from bot.storage.schema import HEAD, UnknownSchema, bring_up_to_date
from bot.storage.shape import digest_of, shape_of
from tests.storage.forms import FORMS, WITHOUT, Form, make, rows


def digest(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return digest_of(shape_of(connection))


def run(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for each in statements:
            connection.execute(each)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.revision}-{form.commit}")
async def test_a_file_of_an_early_form_is_brought_up_to_date_with_nothing_lost(form: Form, tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    make(path, form.revision, *form.without)
    assert digest(path) == form.digest  # as the code of that commit made it
    before = list(rows(path))
    assert len(before) >= 20
    await bring_up_to_date(path)
    assert digest(path) == SHAPES[HEAD]
    after = dict(reversed(list(rows(path))))  # the update adds a line to the history, behind what was there
    # what a line of the record may hold is cut by the update itself: tests/storage/test_record_cleaned.py
    kept = [
        (table, {name: row[name] for name in row if (table, name) != ("history", "body")})
        for table, row in before
    ]
    assert {table: {name: after[table][name] for name in row} for table, row in kept} == dict(kept)


async def test_a_file_that_missed_something_of_every_migration_too(tmp_path: Path):
    """Who updated every evening has a bit of each form."""
    path = tmp_path / "flipcord.sqlite3"
    make(path, "0003", *WITHOUT)
    before = dict(rows(path))
    await bring_up_to_date(path)
    assert digest(path) == SHAPES[HEAD]
    assert {table for table, _ in rows(path)} >= before.keys()


async def test_an_id_that_was_given_out_is_never_given_out_again(tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    make(path, "0003", "contracts")
    run(path, "UPDATE sqlite_sequence SET seq = 77 WHERE name = 'contract'")
    await bring_up_to_date(path)
    with closing(sqlite3.connect(path)) as connection:
        given = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'contract'").fetchall()
    assert given == [(77,)]


async def test_reminders_that_went_out_under_a_number_keep_under_a_name(tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    make(path, "0002", "ladders")
    run(
        path,
        "UPDATE outbox SET kind = 'nudge', about_id = 7, person_id = 1, dedupe_key = 'nudge:7:1:1', "
        """args = '{"step": 1}'""",
    )
    await bring_up_to_date(path)
    outbox = dict(rows(path))["outbox"]
    assert outbox["dedupe_key"] == "nudge:7:1:dm180"
    assert dict(rows(path))["prework"]["next_at"] == 0


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("DROP INDEX ix_outbox_nonce", "ix_outbox_nonce is missing"),
        ("DROP TRIGGER history_keeps_rows", "history_keeps_rows is missing"),
        ("ALTER TABLE phone ADD COLUMN owner TEXT", "owner TEXT"),
        ("ALTER TABLE fact RENAME COLUMN value TO word", "value"),
        ("CREATE TABLE grades (id INTEGER)", "table grades is not Flipcord's"),
        ("CREATE VIEW late AS SELECT 1", "view late is not Flipcord's"),
        ("DROP TABLE guardian", "table guardian is missing"),
    ],
)
async def test_a_file_that_somebody_changed_is_told_and_left_alone(tmp_path: Path, change: str, word: str):
    path = tmp_path / "flipcord.sqlite3"
    await bring_up_to_date(path)
    run(path, change)
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    with pytest.raises(UnknownSchema) as told:
        async with open_database(path):
            pass
    assert word in str(told.value)
    assert "\n" not in str(told.value)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before


async def test_somebody_elses_database_is_left_alone(tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    run(path, "CREATE TABLE songs (title TEXT)")
    with pytest.raises(UnknownSchema, match="not one of Flipcord's"):
        await bring_up_to_date(path)


async def test_statistics_that_sqlite_keeps_are_no_difference(tmp_path: Path):
    path = tmp_path / "flipcord.sqlite3"
    await bring_up_to_date(path)
    run(path, "ANALYZE")
    await bring_up_to_date(path)
