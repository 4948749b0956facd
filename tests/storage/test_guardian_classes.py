"""A file in which a guardian was one person's is brought to one in which each is one class's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from bot.storage import schema

#: Classes: 1 and 2 on server 1 (rule teacher; taught by 1), 3 on server 1 (taught by 2), 4 on server 2 (taught by 9,
#: where the students give numbers), 5 and 6 on server 1 (students give; taught by 2), 7 on server 1 (no guardians).
ROWS = """
INSERT INTO person (id, created_at) VALUES (1, 0), (2, 0), (9, 0), (100, 0), (101, 0), (102, 0), (103, 0);
INSERT INTO course (id, person_id, slug, title) VALUES (1, 1, 'c', 'C');
INSERT INTO revision (id, course_id, number, digest, imported_at) VALUES (1, 1, 1, 'd', 0);
INSERT INTO section (id, handle, guild_id, name, course_id, revision_id, zone, bar, created_at, age_confirmed_at,
    age_confirmed_by) VALUES
    (1, 'h1', 1, 'A', 1, 1, 'UTC', 80, 0, 0, 1), (2, 'h2', 1, 'B', 1, 1, 'UTC', 80, 0, 0, 1),
    (3, 'h3', 1, 'C', 1, 1, 'UTC', 80, 0, 0, 2), (4, 'h4', 2, 'D', 1, 1, 'UTC', 80, 0, 0, 9),
    (5, 'h5', 1, 'E', 1, 1, 'UTC', 80, 0, 0, 2), (6, 'h6', 1, 'F', 1, 1, 'UTC', 80, 0, 0, 2),
    (7, 'h7', 1, 'G', 1, 1, 'UTC', 80, 0, 0, 1);
INSERT INTO staff (section_id, person_id, part) VALUES (1, 1, 'teacher'), (2, 1, 'teacher'), (3, 2, 'teacher'),
    (4, 9, 'teacher'), (5, 2, 'teacher'), (6, 2, 'teacher'), (7, 1, 'teacher');
INSERT INTO messaging (section_id, guardian_rule) VALUES (1, 'teacher'), (2, 'teacher'), (3, 'teacher'),
    (4, 'student'), (5, 'student'), (6, 'student'), (7, 'off');
INSERT INTO enrolment (section_id, person_id, joined_at, age_confirmed_at)
    SELECT section.id, person.id, 0, 0 FROM section, person WHERE person.id >= 100;
INSERT INTO guardian (person_id, section_id, number, number_hash, given_by, given_at, confirmed_at, stopped_at) VALUES
    (100, 1, x'01', 'mum', 1, 0, 5, NULL),
    (101, 4, x'02', 'rogue', 9, 0, 5, NULL),
    (102, 5, x'03', 'dad', 102, 0, 5, NULL),
    (103, 1, x'', 'gone', 1, 0, NULL, 7);
INSERT INTO consent (person_id, act, via, wording, at, party, number_hash) VALUES
    (100, 'confirmed', 'text', '', 5, 'guardian', 'mum');
"""


async def test_real_guardians_keep_what_they_got_and_nobody_unknown_gains_anything(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    before(path)
    await schema.bring_up_to_date(path)
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute(
            "SELECT person_id, section_id, number_hash, confirmed_at FROM guardian ORDER BY 1, 2"
        ).fetchall()
        consent = file.execute("SELECT person_id, number_hash, section_id FROM consent").fetchall()
    assert rows == [
        # her teacher teaches both
        (100, 1, "mum", 5),
        (100, 2, "mum", 5),
        # given in the class of a server of their own: it stays there
        (101, 4, "rogue", 5),
        # given by the student: where students give numbers, on that server
        (102, 5, "dad", 5),
        (102, 6, "dad", 5),
        # what was stopped stays what it was
        (103, 1, "gone", None),
    ]
    assert consent == [(100, "mum", None)], "the record says no more than it did"


def before(path: Path) -> None:
    """As the release before wrote it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    engine.dispose()
    with closing(sqlite3.connect(path)) as file:
        file.executescript(ROWS)
