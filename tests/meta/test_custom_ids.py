"""Every button, menu and form finds its handler, and only its own (RD10)."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import random
import string

import pytest

import bot.views
from bot.views import presses
from tests.meta.project import ROOT, calls, modules, tree

#: what makes something to press, and what the registry of its handlers is
MAKERS = {
    "Button": "press",
    "primary": "press",
    "Menu": "pick",
    "UserMenu": "pick",
    "draw_choice": "pick",
    "Form": "form",
}
#: these hand an action on that they were given
HANDED_ON = {
    "bot/views/cards.py",
    "bot/views/choosing.py",
    "bot/views/lists.py",
    "bot/views/presses.py",
}
GENERATED = 100_000


@pytest.fixture(scope="module")
def handlers() -> dict[str, set[str]]:
    for each in pkgutil.iter_modules(bot.views.__path__):
        importlib.import_module(f"bot.views.{each.name}")
    found = {"press": set(presses._presses), "pick": set(presses._picks), "form": set(presses._forms)}
    assert all(found.values())
    return found


def shown() -> dict[str, set[str]]:
    """The actions that views and cogs put on what they show."""
    found: dict[str, set[str]] = {"press": set(), "pick": set(), "form": set()}
    for path in modules("bot/views", "bot/delivery", "cogs"):
        for name, call in calls(path):
            given = [*call.args[1:2], *(each.value for each in call.keywords if each.arg == "action")]
            match given:
                case [ast.Constant(value=str(action))] if name in MAKERS:
                    found[MAKERS[name]].add(action)
                case [_] if name in MAKERS and not isinstance(call.func, ast.Attribute):
                    where = str(path.relative_to(ROOT))
                    assert where in HANDED_ON, (
                        f"{where}:{call.lineno}: write the action out, so that it can be found"
                    )
                case _:
                    pass
    assert all(found.values())
    return found


@pytest.mark.parametrize("kind", ["press", "pick", "form"])
def test_what_is_shown_has_a_handler_and_every_handler_is_shown(handlers: dict[str, set[str]], kind: str):
    assert shown()[kind] == handlers[kind]


def some_handle(draw: random.Random) -> str:
    return "".join(draw.choices(string.ascii_letters + string.digits + "-_.", k=draw.randint(1, 64)))


def test_every_custom_id_finds_its_own_handler(handlers: dict[str, set[str]]):
    prefixes = {"press": "fc", "pick": "fs", "form": "fm"}
    actions = [(prefixes[kind], action) for kind, names in handlers.items() for action in sorted(names)]
    draw = random.Random(7)
    for _ in range(GENERATED):
        prefix, action = draw.choice(actions)
        handle = some_handle(draw)
        custom_id = f"{prefix}:{action}:{handle}"
        assert len(custom_id) <= 100
        assert presses.read_id(custom_id) == (prefix, action, handle)


def test_a_custom_id_that_is_not_whole_is_nobodys():
    for each in (
        "fc:a",
        "fc:a:",
        "fc:a:x\n",
        "fc:a\n:x",
        "fc::x",
        "fx:a:x",
        " fc:a:x",
        "fc:A:x",
        "fc:a:x:y",
        "",
    ):
        assert presses.read_id(each) is None, each


def test_views_are_made_only_from_cards_and_forms():
    """A view of discord.py's own, kept by it, would answer beside the patterns."""
    kept = {"View", "button", "select", "add_view"}
    paths = modules("bot/views", "bot/delivery", "cogs")
    assert any(
        isinstance(node, ast.ClassDef) and node.name == "Form"
        for path in paths
        for node in ast.walk(tree(path))
    )
    assert [
        f"{path.name}:{call.lineno}" for path in paths for name, call in calls(path) if name in kept
    ] == []
