"""The tour for newcomers that stands beside the conversation: whom to be, and what to press."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    #: one line each; a word in *stars* is shown as a button's label, in `ticks` as typed
    lines: tuple[str, ...]
    #: whom to be, by name
    person: str = ""
    #: the beginning of the room's name, or "dm"
    room: str = ""
    #: what moves time on: "minutes", "hour" or "morning"
    time: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


STEPS = (
    Step(
        "Hand in too early",
        ("You are Ben. Under the pre-work card, press *Hand in* and fill in the form.",
         "He only just started the video, so it does not count yet. The bot says why, and keeps what he wrote."),
        person="Ben", room="period-3-pre-work",
    ),
)  # fmt: skip
