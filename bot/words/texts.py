"""What a text (SMS) says: one segment of GSM-7, whatever the titles are, ending with how to stop."""

from __future__ import annotations

from bot.domain.messages import Announcement, PhoneCode, PreWorkNudge, SlotCalledOff, SlotReminder, UnitOpened
from bot.words.gsm import JOINED_SEGMENT, SEGMENT, cut, segments, septets, to_gsm
from bot.words.lengths import roughly

__all__ = ["HOW_TO_STOP", "Textable", "segments", "text"]

#: what makes sense as a text; everything else needs its buttons
Textable = PreWorkNudge | SlotReminder | SlotCalledOff | PhoneCode | UnitOpened | Announcement

#: a teacher's own words may take this many segments; the rest is on Discord
MOST_SEGMENTS = 3

HOW_TO_STOP = "To stop: /phone stop in Discord"


def text(content: Textable) -> str:
    """At most 160 septets of GSM-7: one segment. Titles are shortened until it fits.

    An announcement takes up to three segments where its words need them.
    """
    match content:
        case PreWorkNudge():
            return _nudge(content)
        case SlotReminder(class_name, _, starts_local, _, where, _):
            return _fitted(
                "Flipcord, {name}: office hours {when}, {where}. Cannot come? Cancel in Discord. {stop}",
                name=to_gsm(class_name) or "your class",
                when=to_gsm(starts_local),
                where=to_gsm(where) or "see Discord",
            )
        case SlotCalledOff(class_name, _, starts_local, _):
            return _fitted(
                "Flipcord, {name}: your teacher cancelled office hours {when}. Book another in Discord. "
                "{stop}",
                name=to_gsm(class_name) or "your class",
                when=to_gsm(starts_local),
            )
        case PhoneCode(code, minutes):
            return _fitted(
                "Flipcord code: {code}. Type it in Discord within {minutes} min. Not you? Ignore it. {stop}",
                code=to_gsm(code),
                minutes=str(minutes),
            )
        case Announcement():
            return _announcement(content)
        case UnitOpened(class_name, passed_title, title, _):
            return _fitted(
                "Flipcord, {name}: passed {passed}! Now open in Discord: {title}. {stop}",
                name=to_gsm(class_name) or "your class",
                passed=to_gsm(passed_title) or "your check",
                title=to_gsm(title) or "your next unit",
            )


def _nudge(nudge: PreWorkNudge) -> str:
    step = "Started: now hand it in on Discord." if nudge.started else "Start it in Discord."
    return _fitted(
        "Flipcord, {name}: pre-work {title} ({length}) is due {when}. " + step + " {stop}",
        name=to_gsm(nudge.class_name) or "your class",
        title=to_gsm(nudge.unit_title) or "for your next class",
        length=roughly(nudge.length_s),
        when=to_gsm(nudge.deadline_local),
    )


def _announcement(content: Announcement, how_to_stop: str = HOW_TO_STOP) -> str:
    name = cut(to_gsm(content.class_name) or "your class", 30)
    file = " A file is on Discord." if content.file else ""
    head, tail = f"Flipcord, {name}: ", f"{file} {how_to_stop}"
    words = to_gsm(content.words)
    if not _says_as_much(words, content.words):
        return f"{head}your teacher wrote to you. Read it on Discord.{tail}"
    whole = f"{head}{words}{tail}"
    if segments(whole) <= MOST_SEGMENTS:
        return whole
    more = " ... more on Discord."
    room = MOST_SEGMENTS * JOINED_SEGMENT - septets(head + more + tail) - MOST_SEGMENTS
    return f"{head}{_cut_at_a_word(words, room)}{more}{tail}"


def _says_as_much(words: str, original: str) -> bool:
    """Another script loses its letters in GSM-7: half a message says nothing, or something else."""
    letters = [sum(each.isalnum() for each in text) for text in (words, original)]
    return letters[0] > 0 and letters[0] * 10 >= letters[1] * 9


def _cut_at_a_word(words: str, room: int) -> str:
    """Whole words only, unless one is longer than all the room; an address is never cut to another one."""
    kept = ""
    for word in words.split(" "):
        longer = f"{kept} {word}" if kept else word
        if septets(longer) > room:
            break
        kept = longer
    return kept or cut(words, room)


def _fitted(template: str, **parts: str) -> str:
    """Cuts the longest parts to one length at which all fits; the templates leave room for short ones."""
    for most in range(SEGMENT, 0, -1):
        shown = {name: cut(part, most) for name, part in parts.items()}
        words = template.format(**shown, stop=HOW_TO_STOP)
        if septets(words) <= SEGMENT:
            return words
    raise ValueError(f"a text without room for its parts: {template!r}")
