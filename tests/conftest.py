"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.classroom import Classroom, open_classroom


@pytest.fixture
async def classroom(tmp_path: Path) -> AsyncIterator[Classroom]:
    """A server with Flipcord, a teacher and three students; no class yet."""
    async with open_classroom(tmp_path) as room:
        yield room
