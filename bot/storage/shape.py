"""What a database file is held to: tables, columns, rules, indexes and triggers, in whatever order they were written.

A file that was upgraded has its columns in another order than a new one; neither that nor SQLite's quotes and line
breaks make a difference here.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping

#: "table progress", "index ix_…", "trigger …" → its parts: a table's columns and rules, the whole of anything else
Shape = Mapping[str, frozenset[str]]

_OWN = "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name != 'alembic_version' AND sql IS NOT NULL"
_TABLE = re.compile(r"CREATE TABLE \S+ ?\((.*)\)([^)]*)")
#: most differences that are told; the rest are counted
MOST_TOLD = 8


def shape_of(connection: sqlite3.Connection) -> Shape:
    rows = connection.execute(f"SELECT type, name, sql FROM sqlite_master WHERE {_OWN}")  # noqa: S608  # ours
    return {f"{kind} {name}": _parts(sql) for kind, name, sql in rows}


def digest_of(shape: Shape) -> str:
    lines = sorted(f"{name}: {part}" for name, parts in shape.items() for part in parts)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def differences(found: Shape, wanted: Shape) -> list[str]:
    """One line for each, in an order of its own; an empty list when they are the same."""
    lines = [f"the {name} is missing" for name in sorted(wanted.keys() - found.keys())]
    lines += [f"the {name} is not Flipcord's" for name in sorted(found.keys() - wanted.keys())]
    for name in sorted(found.keys() & wanted.keys()):
        lines += [f"the {name} is without: {part}" for part in sorted(wanted[name] - found[name])]
        lines += [f"the {name} has, besides: {part}" for part in sorted(found[name] - wanted[name])]
    return lines


def told(lines: list[str]) -> str:
    """The first of them in one line, each cut to a length that can be read."""
    more = [f"and {len(lines) - MOST_TOLD} more"] if len(lines) > MOST_TOLD else []
    return "; ".join([*(line[:120] for line in lines[:MOST_TOLD]), *more])


def _parts(sql: str) -> frozenset[str]:
    text = re.sub(r"\s+", " ", sql).replace('"', "").strip()
    table = _TABLE.fullmatch(text)
    if table is None:
        return frozenset({text})
    return frozenset({*_split(table[1]), *([table[2].strip()] if table[2].strip() else [])})


def _split(body: str) -> Iterator[str]:
    """At the commas that stand in no bracket and in no text."""
    depth, start, in_text = 0, 0, False
    for sign in re.finditer(r"[(),']", body):
        if sign[0] == "'":
            in_text = not in_text
        elif not in_text and sign[0] == "," and depth == 0:
            yield body[start : sign.start()].strip()
            start = sign.end()
        elif not in_text and sign[0] != ",":
            depth += 1 if sign[0] == "(" else -1
    yield body[start:].strip()
