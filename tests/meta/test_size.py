"""Files are read in one sitting."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from tests.meta.project import ROOT, SOURCE, modules, tree

MOST_LINES, MOST_IN_A_COG = 400, 150


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def too_long(paths: list[Path], most: int) -> list[str]:
    return [f"{path.relative_to(ROOT)}: {lines(path)}" for path in paths if lines(path) > most]


def test_a_module_has_at_most_400_lines():
    # a migration is as long as the schema it writes, and is never changed again
    paths = [path for path in modules(*SOURCE) if "versions" not in path.parts]
    assert len(paths) > 50
    assert too_long(paths, MOST_LINES) == []


def test_a_cog_has_under_150_lines():
    paths = modules("cogs")
    assert len(paths) > 5
    assert too_long(paths, MOST_IN_A_COG - 1) == []


def test_the_median_function_has_under_ten_lines():
    functions = [
        node.end_lineno - node.lineno + 1
        for path in modules(*SOURCE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]
    assert len(functions) > 200
    assert median(functions) < 10


def test_a_module_says_in_its_first_lines_what_it_is_for():
    paths = [path for path in modules(*SOURCE) if path.name != "__init__.py"]
    assert [str(path.relative_to(ROOT)) for path in paths if ast.get_docstring(tree(path)) is None] == []
