"""The schema explains itself, and the migrations lead to it."""

from __future__ import annotations

import ast
import hashlib
import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.storage import schema
from bot.storage.migrations.shapes import SHAPES
from bot.storage.tables import metadata
from tests.meta.project import ROOT, modules, tree
from tests.meta.shapes import shapes

MIGRATIONS = ROOT / "bot/storage/migrations"
ABOUT = {"purpose", "retention", "export", "erase"}


@pytest.fixture
async def migrated(tmp_path: Path) -> Path:
    path = tmp_path / "flipcord.sqlite3"
    await schema.bring_up_to_date(path)
    return path


def test_a_table_says_why_for_how_long_and_how_a_person_gets_or_erases_it():
    assert len(metadata.tables) > 15
    silent = {
        name: table.info
        for name, table in metadata.tables.items()
        if {k for k, v in table.info.items() if v} != ABOUT
    }
    assert silent == {}


def test_what_is_about_a_person_is_exported_and_erased_with_them():
    """Either both, or it is about nobody."""
    pairs = {name: (table.info["export"], table.info["erase"]) for name, table in metadata.tables.items()}
    assert pairs
    halves = {
        name: pair
        for name, pair in pairs.items()
        if len({"not about a person" in each for each in pair}) != 1
    }
    assert halves == {}


def test_a_table_that_names_a_person_says_so():
    naming = [table for table in metadata.tables.values() if "person_id" in table.c]
    assert naming
    assert [table.name for table in naming if table.info["export"] == "not about a person"] == []


async def test_the_migrations_lead_to_the_schema(migrated: Path):
    engine = sa.create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


async def test_a_migrated_file_is_as_strict_as_a_fresh_one(migrated: Path, tmp_path: Path):
    """Alembic sees neither CHECK constraints nor the condition of an index, nor what a parent's end does."""
    fresh = tmp_path / "fresh.sqlite3"
    engine = sa.create_engine(f"sqlite:///{fresh}")
    metadata.create_all(engine)
    engine.dispose()
    wanted = structure(fresh)
    assert wanted.keys() == metadata.tables.keys()
    assert any("CHECK" in each for rules in wanted.values() for each in rules)
    assert structure(migrated) == wanted


def structure(path: Path) -> dict[str, set[str]]:
    """By table, everything that SQLite holds it to, in whatever order it was written."""
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT name, tbl_name, type, sql FROM sqlite_master WHERE sql IS NOT NULL"
    ).fetchall()
    found: dict[str, set[str]] = {}
    for name, table, kind, sql in rows:
        text = re.sub(r"\s+", " ", sql).replace('"', "")
        rules = found.setdefault(table, set())
        if kind == "index":
            rules.add(text)
            continue
        for pragma in ("table_xinfo", "foreign_key_list", "index_list"):
            # the first number is a place in the list
            rules |= {f"{pragma} {row[1:]}" for row in connection.execute(f"PRAGMA {pragma}({name})")}
        rules |= set(re.findall(r"CHECK \(.*?'\)\)", text))
        rules |= {"AUTOINCREMENT"} & set(text.split()) | {f"{text.count('CHECK')} checks"}
    connection.close()
    return {
        table: rules for table, rules in found.items() if table not in ("alembic_version", "sqlite_sequence")
    }


async def test_the_newest_revision_is_the_one_that_a_start_looks_for(migrated: Path):
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [schema.HEAD]
    connection = sqlite3.connect(migrated)
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(schema.HEAD,)]
    connection.close()


def test_a_migration_stands_on_its_own():
    """It must do the same in ten years, whatever the schema has become by then; and it says its reason."""
    paths = [path for path in modules("bot/storage/migrations/versions") if path.name != "__init__.py"]
    assert paths
    leaning = [
        path.name
        for path in paths
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot")
    ]
    assert leaning == []
    assert [path.name for path in paths if not ast.get_docstring(tree(path))] == []


#: what is on main is on somebody's machine: it is never edited again, a change is a new revision (decision 39)
PUBLISHED = {
    "v0001_first.py": "736965def11f",
    "v0002_messages.py": "d05720695d38",
    "v0003_mastery.py": "bec4d85bbd1c",
}


@pytest.mark.parametrize("name", list(PUBLISHED))
def test_a_published_migration_stays_as_it_is(name: str):
    content = (MIGRATIONS / "versions" / name).read_bytes()
    assert hashlib.sha256(content).hexdigest().startswith(PUBLISHED[name])


def test_each_revision_is_known_by_its_shape():
    """Where this fails for a new revision: ``python -m tests.meta.shapes`` writes it down."""
    assert shapes() == SHAPES
