"""What became of a message, in words: its state, its ways, its reasons and what mends them."""

from __future__ import annotations

import re

from bot.domain.outbox import Kind, State, Way
from bot.domain.reporting import BY_THING, Shown, Step, Story
from bot.services.delivery_report import What
from bot.views.cards import count, plain, shorten, stamp
from bot.words.mends import carrier, mend

#: mark and words of each state: neither stands alone
STATES = {
    Shown.NOT_ARRIVED: ("⚠️", "not arrived"),
    Shown.TOO_LATE: ("⌛", "too late to be of use"),
    Shown.WAITING: ("⏳", "waiting"),
    Shown.ON_ITS_WAY: ("📤", "on its way"),
    Shown.SENT: ("📨", "sent, not confirmed yet"),
    Shown.ARRIVED: ("✅", "arrived"),
    Shown.GOT_IT: ("🆗", "got it"),
    Shown.NOT_NEEDED: ("➖", "not needed any more"),
}
WAYS = {
    Way.DM: "DM",
    Way.THREAD: "private thread",
    Way.SMS: "text",
    Way.GUARDIAN: "text to the guardian",
    Way.ROOM: "teachers' room",
}
TITLE = 80


def name_of(what: What) -> str:
    """What it was, as plain text."""
    match what:
        case What(Kind.NUDGE, title, None):
            return f"Nudge by hand: {title}"
        case What(Kind.NUDGE, title, str(step)):
            return f"Nudge {_when(step)}: {title}"
        case What(Kind.ANNOUNCEMENT, words, _):
            return f"Announcement: {shorten(words, TITLE)}"
        case What(Kind.ANSWER, _, _):
            return "Your answers"
        case _:
            return "Office hours"


def _when(step: str) -> str:
    """``1 day before``: a step's name ends with its minutes before the deadline, such as ``dm1440``."""
    found = re.fullmatch(r"[a-z_]+(-?)(\d{1,6})", step)
    if found is None:
        return f"{int(step) + 1}" if step.isdecimal() else step
    minutes, side = int(found[2]), "after" if found[1] else "before"
    size, unit = next(each for each in ((1440, "day"), (60, "hour"), (1, "minute")) if minutes % each[0] == 0)
    return f"{count(minutes // size, unit)} {side}"


def reasons(story: Story) -> list[str]:
    """Why it did not arrive, one for each way that was tried."""
    last = story.last
    if last.kind is Kind.UNREACHED:
        tried = [_way_said(str(each)) for each in last.args.get("tried", [])]
        return tried or ["no way is open to this student"]
    return [reason] if (reason := _reason(last)) else []


def _reason(step: Step) -> str:
    if step.state is State.SENT and step.way in (Way.SMS, Way.GUARDIAN):
        return f"{WAYS[step.way]}: {carrier(step.error_code)}"
    return f"{WAYS.get(step.way, step.way)}: {step.why}" if step.state is State.FAILED else step.why


def _way_said(tried: str) -> str:
    """``dm: it is closed``, as the outbox writes it."""
    way, _, why = tried.partition(": ")
    return f"{WAYS[Way(way)]}: {why}" if way in set(Way) else tried


def mends(story: Story) -> list[str]:
    """What can be done about it, each once."""
    return list(dict.fromkeys(mend(each) for each in reasons(story)))


def line_of(story: Story) -> str:
    """One student's line, in Discord's Markdown."""
    mark, state = STATES[story.shown]
    whom = (
        f"the guardian of <@{story.last.discord}>" if story.last.to_guardian else f"<@{story.last.discord}>"
    )
    return f"{mark} {whom}: **{state}**{_after(story)}"


def _after(story: Story) -> str:
    last = story.last
    match story.shown:
        case Shown.NOT_ARRIVED:
            return _why_not(story)
        case Shown.WAITING:
            why = f" ({plain(last.why)})" if last.why else ""
            return f" until {stamp(last.due_at, 'f')}{why}"
        case Shown.TOO_LATE | Shown.NOT_NEEDED:
            return f" · {plain(last.why)}" if last.why else ""
        case Shown.GOT_IT:
            return f" {stamp(story.got_it_at, 'f')}{_road(story)}"
        case _:
            unread = " · no [Got it] yet" if _can_be_got(story) else ""
            return f"{_road(story)}{unread}"


def _why_not(story: Story) -> str:
    why = plain(shorten("; ".join(reasons(story)), 200))
    return f" · {why}\n-# → {'. '.join(mends(story)[:2])}."


def _can_be_got(story: Story) -> bool:
    return story.shown is Shown.ARRIVED and story.last.was in BY_THING


def _road(story: Story) -> str:
    """By which ways it went: ``DM closed → private thread, <time>; again: DM, <time>``."""
    chains: dict[str, list[str]] = {}
    for each in story.steps:
        chains.setdefault(each.chain, []).append(_went(each))
    first, *more = [" → ".join(each) for each in chains.values()]
    return f" · {first}" + "".join(f"; again: {each}" for each in more[-1:])


def _went(step: Step) -> str:
    way = WAYS.get(step.way, str(step.way))
    if step.state in (State.FAILED, State.EXPIRED):
        return f"{way} closed"
    return f"{way}, {stamp(step.ended_at, 'f')}" if step.ended_at else way
