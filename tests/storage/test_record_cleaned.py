"""A record of before: what opens something is taken out of it, the rest is proven, and tampering is still found."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import check_history
from bot.domain.disclosure import LINES
from bot.domain.records import HistoryLine
from bot.services.ports import Tx
from bot.storage import schema
from bot.storage.database import open_database
from bot.storage.history import check_file
from bot.storage.migrations.versions import v0005_record as migration
from tests.builders import NOW
from tests.storage.test_history import COLUMNS, INSERT

TOKEN = "1t20843.jUP-2cUVOal17BZ61DV-bGDQWNE"
LINK = f"https://bot.school.example/agree/{TOKEN}"
MUTATIONS = 1000
#: nothing of these may be left, in a line or in the file
KEYS = (TOKEN, "attempt-handle", "class-handle", "booking-handle", "contract-handle", "news-handle")


def message(kind: str, **said: Any) -> dict[str, Any]:
    return {"kind": kind, "way": "dm", "state": "sent", "said": said}


def old_lines() -> list[tuple[str, dict[str, Any]]]:
    """As the release before wrote them: whatever a message held but a few names."""
    lines = [
        ("message", message("nudge", class_name="Chem", unit_title="Moles", length_s=600)),
        ("message", message("contract_link", class_name="Chem", url=LINK)),
        ("message", message("check_result", class_name="Chem", attempt="attempt-handle", bar=80)),
        ("message", message("talk", section="class-handle", booking="booking-handle", where="zoom", bar=80)),
        ("message", message("recheck", section="class-handle", units=["Moles"])),
        ("contract", {"contract": "contract-handle", "what": "signed", "bar": 86, "name": "Ana Li"}),
        ("announcement", {"act": "sent", "announcement": "news-handle", "words": "Tomorrow"}),
        ("letter", {"via": "sms", "party": "guardian", "words": f"Is {LINK} from you?"}),
        ("override", {"unit": "moles", "reason": "ill"}),
        ("message", {"kind": "nudge", "way": "dm", "state": "failed", "why": "the inbox is not open"}),
    ]
    return lines * 4


def write_old(path: Path, lines: Sequence[tuple[str, dict[str, Any]]]) -> str:
    """The chain as it was made then, written here once more; gives the last digest."""
    before, file = "0" * 64, sqlite3.connect(path)
    for number, (what, body) in enumerate(lines):
        at = NOW + timedelta(seconds=number)
        digest = sha(json.dumps(body, sort_keys=True))
        whose = [1, number % 3 + 1, None]
        chain = sha(json.dumps([before, at.isoformat(), *whose, what, digest]))
        stamp = int((at - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000
        row = (None, stamp, *whose, what, json.dumps(body), digest, chain)
        file.execute(INSERT, row)
        before = chain
    file.commit()
    file.close()
    return before


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def make_old(path: Path) -> None:
    import sqlalchemy as sa
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, migration.down_revision)
    engine.dispose()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "flipcord.sqlite3"
    make_old(path)
    return path


def raw(path: Path) -> bytes:
    return path.read_bytes()


def bodies(path: Path) -> list[tuple[str, Any]]:
    file = sqlite3.connect(path)
    rows = file.execute("SELECT what, body FROM history ORDER BY id").fetchall()
    file.close()
    return [(what, json.loads(body) if body else None) for what, body in rows]


async def test_keys_are_taken_out_of_every_line_and_the_line_says_so(old: Path) -> None:
    write_old(old, old_lines())
    await schema.bring_up_to_date(old)
    found = bodies(old)
    assert found[1][1] == {
        "kind": "contract_link",
        "way": "dm",
        "state": "sent",
        "said": {"class_name": "Chem"},
        "taken_out": ["url"],
    }
    assert found[2][1]["said"] == {"class_name": "Chem", "bar": 80}
    assert found[3][1]["taken_out"] == ["section", "booking", "where"]
    assert found[5][1] == {"what": "signed", "bar": 86, "name": "Ana Li", "taken_out": ["contract"]}
    assert found[6][1]["words"] == "Tomorrow"
    assert found[7][1]["words"] == "Is https://bot.school.example/agree/[…] from you?"
    assert [found[each] for each in (0, 8, 9)] == [old_lines()[each] for each in (0, 8, 9)]
    assert not [each for each in KEYS if each in json.dumps(found)]


async def test_they_are_not_left_in_a_corner_of_the_file_either(old: Path) -> None:
    write_old(old, old_lines())
    assert TOKEN.encode() in raw(old)
    await schema.bring_up_to_date(old)
    files = [each for each in old.parent.iterdir() if each.name.startswith(old.name)]
    assert not [key for key in KEYS for each in files if key.encode() in raw(each)]


async def test_the_rest_is_proven_and_digests_of_older_exports_still_stand_in_the_chain(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = write_old(old, old_lines())
    await schema.bring_up_to_date(old)
    async with open_database(old) as database:
        await database.write(lambda tx: tx.history.add(HistoryLine(NOW, "message", {"kind": "nudge"}, 1, 2)))
        await database.write(lambda tx: tx.history.erase(2, NOW))
        assert await database.read(lambda tx: tx.history.broken()) is None
    config = tmp_path / "config.toml"
    config.write_text(f'[discord]\ntoken = "a.test.token"\n[storage]\npath = "{old}"\n')
    check_history(config=config, digest=digest)
    said = capsys.readouterr().out
    assert "Nothing was changed. Lines: 43." in said
    assert "An update took links and handles out of 28 lines" in said
    assert "That digest stands after line 40" in said
    with pytest.raises(SystemExit, match="1"):
        check_history(config=config, digest="f" * 64)
    assert "does not go on from that digest" in capsys.readouterr().err


async def test_a_file_without_a_record_begins_with_none(old: Path) -> None:
    await schema.bring_up_to_date(old)
    assert bodies(old) == []
    assert check_file(old).broken is None


async def test_what_was_changed_before_the_update_is_not_vouched_for(old: Path) -> None:
    write_old(old, old_lines())
    file = sqlite3.connect(old)
    file.execute("DROP TRIGGER history_keeps_words")
    changed = json.dumps(message("contract_link", class_name="Else", url=LINK))
    file.execute("UPDATE history SET body = ? WHERE id = 2", (changed,))
    file.execute(migration.GUARDS[1])
    file.commit()
    file.close()
    await schema.bring_up_to_date(old)
    assert TOKEN not in json.dumps(bodies(old))
    assert check_file(old).broken == 2


def mutate(file: sqlite3.Connection, draw: random.Random, lines: int) -> str:
    number, column = draw.randint(1, lines), draw.choice(COLUMNS)
    row = file.execute("SELECT * FROM history WHERE id = ?", (number,)).fetchone()
    old = row[COLUMNS.index(column)]
    match draw.randint(0, 4):
        case 0:
            file.execute("DELETE FROM history WHERE id = ?", (number,))
            return f"line {number} taken out"
        case 1:
            file.execute(INSERT, [lines + 1, *row[1:-1], f"{draw.random()}"])
            return f"a copy of line {number} put in"
        case 2 if row[6]:
            # one fact of it, with nothing else touched
            body = json.loads(row[6])
            name = draw.choice(sorted(body))
            body[name] = draw.choice([{"else": 1}, "else", 7])
            new, column = json.dumps(body), "body"
        case _:
            may_be_empty = column not in ("id", "at", "what", "digest", "chain")
            news: list[Any] = [7_000_000, "{}", '{"said": "else"}', f"{draw.random()}", b"\xff", -1]
            new = draw.choice([each for each in [*news, *[None] * may_be_empty] if each != old])
    try:
        file.execute(f"UPDATE history SET {column} = ? WHERE id = ?", (new, number))  # noqa: S608  # our own
    except sqlite3.Error:  # SQLite itself refused it, such as words for a number
        return mutate(file, draw, lines)
    return f"{column} of line {number}: {new!r}"


async def test_a_thousand_ways_to_change_a_line_are_still_all_found(old: Path) -> None:
    write_old(old, old_lines())
    await schema.bring_up_to_date(old)
    async with open_database(old) as database:

        def more(tx: Tx) -> None:
            for number in range(5):
                tx.history.add(HistoryLine(NOW, "message", {"kind": "nudge", "why": f"{number}"}, 1, 2))

        await database.write(more)
        file = sqlite3.connect(old, isolation_level=None)
        for each in ("history_keeps_rows", "history_keeps_words"):
            file.execute(f"DROP TRIGGER {each}")
        draw, missed = random.Random(7), list[str]()
        kept = file.execute("SELECT * FROM history").fetchall()
        for _ in range(MUTATIONS):
            what = mutate(file, draw, len(kept))
            if await database.read(lambda tx: tx.history.broken()) is None:
                missed.append(what)
            file.execute("BEGIN")
            file.execute("DELETE FROM history")
            file.executemany(INSERT, kept)
            file.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'history'", (len(kept),))
            file.execute("COMMIT")
        file.close()
        assert missed == []
        assert await database.read(lambda tx: tx.history.broken()) is None


@pytest.mark.parametrize("where", ["at the end", "instead of the update's own"])
async def test_nobody_else_takes_anything_out_by_such_a_line(old: Path, where: str) -> None:
    """A second one, chained as it should be, vouches for nothing; nor does one among lines of the new form."""
    write_old(old, old_lines())
    await schema.bring_up_to_date(old)
    file = sqlite3.connect(old, isolation_level=None)
    for each in ("history_keeps_rows", "history_keeps_words"):
        file.execute(f"DROP TRIGGER {each}")
    file.execute("UPDATE history SET body = '{}' WHERE id = 1")
    left = json.loads(file.execute("SELECT body FROM history WHERE id = 41").fetchone()[0])["lines"]
    if where == "instead of the update's own":
        # a line of the new form in its place, so that it comes later
        file.execute("DELETE FROM history WHERE id = 41")
        add_new(file, 41, 40, "message", {"kind": "nudge"})
    add_new(file, 42, 41, "taken_out", {"lines": left | {"1": sha("{}")}})
    file.close()
    assert check_file(old).broken == (1 if where == "at the end" else 41)


def add_new(file: sqlite3.Connection, number: int, after: int, what: str, body: dict[str, Any]) -> None:
    (before,) = file.execute("SELECT chain FROM history WHERE id = ?", (after,)).fetchone()
    digest = sha(json.dumps(body, sort_keys=True))
    chain = sha(json.dumps([2, before, NOW.isoformat(), None, None, None, what, digest]))
    at = int(NOW.timestamp()) * 1_000_000
    file.execute(INSERT, (number, at, None, None, None, what, json.dumps(body), digest, chain))


def test_what_the_update_kept_may_be_kept_today() -> None:
    """When a fact is not to be recorded any more, lines that have it need an update of their own."""
    too_much = {what: names - LINES[what] for what, names in migration.LINES.items()}
    assert {what: names for what, names in too_much.items() if names} == {}
    assert set(migration.LINES) <= set(LINES)
