"""What was kept before there were limits, cut as it is read: nothing behind this walks through millions of characters.

The marks are the same: what is cut is longer than anything that a student can type, or is read by people alone.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast
from zlib import crc32

from bot.domain import limits

V = TypeVar("V")

#: a card shows no more of one text
_TEXT = limits.CARD
#: of what stands on a line beside others; two that differ only further on differ for nobody
_LABEL = 5 * limits.LABEL
_TEXTS = frozenset({
    "prompt", "feedback", "general_feedback", "wrong_feedback", "right_feedback", "otherwise_feedback",
})  # fmt: skip
_LABELS = frozenset({"text", "pattern", "left", "right", "alt"})
#: of answers that are only compared with, and never counted by their place
_COMPARED = frozenset({"accepted", "texts", "numbers"})
_KNOWN = 4 * limits.ACCEPTED


def within_reach(value: V) -> V:
    """A question, or what it is made of, with every text that people read cut."""
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changed: dict[str, Any] = {}
    for each in fields(value):
        before = getattr(value, each.name)
        after = _cut(each.name, before)
        if after is not before:
            changed[each.name] = after
    return cast("V", replace(cast("Any", value), **changed)) if changed else value


def _cut(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _cut_text(name, value)
    if isinstance(value, tuple):
        parts = cast("tuple[Any, ...]", value)
        kept = parts[:_KNOWN] if name in _COMPARED else parts
        cut: tuple[Any, ...] = tuple(
            _cut_text("right", each) if isinstance(each, str) else within_reach(each) for each in kept
        )
        is_same = len(cut) == len(parts) and all(a is b for a, b in zip(cut, parts, strict=True))
        return parts if is_same else cut
    return value


def _cut_text(name: str, text: str) -> str:
    most = _TEXT if name in _TEXTS else _LABEL if name in _LABELS else len(text)
    if len(text) <= most:
        return text
    # right sides and items are counted by what they say: different ones stay so
    mark = f" {crc32(text.encode('utf-8', 'surrogatepass')):08x}" if name == "right" else ""
    return f"{text[:most]}…{mark}"
