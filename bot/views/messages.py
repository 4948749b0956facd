"""What a delivery shows on Discord: one card for each kind of content, the next step as a button."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit, urlunsplit

from discord import ui

from bot.domain.course import Material, Unit, Video
from bot.domain.messages import (
    ClassReady,
    Content,
    InboxCall,
    InboxHello,
    PhoneCode,
    PreWorkCard,
    PreWorkNudge,
    SlotBooked,
    SlotCalledOff,
    SlotCancelled,
    SlotReminder,
    Trouble,
    UnitOpened,
    Unreached,
)
from bot.views.cards import Button, Control, Link, Look, card, one_line, plain, primary, shorten, stamp
from bot.words.lengths import exactly, roughly

#: Discord's own for the address behind a button
URL_LIMIT = 512
#: a name or title in a sentence
TITLE = 120
#: a card has 4,000 characters for everything, and Markdown's escapes may double what a person wrote
MOST_MATERIALS = 6
MOST_LINES = 10
OBJECTIVES = 1300
MOST_LINKS = 5

TODAY = primary("What do I do now?", "today")


def draw(content: Content, marker: int) -> ui.LayoutView:
    """The card of that content; ``marker`` (1 to 2**31 - 1) is the id by which a repeat is recognised."""
    match content:
        case PreWorkCard():
            return _prework(content, marker)
        case PreWorkNudge():
            return _nudge(content, marker)
        case InboxHello() | InboxCall():
            return _about_inbox(content, marker)
        case ClassReady(class_name, course_title, handle):
            return card(
                Look.DO,
                f"Join {_name(class_name)}",
                f"Course: {_name(course_title)}.",
                "Press the button to join. The first unit opens for you at once.",
                controls=[primary("Join this class", "join", handle)],
                marker=marker,
            )
        case SlotReminder():
            return _slot_reminder(content, marker)
        case SlotCalledOff(class_name, starts_at, _, handle):
            return card(
                Look.PROBLEM,
                "Your office hours are cancelled",
                f"Your teacher of **{_name(class_name)}** had to cancel {stamp(starts_at)}.",
                "You can book another time.",
                controls=[primary("Book another", "book", handle)],
                marker=marker,
            )
        case UnitOpened():
            return _unit_opened(content, marker)
        case PhoneCode(code, minutes):
            return card(
                Look.ASK, f"Your code is {plain(code)}", f"It is good for {minutes} minutes.", marker=marker
            )
        case SlotBooked() | SlotCancelled() | Unreached() | Trouble():
            return _for_staff(content, marker)


def _about_inbox(content: InboxHello | InboxCall, marker: int) -> ui.LayoutView:
    name = _name(content.class_name)
    match content:
        case InboxHello():
            return card(
                Look.DONE,
                "Your inbox is open",
                f"Reminders for **{name}** come here: what you still owe, before it is due.",
                "You asked for this. To end it, close direct messages in this server's privacy settings.",
                controls=[TODAY],
                marker=marker,
            )
        case InboxCall():
            return card(
                Look.ASK,
                "Is your inbox open?",
                f"Press the button, and reminders for **{name}** come to you alone, as a direct message.",
                "Pressed it before? Then you have nothing to do.",
                controls=[primary("Open my inbox", "inbox")],
                marker=marker,
            )


def _for_staff(content: SlotBooked | SlotCancelled | Unreached | Trouble, marker: int) -> ui.LayoutView:
    match content:
        case SlotBooked(student, starts_at, ends_at, reason):
            return card(
                Look.STAFF,
                "Office hours booked",
                f"<@{student}>: {stamp(starts_at)} to {stamp(ends_at, 't')}",
                f"Reason: {plain(shorten(reason, 1000))}" if reason.strip() else "",
                marker=marker,
            )
        case SlotCancelled(student, starts_at):
            return card(
                Look.STAFF,
                "Office hours cancelled",
                f"<@{student}> gave back {stamp(starts_at)}. The slot is free again.",
                marker=marker,
            )
        case Unreached(student, what, tried):
            return card(
                Look.PROBLEM,
                "A message did not arrive",
                f"<@{student}> did not get {plain(shorten(what, TITLE))}. Please tell them yourself.",
                "\n".join(f"- {plain(shorten(each, 300))}" for each in tried[:MOST_LINES]),
                marker=marker,
            )
        case Trouble(problem, mend):
            return card(
                Look.PROBLEM,
                "Something needs your hand",
                _sentence(problem),
                _sentence(mend),
                "What waits for this goes out by itself afterwards; nothing is lost." if mend.strip() else "",
                marker=marker,
            )


def _prework(content: PreWorkCard, marker: int) -> ui.LayoutView:
    unit, handle = content.unit, content.handle
    return card(
        Look.DO,
        f"Pre-work: {_name(unit.title)}",
        f"{_name(content.class_name)} · {exactly(unit.prework.length_s)} in all",
        _materials(unit.prework.materials),
        _objectives(unit),
        f"**Due {stamp(content.deadline)}** ({stamp(content.deadline, 'R')})",
        "-# Press Start before you watch. Then hand in: it counts from half the length on.",
        controls=[
            primary("Start", "pw_start", handle),
            Button("Hand in", "pw_hand_in", handle),
            *_links(unit.prework.materials),
        ],
        marker=marker,
    )


def _materials(materials: Sequence[Material]) -> str:
    lines = [_material(each) for each in materials[:MOST_MATERIALS]]
    if len(materials) > MOST_MATERIALS:
        lines.append(f"and {len(materials) - MOST_MATERIALS} more")
    return "\n".join(lines)


def _material(material: Material) -> str:
    kind = "Watch" if isinstance(material, Video) else "Read"
    title = plain(shorten(one_line(material.title), 80)) or "the page"
    return f"- {kind}: {title} ({exactly(material.length_s)})"  # its button below is the link


def _links(materials: Sequence[Material]) -> Sequence[Control]:
    found = [(each.title, _url(each.url)) for each in materials]
    return [Link(title, url) for title, url in found if url and len(url) <= URL_LIMIT][:MOST_LINKS]


def _url(url: str) -> str | None:
    """The address with everything quoted that would end it in Markdown; None when Discord would refuse it."""
    try:
        parts = urlsplit(one_line(url))
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one
        return None
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
        return None
    path, query, fragment = (
        quote(each, safe="%/:?@!$&'+,;=~") for each in (parts.path, parts.query, parts.fragment)
    )
    return urlunsplit((parts.scheme, host + port, path, query, fragment))


def _objectives(unit: Unit) -> str:
    if not unit.objectives:
        return ""
    lines = [f"- {plain(shorten(each.text, 150))}" for each in unit.objectives[:MOST_LINES]]
    return shorten("After this unit you can:\n" + "\n".join(lines), OBJECTIVES)


def _nudge(nudge: PreWorkNudge, marker: int) -> ui.LayoutView:
    step = (
        primary("Hand in", "pw_hand_in", nudge.handle)
        if nudge.started
        else primary("Start", "pw_start", nudge.handle)
    )
    due = f"{stamp(nudge.deadline)} ({stamp(nudge.deadline, 'R')})"
    return card(
        Look.DO,
        f"Still open: {_name(nudge.unit_title)}",
        f"Your pre-work for **{_name(nudge.class_name)}** is due {due}.",
        "You have started: what is left is handing in."
        if nudge.started
        else f"It takes about {roughly(nudge.length_s)}.",
        "Stuck, or no time? Book office hours: your teacher helps.",
        controls=[
            step,
            Button("Book office hours", "book"),
            Button("Why did I get this?", "pw_why", nudge.handle),
        ],
        marker=marker,
    )


def _slot_reminder(reminder: SlotReminder, marker: int) -> ui.LayoutView:
    return card(
        Look.DO,
        f"Office hours {stamp(reminder.starts_at, 'R')}",
        f"**{_name(reminder.class_name)}**: {stamp(reminder.starts_at)} to {stamp(reminder.ends_at, 't')}",
        f"Where: {with_links(reminder.where)}" if reminder.where.strip() else "",
        "Cannot come? Give the slot back, so that somebody else can have it.",
        controls=[Button("Cancel my slot", "slot_cancel", reminder.handle)],
        marker=marker,
    )


def _unit_opened(opened: UnitOpened, marker: int) -> ui.LayoutView:
    where = (
        f"Its channel: <#{opened.channel}>"
        if opened.channel is not None
        else "Its channel opens in a moment."
    )
    return card(
        Look.DONE,
        f"Open for you: {_name(opened.title)}",
        f"You mastered **{_name(opened.passed_title)}** in {_name(opened.class_name)}. Well done!",
        where,
        controls=[TODAY],
        marker=marker,
    )


def _name(title: str) -> str:
    return plain(shorten(one_line(title), TITLE))


def _sentence(text: str) -> str:
    """Words of ours with names in them, as a sentence."""
    words = plain(shorten(text, 600))
    return (
        f"{words[:1].upper()}{words[1:]}{'' if words.endswith(('.', '!', '?', '…')) else '.'}"
        if words
        else ""
    )


def with_links(text: str) -> str:
    """Text from a person in which an address of the web stays one that can be pressed."""
    words = shorten(one_line(text), 500).split(" ")
    return " ".join(_url(word) or plain(word) if "://" in word else plain(word) for word in words)
