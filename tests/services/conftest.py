"""A real database for each test; the schema is made once and copied."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database, open_database
from bot.storage.schema import bring_up_to_date


@pytest.fixture(scope="session")
def empty_database_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "flipcord.sqlite3"
    asyncio.run(bring_up_to_date(path))
    return path


@pytest.fixture
async def database(empty_database_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "flipcord.sqlite3"
    shutil.copy(empty_database_file, path)
    async with open_database(path) as opened:
        # a power cut is for the fault tests; here each wait for the disk would only cost time
        await opened._writer.connection.execute("PRAGMA synchronous=OFF")
        yield opened
