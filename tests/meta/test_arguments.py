"""Time, randomness and ids come in as arguments: what decides can be asked again and answers the same."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.meta.project import ROOT, modules, tree

PURE = ("bot/domain", "bot/services", "bot/storage", "bot/views", "bot/words", "bot/delivery", "cogs")
#: of modules or classes of the standard library: what gives another answer each time
FICKLE = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("utils", "utcnow"),
    ("uuid", "uuid4"),
    ("secrets", "token_urlsafe"),
    ("secrets", "token_hex"),
    ("secrets", "randbelow"),
    ("random", "random"),
    ("random", "choice"),
    ("random", "sample"),
    ("random", "shuffle"),
    ("random", "randint"),
}
#: a number to quote after a fault decides nothing, nor does the name by which a file is told from another
ALLOWED = {("bot/views/presses.py", "secrets.token_hex"), ("bot/storage/marks.py", "secrets.token_hex")}


def fickle(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        match node:
            case ast.Attribute(value=ast.Name(id=owner) | ast.Attribute(attr=owner), attr=name):
                if (owner, name) in FICKLE:
                    found.add(f"{owner}.{name}")
            case _:
                pass
    return found


def test_what_decides_reads_no_clock_and_draws_no_number():
    paths = modules(*PURE)
    assert len(paths) > 50
    places = {(str(path.relative_to(ROOT)), each) for path in paths for each in fickle(path)}
    assert places - ALLOWED == set()


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("datetime.now(UTC)", True),
        ("discord.utils.utcnow()", True),
        ("random.choice(bank)", True),
        ("random.Random(seed).choice(bank)", False),
        ("clock()", False),
    ],
)
def test_a_clock_is_told_from_an_argument(tmp_path: Path, line: str, caught: bool):
    path = tmp_path / "sample.py"
    path.write_text(line)
    assert bool(fickle(path)) is caught
