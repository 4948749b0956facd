"""The steps by which a class is reminded: the usual ones, and those that a teacher writes down in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.domain.outbox import Way

MINUTE = timedelta(minutes=1)
MOST_STEPS = 8
EARLIEST, LATEST = timedelta(days=14), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """``before`` the deadline; a negative one comes after it. ROOM is the list for the teachers' room."""

    before: timedelta
    way: Way

    @property
    def key(self) -> str:
        """Names the step whatever stands beside it, so that a changed ladder repeats none: ``dm1440``."""
        return f"{self.way}{self.before // MINUTE}"

    @property
    def is_after(self) -> bool:
        return self.before <= timedelta()


#: A day ahead and three hours ahead on Discord; one hour ahead as a text, for those with a confirmed phone only:
#: the others had the same words on Discord two hours before. Then who still owes it is told to the teacher, and
#: half a day later to a guardian, where the class has that rule.
LADDER = (
    Step(timedelta(hours=24), Way.DM),
    Step(timedelta(hours=3), Way.DM),
    Step(timedelta(hours=1), Way.SMS),
    Step(timedelta(minutes=-15), Way.ROOM),
    Step(timedelta(hours=-12), Way.GUARDIAN),
)


def ladder_from_json(steps: list[dict[str, Any]] | None) -> tuple[Step, ...]:
    """As kept with a class; None stands for the usual one."""
    if steps is None:
        return LADDER
    return _sorted(Step(timedelta(minutes=each["before_min"]), Way(each["way"])) for each in steps)


def ladder_to_json(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [{"before_min": each.before // MINUTE, "way": str(each.way)} for each in steps]


def _sorted(steps: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(sorted(steps, key=lambda each: (-each.before, _WAYS.index(each.way))))


_WAYS = (Way.DM, Way.SMS, Way.GUARDIAN, Way.ROOM)
_WORDS = {Way.DM: "dm", Way.SMS: "text", Way.GUARDIAN: "guardian", Way.ROOM: "list"}
_TYPED = {
    **{word: way for way, word in _WORDS.items()},
    "message": Way.DM,
    "sms": Way.SMS,
    "guardian text": Way.GUARDIAN,
    "teacher": Way.ROOM,
}
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class BadLadder:
    """``problem`` says which line is not understood or not possible, and what to write instead."""

    problem: str


def write_ladder(steps: Iterable[Step]) -> str:
    """One step a line, as ``read_ladder`` understands it: ``3 hours before: dm``."""
    return "\n".join(f"{when(each)}: {_WORDS[each.way]}" for each in steps) or "none"


def when(step: Step) -> str:
    """``1 day before``, ``90 minutes after``: in the largest unit that is exact."""
    minutes = abs(step.before) // MINUTE
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            number = minutes // size
            return f"{number} {name}{'' if number == 1 else 's'} {'after' if step.is_after else 'before'}"
    raise AssertionError("every number of minutes is a multiple of one")


def read_ladder(text: str) -> tuple[Step, ...] | BadLadder | None:
    """Steps as a teacher types them, one a line; ``none`` for no reminders, ``usual`` (None) for the usual ones."""
    lines = [" ".join(line.casefold().split()) for line in text.splitlines() if line.strip()]
    if lines == ["usual"]:
        return None
    if lines == ["none"]:
        return ()
    if not lines:
        return BadLadder(f"There is no step in it. {_HELP}")
    steps = [_step(line) for line in lines]
    bad = next((each for each in steps if isinstance(each, BadLadder)), None)
    return bad or _checked([each for each in steps if isinstance(each, Step)])


_HELP = "Write one step a line, like `1 day before: dm`, `1 hour before: text`, `15 minutes after: list`."
_LINE = re.compile(
    r"(\d{1,5}) ?(m|min|mins|minutes?|h|hours?|d|days?) (before|after) ?[:,]? ?(?:by )?([a-z ]+)"
)


def _step(line: str) -> Step | BadLadder:
    match = _LINE.fullmatch(line)
    way = _TYPED.get(match[4].strip()) if match else None
    if match is None or way is None:
        return BadLadder(
            f"I do not understand “{line[:60]}”. {_HELP} The ways are dm, text, guardian and list."
        )
    span = int(match[1]) * _UNITS[match[2][0]]
    return Step(span if match[3] == "before" else -span, way)


def _checked(steps: list[Step]) -> tuple[Step, ...] | BadLadder:
    if len(steps) > MOST_STEPS:
        return BadLadder(f"These are {len(steps)} steps. More than {MOST_STEPS} would only be noise.")
    if len(set(steps)) < len(steps):
        return BadLadder("The same step is in it twice.")
    for each in steps:
        if not -LATEST <= each.before <= EARLIEST:
            return BadLadder(f"“{when(each)}” is too far away: at most 14 days before and 7 days after.")
        if each.way in (Way.GUARDIAN, Way.ROOM) and not each.is_after:
            return BadLadder(
                f"“{when(each)}: {_WORDS[each.way]}” comes too early: until the deadline the student has time."
                " Write it with `after`."
            )
    if sum(each.way is Way.ROOM for each in steps) > 1:
        return BadLadder("One list is enough: only one step may be a `list`.")
    return _sorted(steps)
