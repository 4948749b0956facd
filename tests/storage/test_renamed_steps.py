"""A class that is in the middle of its reminders when Flipcord is updated gets none of them again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.storage import schema
from bot.storage.schema import bring_up_to_date

ROWS = """
INSERT INTO person (id, created_at) VALUES (1, 0);
INSERT INTO course (id, person_id, slug, title) VALUES (1, 1, 'c', 'C');
INSERT INTO revision (id, course_id, number, digest, imported_at) VALUES (1, 1, 1, 'd', 0);
INSERT INTO unit (id, revision_id, position, slug, title, body) VALUES (1, 1, 0, 'u', 'U', '{}');
INSERT INTO section (id, handle, guild_id, name, course_id, revision_id, zone, bar, created_at, age_confirmed_at,
    age_confirmed_by) VALUES (1, 'h', 1, 'N', 1, 1, 'UTC', 80, 0, 0, 1);
INSERT INTO prework (id, handle, section_id, unit_id, post_at, deadline, deadline_zone, deadline_wall, posted_at)
    VALUES (7, 'p', 1, 1, 0, 9, 'UTC', 'w', 5);
INSERT INTO outbox (dedupe_key, kind, way, person_id, section_id, about_id, args, nonce, state, due_at, created_at)
    VALUES ('nudge:7:1:1', 'nudge', 'dm', 1, 1, 7, '{"step": 1}', 'n1', 'failed', 0, 0),
           ('nudge:7:1:1>thread', 'nudge', 'thread', 1, 1, 7, '{"step": 1, "tried": ["x"]}', 'n2', 'sent', 0, 0),
           ('nudge:7:1:1abc', 'nudge', 'dm', 1, 1, 7, '{}', 'n3', 'sent', 0, 0);
"""


async def test_steps_that_went_out_keep_their_meaning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.sqlite3"
    _old_schema(path)
    await bring_up_to_date(path)
    connection = sqlite3.connect(path)
    try:
        query = "SELECT dedupe_key, json_extract(args, '$.step') FROM outbox ORDER BY id"
        assert connection.execute(query).fetchall() == [
            ("nudge:7:1:dm180", "dm180"),
            ("nudge:7:1:dm180>thread", "dm180"),
            ("nudge:7:1:1abc", None),
        ]
        assert connection.execute("SELECT next_at FROM prework").fetchall() == [(0,)]
    finally:
        connection.close()


def _old_schema(path: Path) -> None:
    """A file as the release before wrote it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    import sqlalchemy as sa

    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    raw = sqlite3.connect(path)
    raw.executescript(ROWS)
    raw.close()
