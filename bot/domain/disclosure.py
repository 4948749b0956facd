"""Who may read a message, and which of its facts the record may keep: said where the message is declared.

Closed by default: a message that names no reader reaches nobody, and a fact that is not ``Recorded`` is written into
no record. The record outlives what it is about and teachers take it home, so it holds no key to anything: no link, no
handle, no code, no number of a phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, TypeVar, cast, get_type_hints

_ON_RECORD = "on record"
_T = TypeVar("_T")
_Kind = TypeVar("_Kind", bound=type)

#: marks a field of a message as one that the record may keep
Recorded = Annotated[_T, _ON_RECORD]


class Reader(StrEnum):
    STUDENT = "student"
    GUARDIAN = "guardian"
    #: of the class: their room, and the thread in it that is about one student
    TEACHERS = "teachers"
    #: everybody who sees the class's channels
    CLASS = "class"


_READERS: dict[type, frozenset[Reader]] = {}


def read_by(*readers: Reader) -> Callable[[_Kind], _Kind]:
    """Declares who may get messages of a class; without it nobody may."""

    def declare(kind: _Kind) -> _Kind:
        _READERS[kind] = frozenset(readers)
        return kind

    return declare


def readers_of(kind: type) -> frozenset[Reader]:
    return _READERS.get(kind, frozenset())


@cache
def recorded_fields(kind: type) -> tuple[str, ...]:
    """Names of the fields of a message's class that the record may keep."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        each.name for each in fields(kind) if _ON_RECORD in getattr(hints[each.name], "__metadata__", ())
    )


# --- what each line of the record may hold ---------------------------------------------------------

_RULES = ("tiers", "guardian_signs", "cooldown_hours", "limit", "window_days", "last_day", "counts")
_SWITCHES = ("only_missed", "by_request", "in_sessions", "musts_first", "test_out", "recheck_days")

#: by what a line is about. ``said`` of a message holds what its class has ``Recorded``
LINES: Mapping[str, frozenset[str]] = {
    what: frozenset(names)
    for what, names in {
        "message": ("kind", "way", "state", "why", "said"),
        "letter": ("via", "party", "words"),
        "answer": ("via", "party", "words"),
        "announcement": ("act", "words", "audience", "file", "urgent", "messages"),
        "texts_stopped": ("via", "party"),
        "contract": ("number", "what", "bar", "tier", "wording", "name", "via"),
        "accommodation": ("more_time", "more_tries", "fewer_options"),
        "rules": ("ladder", "hours", "days_off", "guardians", "tiers", "guardian_signs"),
        "check_rules": (*_RULES, *_SWITCHES),
        "holiday": ("first", "last", "name", "removed"),
        "absence": ("first", "last", "back"),
        "remediation": ("unit", "kind"),
        "retake_request": ("unit", "granted"),
        "override": ("unit", "reason"),
        "override_undone": ("unit", "reason"),
        "excuse": ("unit", "reason"),
        "excuse_undone": ("unit", "reason"),
        "unit_taken_back": ("unit", "opened_at", "cause"),
        "regrade": ("question", "reason", "right", "value"),
        "regrade_undone": ("question", "reason", "right", "value"),
        "hand_marked": ("unit", "passed", "done_at", "comment"),
        "hand_mark_undone": ("unit",),
        "check_dropped": ("unit", "reason"),
        "answer_marked": ("unit", "position", "percent"),
        "answer_mark_undone": ("unit", "position"),
    }.items()
}


def kept(what: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What of a line's facts the record may hold; nothing where ``what`` is not named."""
    names = LINES.get(what, frozenset())
    return {name: _without_links(value) for name, value in body.items() if name in names}


def _without_links(value: Any) -> Any:
    match value:
        case str():
            return without_links(value)
        case dict():
            return {name: _without_links(each) for name, each in cast("dict[str, Any]", value).items()}
        case list() | tuple():
            return [_without_links(each) for each in cast("list[Any]", value)]
        case _:
            return value


# --- our own signed links --------------------------------------------------------------------------

HIDDEN = "[…]"
#: ``/``, as it is, within JSON, or percent-encoded once or more often
_SLASHES = ("/", r"\\/", r"\\u002[fF]", "%2[fF]", "%252[fF]", "%25252[fF]")
#: a path of ours that does something by itself, and what follows it
_BY_PATH = (
    "(?<=[/fF])(?:"
    + "|".join(f"(?<={each}{path}{each})" for path in ("agree", "stop") for each in _SLASHES)
    + ")"
)
#: what such a path, or a form on its page, is signed with, wherever it stands: an id and 160 bits
_DOT = r"(?:\.|%(?:25)*2[eE])"
_BEGIN = r"(?:(?<![\w.-])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u00[0-9A-Fa-f]{2}))"
_BY_SHAPE = rf"(?=[\d%]){_BEGIN}(?:\d|%(?:25)*3\d){{1,15}}[a-z](?:\d|%(?:25)*3\d){{0,6}}{_DOT}[\w%-]{{27,}}"
LINK_SHAPES = (rf"{_BY_PATH}[\w.%~-]+", rf"{_BY_SHAPE}(?:{_DOT}\d+{_DOT}[\w%-]{{27,}})?")
_LINKS = re.compile("|".join(LINK_SHAPES))


def without_links(text: str) -> str:
    """People's words without what our own links are signed with: whoever quotes one hands nobody its right."""
    return _LINKS.sub(HIDDEN, text)
