"""What the tests of the code base look at: its files, its commands, its handlers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ("bot", "cogs")
#: made by tools, or not ours to check
LEFT_OUT = {"__pycache__", "build", "node_modules"}


def modules(*folders: str) -> list[Path]:
    """Python files under these folders of the project; never none."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    found = [path for path in found if not LEFT_OUT & set(path.parts)]
    assert found, f"no modules in {folders}"
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module, with the bare name of what is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node
                case _:
                    pass


def _files(folder: Path) -> Iterator[Path]:
    """Without what is not the project's: environments, builds and caches, in which others may be at work."""
    for path in folder.iterdir():
        hidden = path.name.startswith(".") and path.name not in (".ci", ".gitignore")
        if hidden or path.name in LEFT_OUT or "egg-info" in path.name:
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path


def texts() -> dict[Path, str]:
    """Every text file that belongs to the project, by its path from the root."""
    found: dict[Path, str] = {}
    for path in sorted(_files(ROOT)):
        place = path.relative_to(ROOT)
        try:
            found[place] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found
