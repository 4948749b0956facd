"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

import bot.storage.history
from bot.domain.disclosure import kept
from tests.classroom import Classroom, open_classroom
from tests.limits import check_requests

# its own default draws a fault with everything that was in reach, which takes minutes for a whole bot
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
    ]
)

# how long an example takes tells of the machine and what else it does, not of the bot
settings.register_profile("flipcord", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("flipcord"), max_examples=25)
settings.load_profile("flipcord")


def _named(what: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The record leaves out what is not named; here that is told, so that no fact is lost by forgetting its name."""
    found = kept(what, body)
    assert found.keys() == body.keys(), f"a line {what!r} may not hold {body.keys() - found.keys()}"
    return found


bot.storage.history.kept = _named

pytest_plugins = ["tests.plugins.loopback_only", "tests.plugins.reached"]


@pytest.fixture
async def classroom(tmp_path: Path) -> AsyncIterator[Classroom]:
    """A server with Flipcord, a teacher and three students; no class yet.

    Whatever a test walks through, at the end each request of the bot has kept to Discord's limits and pinged
    nobody.
    """
    async with open_classroom(tmp_path) as room:
        yield room
        room.env._raise_errors_since(room.env._errors_acknowledged)
        check_requests(room.env.http_requests)
