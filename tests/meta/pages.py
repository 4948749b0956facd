"""The reference pages that are written from the code. `make docs` writes them; a test compares."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Union, get_args, get_origin

from discord import app_commands
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.app import open_app
from bot.client import COGS
from bot.config import Settings
from tests.meta.project import ROOT

PAGES = ROOT / "docs" / "reference"

SETTINGS_HEAD = """\
# Settings

In `config.toml`; [config.example.toml](../../config.example.toml) is one to start from. Every setting can
also be given in the environment, which goes before the file: `FLIPCORD_`, the part, two underscores, the
setting, such as `FLIPCORD_DISCORD__TOKEN`. A setting that does not exist, or a value that makes no sense,
stops Flipcord with one line for each, and exit code 78.

This page is written from `bot/config.py` by `make docs`.
"""

COMMANDS_HEAD = """\
# Commands

Type `/` in Discord to see them. What Flipcord answers is seen by you alone, except for the cards it posts
to a channel. Times are in your class's time zone. Commands for teachers are shown to people with the
permission *Manage Server*; who may do what is checked again by Flipcord itself.

This page is written from `cogs/` by `make docs`.
"""

KINDS = {"string": "text", "integer": "whole number", "user": "person", "attachment": "file"}


# --- settings ---------------------------------------------------------------------------------------


def leaves(part: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every setting with its dotted key; parts are walked into unless the whole part has one description."""
    for name, field in part.model_fields.items():
        inner = part_of(field.annotation)
        if inner is None or (path and field.description):
            yield ".".join((*path, name)), field
        else:
            yield from leaves(inner, (*path, name))


def part_of(annotation: Any) -> type[BaseModel] | None:
    """The part that a field holds, also where it may be left out."""
    options = get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)
    return next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)


def default(field: Any) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "needed"
    if value is None or value == ():
        return "none"
    if isinstance(value, BaseModel):
        return "`{ " + ", ".join(f'{name} = "{each:%H:%M}"' for name, each in value) + " }`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" if isinstance(value, int | float) else f'`"{value}"`'


def settings_page() -> str:
    parts = [SETTINGS_HEAD]
    for name, field in Settings.model_fields.items():
        part = part_of(field.annotation)
        assert part is not None
        whole = f"{field.description}\n\n" if field.description else ""
        rows = [f"| `{key}` | {default(each)} | {each.description} |" for key, each in leaves(part, (name,))]
        parts.append(f"## [{name}]\n\n{whole}{table('Setting', 'If left out', 'What it is', rows=rows)}")
    return "\n".join(parts)


def table(*heads: str, rows: list[str]) -> str:
    return "\n".join([f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows, ""])


# --- commands ---------------------------------------------------------------------------------------


def commands() -> list[app_commands.Command[Any, Any, Any]]:
    """Every command as a running Flipcord registers it."""
    return asyncio.run(_commands())


async def _commands() -> list[app_commands.Command[Any, Any, Any]]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "flipcord.sqlite3"
        settings = Settings.model_validate({"discord": {"token": "-"}, "storage": {"path": path}})
        async with open_app(settings) as app:
            for cog in COGS:
                await app.client.load_extension(f"cogs.{cog}")
            found = [
                each for each in app.client.tree.walk_commands() if isinstance(each, app_commands.Command)
            ]
    return sorted(found, key=lambda each: each.qualified_name)


def is_for_teachers(command: app_commands.Command[Any, Any, Any]) -> bool:
    """Discord takes permissions of a whole group only, not of a command in it."""
    allowed = (command.root_parent or command).default_permissions
    return allowed is not None and allowed.manage_guild


def sentence(text: str) -> str:
    return text if text.endswith(("?", ".", "!")) else f"{text}."


def options(command: app_commands.Command[Any, Any, Any]) -> str:
    rows = [
        f"| `{each.display_name}` | {KINDS.get(each.type.name, each.type.name)} "
        f"| {'yes' if each.required else ''} | {each.description} |"
        for each in command.parameters
    ]
    return "\n" + table("Option", "Kind", "Needed", "What it is", rows=rows) if rows else ""


def described(command: app_commands.Command[Any, Any, Any]) -> str:
    return f"### `/{command.qualified_name}`\n\n{sentence(command.description)}\n{options(command)}"


def commands_page() -> str:
    found = commands()
    parts = [COMMANDS_HEAD]
    for title, wanted in (("For students", False), ("For teachers", True)):
        parts.append(f"## {title}\n")
        parts += [described(command) for command in found if is_for_teachers(command) is wanted]
    return "\n".join(parts)


def main() -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / "settings.md").write_text(settings_page(), encoding="utf-8")
    (PAGES / "commands.md").write_text(commands_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
