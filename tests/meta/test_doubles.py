"""Doubles: none where the real thing can be had, and one place for each."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

from tests.meta.project import ROOT, calls, modules, tree

MOCKS = {"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock"}
#: these make a mock unless they are given what to put there, as so many arguments
PATCHES = {"patch": 2, "object": 3}
TRUE_TO = {"spec", "spec_set", "autospec", "new"}
FAKES = [path for path in modules("tests/fakes") if path.name != "__init__.py"]


def test_a_mock_is_true_to_what_it_stands_for():
    paths = modules("tests")
    assert len(paths) > 20
    loose = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in paths
        for name, call in calls(path)
        if is_loose(name, call)
    ]
    assert loose == []


def is_loose(name: str, call: ast.Call) -> bool:
    """A mock that answers to any call, whether or not the real thing does."""
    makes_one = name in MOCKS or len(call.args) < PATCHES.get(name, 0)
    return makes_one and not TRUE_TO & {each.arg for each in call.keywords}


@pytest.mark.parametrize(
    ("line", "loose"),
    [
        ("Mock()", True),
        ("AsyncMock(spec=Phone)", False),
        ("mock.patch('bot.x.y')", True),
        ("mock.patch('bot.x.LIMIT', 5)", False),
        ("patch.object(phone, 'send')", True),
        ("patch.object(phone, 'send', autospec=True)", False),
        ("Phone()", False),
    ],
)
def test_a_loose_mock_is_told_from_a_true_one(tmp_path: Path, line: str, loose: bool):
    path = tmp_path / "sample.py"
    path.write_text(line)
    assert [is_loose(name, call) for name, call in calls(path)] == [loose]


def public(kind: type) -> dict[str, list[str]]:
    """Methods of a class with the names of their arguments."""
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name: list(inspect.signature(fn).parameters) for name, fn in found if not name.startswith("_")}


@pytest.mark.parametrize("path", FAKES, ids=lambda path: path.stem)
def test_a_fake_stands_in_the_file_of_the_same_name_and_answers_the_same_calls(path: Path):
    assert (ROOT / "bot/services" / path.name).exists(), (
        "a fake has the name of the services' module it stands for"
    )
    names = [node.name for node in tree(path).body if isinstance(node, ast.ClassDef)]
    fakes = [name for name in names if name.startswith("Fake")]
    assert len(fakes) == 1
    fake = public(getattr(import_module(f"tests.fakes.{path.stem}"), fakes[0]))
    real_module = import_module(f"bot.services.{path.stem}")
    real = public(next(kind for name, kind in vars(real_module).items() if name.endswith("Service")))
    shared = fake.keys() & real.keys()
    assert shared, "the fake answers none of the real one's calls"
    assert {name: fake[name] for name in shared} == {name: real[name] for name in shared}
