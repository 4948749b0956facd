"""Files as earlier forms of the first three migrations made them: what each of them did not have yet.

They were edited between 22 and 27 November 2026 while they were on main. The digests are those of files that the code
of these commits made.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.storage import schema

#: what came to a migration later, and what takes it out of a whole file again
WITHOUT = {
    "state and way in one index": """
        DROP INDEX ix_outbox_state_way_due_at;
        CREATE INDEX ix_outbox_state_due_at ON outbox (state, due_at);
    """,
    "drafts of announcements": """
        DROP INDEX ix_announcement_person_id_state;
        DROP INDEX ix_announcement_state_next_at;
        ALTER TABLE announcement DROP COLUMN texts_too;
        ALTER TABLE announcement DROP COLUMN urgent;
        PRAGMA writable_schema=ON;
        UPDATE sqlite_master SET sql = replace(sql, '''draft'', ', '') WHERE name = 'announcement';
        PRAGMA writable_schema=RESET;
        CREATE INDEX ix_announcement_next_at ON announcement (next_at);
    """,
    "settled letters": """
        DROP INDEX ix_letter_section_id_settled_at;
        ALTER TABLE letter DROP COLUMN settled_at;
    """,
    "guarded texts": """
        DROP TRIGGER text_forgets_its_number;
        DROP TRIGGER text_is_never_born_calling;
        DROP TRIGGER text_needs_consent;
    """,
    "billed texts": "ALTER TABLE outbox DROP COLUMN segments;",
    "read back": "ALTER TABLE account DROP COLUMN dm_seen_id;",
    "ladders": """
        DROP INDEX ix_prework_next_at;
        ALTER TABLE prework DROP COLUMN next_at;
        ALTER TABLE messaging DROP COLUMN ladder_since;
    """,
    "texts by the day": "DROP INDEX ix_outbox_texts_called_at;",
    "contracts": """
        ALTER TABLE contract DROP COLUMN guardian_name;
        ALTER TABLE contract DROP COLUMN signed_name;
        ALTER TABLE contract DROP COLUMN tier;
    """,
    "time limits": "DROP INDEX ix_attempt_ends_at;",
    "blueprints": "DROP INDEX ix_attempt_section_id_unit_slug;",
    "regrades": "DROP INDEX ix_regrade_question_id;",
    "summative checks": """
        DROP INDEX ix_attempt_held;
        ALTER TABLE oral DROP COLUMN missed_at;
        DROP TABLE summative;
    """,
    "rechecks": """
        DROP INDEX ix_progress_recheck_asked_at;
        DROP INDEX ix_progress_recheck_at;
        DROP INDEX ix_progress_unplanned;
        ALTER TABLE progress DROP COLUMN recheck_asked_at;
        ALTER TABLE progress DROP COLUMN recheck_days;
    """,
}

_LADDER = ("ladders", "texts by the day", "guarded texts", "billed texts")
_MASTERY = ("contracts", "time limits", "regrades", "summative checks", "rechecks")


@dataclass(frozen=True, slots=True)
class Form:
    commit: str
    revision: str
    without: tuple[str, ...]
    digest: str


def _form(commit: str, revision: str, digest: str, *without: str) -> Form:
    return Form(commit, revision, without, digest)


FORMS = (
    _form("fb49933", "0001", "35112400cb4246bd", "state and way in one index"),
    _form("e5596f7", "0002", "982a1ed49ee2f23e", *_LADDER, "read back", "settled letters", "drafts of announcements"),
    _form("aa90565", "0002", "84fd3e458776ae5d", *_LADDER, "read back", "settled letters"),
    _form("2b6ea5d", "0002", "637eea585588df42", "ladders", "read back", "texts by the day", "settled letters",
          "drafts of announcements"),
    _form("803ebb6", "0002", "7a1e33e17d346669", *_LADDER[1:], "read back", "settled letters",
          "drafts of announcements"),
    _form("40e468b", "0002", "724aa442ac5755a8", *_LADDER, "read back", "drafts of announcements"),
    _form("ac00f1f", "0002", "d3d4e6ea72772311", *_LADDER, "drafts of announcements"),
    _form("bbfdd78", "0002", "aa7fb5a58c50e587", *_LADDER[1:], "read back", "settled letters"),
    _form("7dfd6bf", "0002", "a785239c071a3d02", *_LADDER[1:], "drafts of announcements"),
    _form("513927d", "0002", "6b6edb484b2d3e99", "texts by the day", "drafts of announcements"),
    _form("2d244c5", "0002", "0f4a59753ed29205", "texts by the day"),
    _form("35dc90a", "0003", "c211304725f4420f", *_MASTERY, "blueprints"),
    _form("c207273", "0003", "7ec8b61db3c9770f", *_MASTERY),
    _form("de5eeff", "0003", "a239dd7943a7cba5", *_MASTERY[1:], "blueprints"),
    _form("c7574f4", "0003", "a25a4e70020bdb65", "contracts", "blueprints", *_MASTERY[2:]),
    _form("ac651e5", "0003", "706b3f4eff6a0c5f", *_MASTERY[1:]),
    _form("c73bbbe", "0003", "dd8a739de6b0d53e", "contracts", "time limits", "blueprints", *_MASTERY[3:]),
    _form("973a717", "0003", "0535a56722f67436", "contracts", *_MASTERY[2:]),
    _form("abd0725", "0003", "1e5b0e4b8b08e193", "contracts", "time limits", *_MASTERY[3:]),
    _form("514e6a4", "0003", "e5e8efc9789f1f8f", "time limits", *_MASTERY[3:]),
    _form("b07742f", "0003", "d6fb58535e8fe512", *_MASTERY[2:]),
    _form("cc16e08", "0003", "0d217e1bc69ec2b7", "contracts", "regrades", "rechecks"),
    _form("532dd94", "0003", "e9063bf4b87dd1ee", "regrades", "rechecks"),
    _form("a76735a", "0003", "9ade8af054117ed8", *_MASTERY[3:]),
    _form("72b7027", "0003", "7f6d76497f9e539c", "rechecks"),
    _form("c08c807", "0003", "9d802b86e1832c9e", "summative checks"),
)  # fmt: skip


def make(path: Path, revision: str, *without: str) -> None:
    """A file at that revision with a row in every table, from which what came later is then taken out."""
    path.write_bytes(_whole(revision))
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
        raw.execute("PRAGMA foreign_keys=OFF")
        for each in without:
            raw.executescript(WITHOUT[each])


@cache
def _whole(revision: str) -> bytes:
    with schema._made_anew(revision) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        for table, sql in _tables(raw):
            _fill(raw, table, sql)
        return raw.serialize()


def _tables(raw: sqlite3.Connection) -> list[tuple[str, str]]:
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' "
        "AND name != 'alembic_version' AND name NOT LIKE 'sqlite%'"
    )
    return raw.execute(query).fetchall()


def _fill(raw: sqlite3.Connection, table: str, sql: str) -> None:
    columns = [(row[1], row[2]) for row in raw.execute(f"PRAGMA table_info({table})")]
    values = {name: _value(table, name, kind, sql) for name, kind in columns}
    marks = ", ".join("?" for _ in values)
    names = ", ".join(f'"{name}"' for name in values)
    raw.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))  # noqa: S608


def _value(table: str, name: str, kind: str, sql: str) -> Any:
    """Every row is number one, so that all that point to one another do so."""
    if allowed := re.search(rf"\b{name} IN \('([^']*)'", sql):
        return allowed[1]
    match kind.partition("(")[0]:
        case "INTEGER" | "BIGINT" | "BOOLEAN":
            return 1
        case "BLOB":
            return b"bytes"
        case "JSON":
            return '{"kept": "as it was"}'
        case "FLOAT" | "NUMERIC":
            return 0.5
        case _:
            return f"{table}.{name}"[:16]


def rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that stands in the file, by table."""
    with closing(sqlite3.connect(path)) as raw:
        raw.row_factory = sqlite3.Row
        for table, _ in _tables(raw):
            for row in raw.execute(f"SELECT * FROM {table}"):  # noqa: S608
                yield table, dict(row)
