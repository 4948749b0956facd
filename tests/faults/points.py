"""The courier's durable steps as its source names them, and what in it stands outside of any step (RD2)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

DELIVERY = Path(__file__).parents[2] / "bot" / "delivery"
#: the SDK's transport lies beneath the calls of sms.py
BENEATH = {"twilio_client.py"}
#: what is awaited of Discord, Twilio and our own tasks without an effect that others see
LOOKS = {
    "_load", "acquire", "active_threads", "close", "fetch_channel", "fetch_channels", "fetch_member", "fetch_roles",
    "fetch_user", "gather", "history", "identity", "known",
    "list_async", "query_members", "sleep", "timeout", "to_thread",
    "wait",
}  # fmt: skip
#: done twice it is done once: a thread that was put away is taken out again
HARMLESS = {"edit_channel"}
#: context managers without an effect
LOCKS = {
    "_bound",
    "_loading",
    "_locks",
    "_opening",
    "_turn",
    "_working",
    "claiming",
    "outgoing() if lane.files else nullcontext()",
}


def steps() -> list[str]:
    """Names of the steps, in the order in which they stand in the code."""
    return [name for tree in _sources().values() for name in _names(tree)]


def edges() -> list[str]:
    """Every point at which the suite dies: before and after each step."""
    return [f"{name}:{edge}" for name in steps() for edge in ("before", "after")]


def outside() -> list[str]:
    """Awaited calls in no step that are neither the courier's own nor a look: each could double an effect."""
    trees = _sources()
    own = {name for tree in trees.values() for name in _own(tree)}
    return [
        f"{file}:{call.lineno}: {_called(call)}"
        for file, tree in trees.items()
        for call in _awaited(tree)
        if _called(call) not in own | LOOKS | HARMLESS | LOCKS
    ]


def awaited() -> int:
    """How many awaited calls there are outside of steps, the harmless ones included."""
    return sum(len(list(_awaited(tree))) for tree in _sources().values())


def _sources() -> dict[str, ast.Module]:
    return {
        path.name: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(DELIVERY.glob("*.py"))
        if path.name not in BENEATH
    }


def _own(tree: ast.AST) -> Iterator[str]:
    """Functions of the folder's own; what a protocol names is done elsewhere."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and any(
            isinstance(b, ast.Name) and b.id == "Protocol" for b in node.bases
        ):
            continue
        if isinstance(node, ast.AsyncFunctionDef):
            yield node.name
        yield from _own(node)


def _step(node: ast.With | ast.AsyncWith) -> str | None:
    for item in node.items:
        match item.context_expr:
            case ast.Call(func=ast.Name(id="step"), args=[ast.Constant(value=str(name))]):
                return name
            case _:
                continue
    return None


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and (name := _step(node)) is not None:
            yield name


def _awaited(tree: ast.AST) -> Iterator[ast.Call | ast.expr]:
    """What is awaited outside of steps."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.With) and _step(node) is not None:
            continue
        if isinstance(node, ast.Await):
            yield from _branches(node.value)
        elif isinstance(node, ast.AsyncFor):
            yield node.iter
        elif isinstance(node, ast.AsyncWith):
            yield from (item.context_expr for item in node.items)
        yield from _awaited(node)


def _branches(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from _branches(value.body)
        yield from _branches(value.orelse)
    elif not isinstance(value, ast.Constant):
        yield value


def _called(node: ast.expr) -> str:
    match node:
        case ast.Call(func=func):
            return _called(func)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Subscript(value=value):
            return _called(value)
        case _:
            return ast.unparse(node)
