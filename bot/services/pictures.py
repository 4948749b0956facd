"""Questions shown with their pictures: the bytes are read beside the question, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass, replace
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from bot.domain.showing import Asked
from bot.services.ports import Tx

P = ParamSpec("P")
T = TypeVar("T")


def pictured(tx: Tx, fn: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``fn`` gives, with the picture of the question that is shown in it; without one nothing more is read."""
    result: Any = fn(tx, *args, **kwargs)
    if isinstance(result, Asked):
        return cast("T", _with_png(tx, result))
    asked = getattr(result, "asked", None)
    if isinstance(asked, Asked) and asked.picture and is_dataclass(result):
        return cast("T", replace(cast("Any", result), asked=_with_png(tx, asked)))
    return result


def _with_png(tx: Tx, asked: Asked) -> Asked:
    if not asked.picture:
        return asked
    return replace(asked, png=tx.pictures.png(asked.picture) or b"")
