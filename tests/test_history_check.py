"""``flipcord history check``: an operator sees in one line whether the record is as it was written."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from bot.cli import EX_CONFIG, check_history
from bot.domain.records import HistoryLine
from bot.storage.database import open_database
from tests.builders import NOW


async def _fill(path: Path) -> str:
    async with open_database(path) as database:
        for number in range(3):
            line = HistoryLine(NOW, "message", {"why": f"{number}"})
            await database.write(lambda tx, line=line: tx.history.add(line))
        return (await database.read(lambda tx: tx.history.head()))[1]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    database = tmp_path / "flipcord.sqlite3"
    path.write_text(f'[discord]\ntoken = "a.test.token"\n[storage]\npath = "{database}"\n')
    return path


def test_a_whole_record_is_told_with_its_digest_and_a_changed_one_with_its_first_line(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    digest = asyncio.run(_fill(config.with_name("flipcord.sqlite3")))
    check_history(config=config)
    assert capsys.readouterr().out == f"Nothing was changed. Lines: 3. Last digest: {digest}\n"
    file = sqlite3.connect(config.with_name("flipcord.sqlite3"))
    file.execute("DROP TRIGGER history_keeps_words")
    file.execute("UPDATE history SET what = 'else' WHERE id = 2")
    file.commit()
    file.close()
    with pytest.raises(SystemExit, match="1"):
        check_history(config=config)
    assert capsys.readouterr().err == "Line 2 is missing or was changed. Lines: 3.\n"


def test_without_a_database_it_says_so_and_makes_none(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=str(EX_CONFIG)):
        check_history(config=config)
    assert "has no history to look over" in capsys.readouterr().err
    assert not config.with_name("flipcord.sqlite3").exists()
