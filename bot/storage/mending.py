"""Brings a file that an earlier form of a migration made to what that migration makes now; no row is lost.

A migration was edited after it had been on main, so a file may say that it is at a revision and yet lack some of it
(decision 39). Whatever differs is made anew from the wanted file's own words.
"""

from __future__ import annotations

import sqlite3

from bot.storage.shape import Shape, shape_of

#: of a column without a default, what rows of before get; all there ever were are truths
_NO = "0"

#: the steps of the first schema by their numbers
_FIRST_LADDER = ("dm1440", "dm180", "sms60")
_RENAMED = (
    "UPDATE outbox SET args = json_set(args, '$.step', :key), dedupe_key = replace(dedupe_key, "
    "'nudge:' || about_id || ':' || person_id || ':' || :number, "
    "'nudge:' || about_id || ':' || person_id || ':' || :key) "
    "WHERE kind IN ('nudge', 'unreached') AND json_extract(args, '$.step') = :number"
)


def mend(connection: sqlite3.Connection, wanted: sqlite3.Connection) -> None:
    """In the transaction that is open, with foreign keys off. ``wanted`` is an empty database of the right shape."""
    found, right = shape_of(connection), shape_of(wanted)
    connection.execute(
        "PRAGMA legacy_alter_table=ON"
    )  # a table that gives way takes nobody's reference with it
    for kind, name, _ in _members(
        connection, "index", "trigger"
    ):  # a trigger would name a table that is away
        connection.execute(f'DROP {kind} "{name}"')
    for _, name, sql in _members(wanted, "table"):
        _mend_table(connection, name, sql, found, right)
    if "prework" in _tables(found) and "next_at BIGINT" in right["table prework"] - found["table prework"]:
        _plan_anew(connection)
    for _, _, sql in _members(wanted, "index", "trigger"):
        connection.execute(sql)
    connection.execute("PRAGMA legacy_alter_table=OFF")


def _members(connection: sqlite3.Connection, *kinds: str) -> list[tuple[str, str, str]]:
    rows = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
        "AND name != 'alembic_version' ORDER BY rowid"
    )
    return [row for row in rows if row[0] in kinds]


def _tables(shape: Shape) -> set[str]:
    return {name.removeprefix("table ") for name in shape if name.startswith("table ")}


def _mend_table(connection: sqlite3.Connection, name: str, sql: str, found: Shape, right: Shape) -> None:
    key = f"table {name}"
    if key not in found:
        connection.execute(sql)
    elif found[key] != right[key]:
        _rebuild(connection, name, sql)


def _rebuild(connection: sqlite3.Connection, name: str, sql: str) -> None:
    """The names are those of our own tables; a new column gets its default, and no id is ever given out again."""
    connection.execute(f'ALTER TABLE "{name}" RENAME TO "_{name}"')
    connection.execute(sql)
    before = {row[1] for row in connection.execute(f'PRAGMA table_info("_{name}")')}
    columns = [(row[1], row[3], row[4]) for row in connection.execute(f'PRAGMA table_info("{name}")')]
    kept = [column for column, _, _ in columns if column in before]
    filled = [
        column for column, needed, default in columns if column not in before and needed and default is None
    ]
    into = ", ".join(f'"{column}"' for column in (*kept, *filled))
    values = ", ".join([*(f'"{column}"' for column in kept), *(_NO for _ in filled)])
    connection.execute(f'INSERT INTO "{name}" ({into}) SELECT {values} FROM "_{name}"')  # noqa: S608
    connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, (SELECT seq FROM sqlite_sequence WHERE name = ?)) WHERE name = ?",
        (f"_{name}", name),
    )
    connection.execute(f'DROP TABLE "_{name}"')


def _plan_anew(connection: sqlite3.Connection) -> None:
    """As the second migration does: reminders that went out under a number do not go out again under a name."""
    connection.execute("UPDATE prework SET next_at = 0 WHERE posted_at IS NOT NULL")
    for number, key in enumerate(_FIRST_LADDER):
        connection.execute(_RENAMED, {"number": number, "key": key})
