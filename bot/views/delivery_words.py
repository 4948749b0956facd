"""What became of a message, in words: its state, its ways, its reasons and what mends them."""

from __future__ import annotations

from bot.domain.outbox import Kind, State, Way
from bot.domain.reporting import BY_THING, Shown, Step, Story
from bot.services.delivery_report import What
from bot.views.cards import plain, shorten, stamp
from bot.words.mends import carrier, mend

#: mark and words of each state: neither stands alone
STATES = {
    Shown.NOT_ARRIVED: ("⚠️", "not arrived"),
    Shown.TOO_LATE: ("⌛", "too late to be of use"),
    Shown.WAITING: ("⏳", "waiting"),
    Shown.ON_ITS_WAY: ("📤", "on its way"),
    Shown.SENT: ("📨", "sent, not confirmed yet"),
    Shown.ARRIVED: ("✅", "arrived"),
    Shown.GOT_IT: ("👍", "got it"),
    Shown.NOT_NEEDED: ("▫️", "not needed any more"),
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
        case What(Kind.NUDGE, title, int(step)):
            return f"Nudge {step + 1}: {title}"
        case What(Kind.ANNOUNCEMENT, words, _):
            return f"Announcement: {shorten(words, TITLE)}"
        case What(Kind.ANSWER, _, _):
            return "Your answers"
        case _:
            return "Office hours"


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
    why = "; ".join(plain(each) for each in reasons(story))
    return f" · {shorten(why, 200)}\n-# → {'. '.join(mends(story)[:2])}."


def _can_be_got(story: Story) -> bool:
    return story.shown is Shown.ARRIVED and story.last.was in BY_THING


def _road(story: Story) -> str:
    """By which ways it went: ``DM closed → private thread, <time>``."""
    closed = [f"{WAYS.get(each.way, each.way)} closed" for each in story.steps[:-1] if _gave_way(each)]
    again = "sent again, " if len(story.steps) - len(closed) > 1 else ""
    last = story.last
    at = f", {stamp(last.ended_at, 'f')}" if last.ended_at else ""
    return " · " + " → ".join([*closed, f"{again}{WAYS.get(last.way, last.way)}{at}"])


def _gave_way(step: Step) -> bool:
    return step.state in (State.FAILED, State.EXPIRED)
