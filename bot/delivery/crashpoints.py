"""Named durable steps at which a fault test ends the process (RD2). In service this does nothing."""

from __future__ import annotations

import os
import signal

#: the step at which to die, and at which visit of it: "called" or "called:3"
VARIABLE = "CRASH_AT"

POINTS = (
    "begun",  # the row says "calling", nothing was sent
    "called",  # Discord or Twilio answered, the row does not know
    "finished",  # the row knows
    "looked",  # a look for a lost message gave an answer, the row does not know
    "thread_made",  # a private thread stands, without its student
    "desk_card_made",  # the card above a student's letters stands, without its thread
    "desk_made",  # the thread stands, nobody remembers it
    "place_made",  # a role or channel stands, nobody remembers it
)

_visits: dict[str, int] = {}


def crashpoint(name: str) -> None:
    """Ends the process without a word, as a power cut would, when it is told to at this step."""
    if name not in POINTS:
        raise ValueError(f"{name!r} is not among the crash points")
    wanted, _, visit = os.environ.get(VARIABLE, "").partition(":")
    if wanted != name:
        return
    _visits[name] = _visits.get(name, 0) + 1
    if _visits[name] == int(visit or 1):
        os.kill(os.getpid(), signal.SIGKILL)
