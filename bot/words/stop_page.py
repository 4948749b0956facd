"""What stands on the page that stops texts. No names: whoever finds the link learns nothing from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    title: str
    lines: tuple[str, ...]
    button: str = ""


BUTTON = "Stop all texts"

#: by party
ASK = {
    "student": Words(
        "Stop all texts?",
        (
            "Flipcord texts you about your class. Press the button, and no more texts come, starting now.",
            "Reminders still reach you on Discord.",
        ),
        BUTTON,
    ),
    "guardian": Words(
        "Stop all texts?",
        (
            "Flipcord texts you about a student’s class. Press the button, and no more texts come, starting now.",
            "The school can still reach you in other ways.",
        ),
        BUTTON,
    ),
}

STOPPED = {
    "student": Words(
        "Texts have stopped",
        (
            "No more texts come to your phone.",
            "You can close this page. Should you ever want them again, type /phone\u00a0number on Discord.",
        ),
    ),
    "guardian": Words(
        "Texts have stopped",
        (
            "No more texts come to your phone.",
            "You can close this page. Should you ever want them again, tell the teacher.",
        ),
    ),
}

OLD_FORM = Words(
    "Not stopped yet",
    (
        "This page was open for a long time, or was opened from another one. Please press the button once more.",
    ),
    BUTTON,
)

BUSY = Words(
    "Not stopped yet",
    (
        "Something went wrong on our side. Please press the button once more in a minute.",
        "Answering STOP to any of the texts stops them as well.",
    ),
    BUTTON,
)
