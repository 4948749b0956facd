"""Every command tells people what it does, in Discord and on paper."""

from __future__ import annotations

from typing import Any

import pytest
from discord import app_commands

from tests.meta import pages

MOST_DESCRIPTION = 100
MOST_OF_ONE_COMMAND = 8000


@pytest.fixture(scope="module")
def commands() -> list[app_commands.Command[Any, Any, Any]]:
    found = pages.commands()
    assert len(found) > 10
    return found


def test_a_command_and_each_of_its_options_are_described(commands: list[app_commands.Command[Any, Any, Any]]):
    described = {command.qualified_name: command.description for command in commands}
    described |= {
        f"{command.qualified_name} {option.display_name}": str(option.description)
        for command in commands
        for option in command.parameters
    }
    # discord.py puts an ellipsis where nobody wrote anything
    bad = {
        name: text for name, text in described.items() if text in ("", "…") or len(text) > MOST_DESCRIPTION
    }
    assert bad == {}


def test_permissions_stand_where_discord_reads_them(commands: list[app_commands.Command[Any, Any, Any]]):
    """Discord ignores the permissions and places of a command in a group: they belong on the group."""
    inside = [command for command in commands if command.parent is not None]
    assert inside
    ignored = [
        each.qualified_name for each in inside if each.default_permissions is not None or each.guild_only
    ]
    assert ignored == []


def test_a_command_keeps_within_discords_length(commands: list[app_commands.Command[Any, Any, Any]]):
    sizes = {
        command.qualified_name: len(command.name) + len(command.description)
        + sum(len(option.display_name) + len(str(option.description)) for option in command.parameters)
        for command in commands
    }  # fmt: skip
    by_root: dict[str, int] = {}
    for name, size in sizes.items():
        root = name.split()[0]
        by_root[root] = by_root.get(root, 0) + size
    assert max(by_root.values()) < MOST_OF_ONE_COMMAND


def test_the_reference_page_is_the_commands():
    written = (pages.PAGES / "commands.md").read_text(encoding="utf-8")
    assert written == pages.commands_page(), "run `make docs`"
