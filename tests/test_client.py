"""The client itself: what it asks Discord for, commands, log-ins, and the answer of last resort."""

from __future__ import annotations

import ast
import asyncio
import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord.components import walk_components

import bot.client
from bot import views
from bot.client import COGS, INTENTS
from bot.services.upkeep import UpkeepService
from bot.storage.database import Database
from bot.views import presses
from bot.views.presses import Pick, Press
from tests.builders import NOW
from tests.classroom import APOLOGY, Classroom
from tests.services.conftest import database, empty_database_file

__all__ = ["database", "empty_database_file"]

VIEWS = Path(views.__path__[0])


# --- what it asks for --------------------------------------------------------------------------------


def test_it_asks_for_no_privileged_intent() -> None:
    privileged = discord.Intents(members=True, presences=True, message_content=True)
    assert INTENTS.value & privileged.value == 0


async def test_commands_are_registered_once_over_restarts_and_again_when_they_change(
    classroom: Classroom,
) -> None:
    def syncs() -> int:
        return len(classroom.requests("PUT", "/applications/*/commands"))

    assert syncs() == 1
    for _ in range(2):
        await classroom.restart()
    assert syncs() == 1
    await classroom.app.services.upkeep.set_fact("commands", "those of an older version")
    await classroom.restart()
    assert syncs() == 2
    assert "no class to join here" in (await classroom.students[0].slash("join")).text


async def test_every_command_says_what_it_is_for_and_keeps_to_discords_limits(classroom: Classroom) -> None:
    tree = classroom.app.client.tree
    found = [command.to_dict(tree) for command in tree.get_commands()]
    assert len(COGS) == 9
    assert len(found) >= 10
    for command in found:
        _check_command(command)
        assert _size(command) <= 8000


def _check_command(command: dict[str, Any]) -> None:
    assert re.fullmatch(r"[a-z-]{1,32}", command["name"])
    assert 1 <= len(command["description"]) <= 100
    options = command.get("options", [])
    assert len(options) <= 25
    for each in options:
        _check_command(each)


def _size(command: dict[str, Any]) -> int:
    """Characters of names, descriptions and values, as Discord counts them over the whole tree."""
    own = len(command["name"]) + len(command.get("description", ""))
    return own + sum(_size(each) for each in (*command.get("options", ()), *command.get("choices", ())))


async def test_a_teachers_commands_are_out_of_students_sight_and_for_servers_alone(
    classroom: Classroom,
) -> None:
    """It only tidies menus: the services check for themselves."""
    ana = classroom.students[0]
    students = {"join", "today", "book", "quiz"}
    seen = {each.split()[0] for each in ana.actor.available_commands(classroom.lobby)}
    assert students <= seen
    assert not seen & {"class", "course", "prework", "nudge", "progress", "officehours"}
    assert "join" not in {each.split()[0] for each in ana.actor.user.available_commands()}


# --- buttons -----------------------------------------------------------------------------------------


def test_no_button_is_dead_every_action_that_a_view_draws_has_a_handler() -> None:
    for module in pkgutil.iter_modules([str(VIEWS)]):
        importlib.import_module(f"bot.views.{module.name}")
    registries = {
        "primary": presses._presses,
        "Button": presses._presses,
        "Menu": presses._picks,
        "Form": presses._forms,
    }
    drawn = list(_drawn())
    assert len(drawn) >= 40
    for maker, action, place in drawn:
        assert action in registries[maker], f"{place}: nothing answers {action!r}"


def _drawn() -> Iterator[tuple[str, str, str]]:
    """(maker, action, where) of every call that names its action: the second argument."""
    for path in sorted(VIEWS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(
                    func=ast.Name("primary" | "Button" | "Menu" | "Form" as maker),
                    args=[_, ast.Constant(str(action)), *_],
                ):
                    yield maker, action, f"{path.name}:{node.lineno}"
                case _:
                    pass


HANDLES = st.from_regex(r"[\w.-]{1,64}", fullmatch=True)
ACTIONS = st.sampled_from(sorted({*presses._presses, *presses._picks, *presses._forms} or {"join"}))


@given(st.sampled_from(["fc", "fs", "fm", "xx"]), ACTIONS, HANDLES)
def test_no_custom_id_is_answered_by_two(kind: str, action: str, handle: str) -> None:
    """discord.py runs every pattern that matches (RD10)."""
    name = f"{kind}:{action}:{handle}"
    assert len(name) <= 100
    patterns = {"fc": Press, "fs": Pick}
    matching = {
        key for key, each in patterns.items() if each.__discord_ui_compiled_template__.fullmatch(name)
    }
    assert matching == {kind} & set(patterns)


# --- gateway log-ins ---------------------------------------------------------------------------------


async def test_log_ins_are_counted_over_restarts_and_free_again_after_an_hour(database: Database) -> None:
    for minute in range(20):
        upkeep = UpkeepService(database)  # each process has its own
        now = NOW + minute * timedelta(minutes=1)
        assert await upkeep.may_identify(now, 20) == now
        await upkeep.note_identify(now)
    upkeep = UpkeepService(database)
    half_past = NOW + timedelta(minutes=30)
    assert await upkeep.may_identify(half_past, 20) == NOW + timedelta(hours=1)
    assert await upkeep.may_identify(half_past, 21) == half_past
    assert await upkeep.may_identify(NOW + timedelta(hours=1, microseconds=1), 20) > NOW


async def test_past_its_budget_a_log_in_waits(classroom: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(bot.client, "asyncio", SimpleNamespace(**{**vars(asyncio), "sleep": sleep}))
    client = classroom.app.client
    for _ in range(20):
        await client.before_identify_hook(None, initial=True)
    assert waits == []
    await client.before_identify_hook(None, initial=True)
    (seconds,) = waits
    assert 3590 < seconds <= 3602


# --- when something breaks ---------------------------------------------------------------------------


async def test_a_fault_of_ours_is_answered_with_a_number_that_stands_in_the_log(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    ana = classroom.students[0]
    monkeypatch.setattr(classroom.app.services.progress, "today", broken)
    result = await ana.actor.slash(classroom.lobby, "today")
    said = "\n".join(each["content"] for each in walk_components(result.response.components)
                     if each.get("content"))  # fmt: skip
    assert APOLOGY in said
    number = re.search(r"this number: ([0-9a-f]{6})", said)
    assert number is not None
    assert result.response.ephemeral
    assert number[1] in capsys.readouterr().out
    assert [type(each) for each in classroom.env.errors]  # simcord saw it too


@pytest.mark.parametrize("code", [10062, 40060])
async def test_an_interaction_that_is_over_is_let_go_without_a_fault(classroom: Classroom, code: int) -> None:
    """Discord replays events after a pause of the connection; the answer to an old one is refused (RA16)."""
    classroom.refuse("POST", "/interactions/*/callback", 404, code, times=1)
    ana = classroom.students[0]
    result = await ana.actor.slash(classroom.lobby, "today")
    assert result.response is None
    assert result.followups == []
    assert "No class of yours here" in (await ana.slash("today")).text
    assert len(classroom.env.errors) <= 1


async def test_a_button_of_an_older_version_is_answered_kindly(classroom: Classroom) -> None:
    ana = classroom.students[0]
    screen = await ana.slash("today")
    message = screen.result.response.message
    stored = classroom.env.backend.get_message(message.channel.id, message.id)
    button = next(each for each in walk_components(stored.components) if each["type"] == 2)
    for custom_id in ("fc:was_there_once:x", "fc:join:-"):
        button["custom_id"] = custom_id
        result = await ana.actor.click(message, custom_id=custom_id)
        assert result.acknowledged
    assert "no class to join" in str(result.response.components)
