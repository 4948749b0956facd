"""No test's outcome hangs on how fast the machine is: what it waits for is an event, and its bound the one constant."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.meta.project import ROOT, modules, tree

#: bounds that are meant to run out, since nothing may come: a slow machine changes nothing in that
MEANT_TO_RUN_OUT = {
    ("tests/test_schedule.py", "timeout(0.2)"),
    ("tests/loopback/test_people.py", "timeout_s=0.01"),
    ("tests/loopback/test_world.py", "timeout_s=0.1"),
    ("tests/loopback/test_world.py", "timeout_s=0.3"),
    ("tests/loopback/test_world.py", "timeout=1"),
    ("tests/web/test_twilio.py", "timeout=0.4"),
}


def bounds(module: ast.Module) -> Iterator[str]:
    """Seconds that a test names by itself, marks with some, and stop-watches."""
    for node in ast.walk(module):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="asyncio"), attr="timeout" as name),
                args=[ast.Constant(value=float() | int() as seconds)],
            ):
                yield f"{name}({seconds})"
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="asyncio"), attr="wait_for" as name),
                args=[_, ast.Constant(value=float() | int() as seconds)],
            ):
                yield f"{name}({seconds})"
            case ast.keyword(
                arg="timeout" | "timeout_s" as name, value=ast.Constant(value=float() | int() as seconds)
            ):
                yield f"{name}={seconds}"
            case ast.Attribute(value=ast.Attribute(attr="mark"), attr="timeout"):
                yield "pytest.mark.timeout"
            case ast.Attribute(value=ast.Name(id="time"), attr="perf_counter"):
                yield "perf_counter"
            case _:
                pass


def test_no_test_has_a_bound_of_its_own_that_a_slow_machine_could_pass():
    paths = modules("tests")
    assert len(paths) > 100
    found = {(str(path.relative_to(ROOT)), each) for path in paths for each in bounds(tree(path))}
    assert found - MEANT_TO_RUN_OUT == set()
    assert MEANT_TO_RUN_OUT - found == set(), "no longer there"


@pytest.mark.parametrize(
    "line",
    [
        "async with asyncio.timeout(5): pass",
        "await asyncio.wait_for(work, 60)",
        "await world.bot.stop(timeout_s=15)",
        "subprocess.run(command, timeout=200)",
        "pytestmark = pytest.mark.timeout(120)",
        "begin = time.perf_counter()",
    ],
)
def test_it_would_be_noticed(line: str):
    body = ast.parse("async def test():\n    " + line)
    assert list(bounds(body))
