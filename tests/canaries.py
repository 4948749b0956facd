"""A message of every class there is, with a value in each field that is found again wherever it comes to stand."""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from bot.domain.course import Check, Objective, PreWork, Unit, Video
from bot.domain.messages import Content

_numbers = itertools.count(1)
#: shapes that a class of values must have to be what it is
_BASE = datetime(2031, 5, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filled:
    """``marks``: of each field, what of it is to be found; none for yes and no."""

    content: Any
    marks: Mapping[str, tuple[str, ...]]

    @property
    def kind(self) -> type:
        return type(self.content)

    def of(self, *names: str) -> set[str]:
        return {mark for name in names for mark in self.marks[name]}

    @property
    def all(self) -> set[str]:
        return self.of(*self.marks)


def content_classes() -> list[type]:
    """From the union itself: what is added there is tried here."""
    return [*get_args(Content)]


def filled(kind: type) -> Filled:
    hints = get_type_hints(kind)
    values = {each.name: _fill(hints[each.name], f"{kind.__name__}.{each.name}") for each in fields(kind)}
    return Filled(
        kind(**{name: value for name, (value, _) in values.items()}),
        {name: tuple(marks) for name, (_, marks) in values.items()},
    )


def _fill(hint: Any, label: str) -> tuple[Any, list[str]]:  # noqa: C901  # one case for each kind of value
    number = next(_numbers)
    origin = get_origin(hint)
    if origin is Annotated:
        return _fill(get_args(hint)[0], label)
    if origin in (Union, types.UnionType):
        return _fill(next(each for each in get_args(hint) if each is not type(None)), label)
    if origin is tuple:
        found = [_fill(each, label) for each in get_args(hint) if each is not Ellipsis]
        return tuple(value for value, _ in found), [mark for _, marks in found for mark in marks]
    if hint is Unit:
        return _unit(f"CANARY{number}")
    if is_dataclass(hint):
        inner = filled(hint)  # pyright: ignore[reportArgumentType]
        return inner.content, sorted(inner.all)
    if hint is str:
        mark = f"CANARY{number}x{label.replace('.', 'x')}"
        return mark, [mark]
    if hint is bytes:
        return f"CANARY{number}b".encode(), [f"CANARY{number}b"]
    if hint is bool:
        return True, []
    if hint is int:
        return 710_000_000 + number, [str(710_000_000 + number)]
    if hint is Fraction:
        return Fraction(71_000_000 + number, 100_000_007), [str(71_000_000 + number)]
    if hint is datetime:
        at = _BASE + timedelta(seconds=number)
        return at, [at.isoformat(), str(int(at.timestamp()))]
    if issubclass(hint, Enum):
        return next(iter(hint)), []
    raise NotImplementedError(f"say here how a {hint} is filled ({label})")


def _unit(mark: str) -> tuple[Unit, list[str]]:
    video = Video(f"{mark}v", f"https://{mark}.example/watch", 600)
    unit = Unit(
        f"{mark}s", f"{mark}t", (Objective(f"{mark}o", f"{mark}w"),), PreWork((video,), ()), Check(1, (), 0)
    )
    return unit, [mark]


def every_message() -> Iterator[Filled]:
    return map(filled, content_classes())
