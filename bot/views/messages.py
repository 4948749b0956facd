"""What a delivery shows on Discord: one card for each kind of content, the next step as a button."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import discord
from discord import ui

from bot.domain.attachments import Attachment
from bot.domain.course import Material, Unit, Video
from bot.domain.messages import (
    Announcement,
    ClassReady,
    Content,
    GuardianNudge,
    InboxHello,
    NudgeList,
    PhoneCode,
    PreWorkCard,
    PreWorkNudge,
    SlotBooked,
    SlotCalledOff,
    SlotCancelled,
    SlotReminder,
    StillOwing,
    Trouble,
    UnitOpened,
    Unreached,
)
from bot.views.cards import Button, Control, Link, Look, card, one_line, plain, primary, shorten, stamp, utf16
from bot.words.lengths import exactly, roughly

#: Discord's own for the address behind a button
URL_LIMIT = 512
#: a name or title in a sentence
TITLE = 120
#: a card has 4,000 characters for everything, and Markdown's escapes may double what a person wrote
MOST_MATERIALS = 6
MOST_LINES = 10
MOST_OWING = 25
OBJECTIVES = 1300
MOST_LINKS = 5
#: of a teacher's own words on a card, with its title and what stands below
LONG_TEXT = 3600
LONGEST_LINK = 2000

TODAY = primary("What do I do now?", "today")


def draw(content: Content, marker: int) -> ui.LayoutView:  # noqa: C901  # one case for each kind
    """The card of that content; ``marker`` (1 to 2**31 - 1) is the id by which a repeat is recognised."""
    match content:
        case PreWorkCard():
            return _prework(content, marker)
        case PreWorkNudge():
            return _nudge(content, marker)
        case InboxHello(class_name):
            return card(
                Look.DONE,
                "Your inbox is open",
                f"Reminders for **{_name(class_name)}** come here: what you still owe, before it is due.",
                "You asked for this. To end it, close direct messages in this server's privacy settings.",
                controls=[TODAY],
                marker=marker,
            )
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
        case Announcement():
            return _announcement(content, marker)
        case PhoneCode() | GuardianNudge():
            return _as_text(content, marker)
        case SlotBooked() | SlotCancelled() | Unreached() | Trouble() | NudgeList():
            return _for_staff(content, marker)


def _as_text(content: PhoneCode | GuardianNudge, marker: int) -> ui.LayoutView:
    """What goes out as a text only, for whoever wants to see it on Discord."""
    match content:
        case PhoneCode(code, minutes):
            return card(
                Look.ASK, f"Your code is {plain(code)}", f"It is good for {minutes} minutes.", marker=marker
            )
        case GuardianNudge(class_name, unit_title, deadline_local, is_late):
            due = "was due" if is_late else "is due"
            late = " Late work counts." if is_late else ""
            return card(
                Look.DO,
                f"Still open: {_name(unit_title)}",
                f"**{_name(class_name)}**, {due} {plain(deadline_local)}.{late}",
                marker=marker,
            )


def _for_staff(
    content: SlotBooked | SlotCancelled | Unreached | Trouble | NudgeList, marker: int
) -> ui.LayoutView:
    match content:
        case NudgeList():
            return _nudge_list(content, marker)
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
        f"Your pre-work for **{_name(nudge.class_name)}** "
        + (f"was due {due}. Late work counts." if nudge.is_late else f"is due {due}."),
        "You have started: what is left is handing in."
        if nudge.started
        else f"It takes about {roughly(nudge.length_s)}.",
        "Stuck, or no time? Book office hours: your teacher helps.",
        controls=[
            step,
            Button("Got it", "got_it", nudge.nonce),
            Button("Book office hours", "book"),
            Button("Why did I get this?", "pw_why", nudge.nonce),
        ],
        marker=marker,
    )


def _nudge_list(told: NudgeList, marker: int) -> ui.LayoutView:
    names = [_still_owing(each) for each in told.owing[:MOST_OWING]]
    more = [f"… and {len(told.owing) - MOST_OWING} more"] if len(told.owing) > MOST_OWING else []
    excused = " ".join(f"<@{each}>" for each in told.excused[:MOST_OWING])
    return card(
        Look.STAFF,
        f"Not yet: {_name(told.unit_title)}",
        f"**{_name(told.class_name)}**, due {stamp(told.deadline, 'R')}. Still open for "
        f"{len(told.owing)}, most behind first. Late work counts.",
        "\n".join(names + more),
        f"💤 Away, so excused: {excused}" if excused else "",
        controls=[
            *([primary("Nudge them", "nudge_late", told.handle)] if told.owing else []),
            Button("Who has done it?", "pw_status", told.handle),
        ],
        marker=marker,
    )


def _still_owing(each: StillOwing) -> str:
    if each.reasons:
        stands = f"tried {each.tries} times" if each.tries > 1 else "tried once"
    else:
        stands = f"started {stamp(each.started_at, 'R')}" if each.started_at else "not opened"
    silent = f"; silent since {each.silent_after} reminders, so I have stopped. Please talk to them"
    return f"- <@{each.discord}>: {stands}{silent if each.silent_after else ''}"


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


def _announcement(told: Announcement, marker: int) -> ui.LayoutView:
    view = card(
        Look.NEWS,
        _name(told.class_name),
        paragraphs(told.words),
        "-# From your teacher",
        controls=[Button("Got it", "got_it", told.handle), TODAY],
        marker=marker,
    )
    if told.file is not None:
        view.add_item(_attached(told.file))
    return view


def _attached(file: Attachment) -> ui.Item[Any]:
    """Shown where its bytes travel with the message under that name."""
    address = f"attachment://{file.name}"
    if file.is_picture:
        return ui.MediaGallery(discord.MediaGalleryItem(address))
    return ui.File(address)


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


def paragraphs(text: str, most: int = LONG_TEXT) -> str:
    """The same for what is longer than a line: its lines stay, and one empty line at a time.

    ``most`` counts what is shown; only long addresses can make an announcement longer than a card, and then its last
    words give way, never half of an address.
    """
    shown: list[str] = []
    for line in text.splitlines():
        one = _line(one_line(line).split(" "))
        left = most - utf16("\n".join([*shown, ""]))
        if utf16(one) > left:
            shown.append(_line_within(one_line(line).split(" "), left))
            break
        if one or (shown and shown[-1]):
            shown.append(one)
    return "\n".join(shown).strip("\n")


def _line(words: Sequence[str]) -> str:
    """Harmless as a whole line, too: what begins a heading, a list or a quote does so only there."""
    parts = [
        link or plain(" ".join(group))
        for link, group in groupby(words, key=lambda word: _url_within(word) if "://" in word else None)
    ]
    shown = " ".join(part for part in parts if part)
    return f"\\{shown}" if shown.startswith(">") else shown


def _url_within(word: str) -> str | None:
    url = _url(word)
    return url if url and len(url) <= LONGEST_LINK else None


def _line_within(words: list[str], most: int) -> str:
    """The first words of a line, marked as cut."""
    kept = list(words)
    while len(kept) > 1 and utf16(_line(kept)) > most - 2:
        del kept[-max(1, len(kept) // 16) :]
    return f"{_line(kept)} …" if utf16(_line(kept)) <= most - 2 else shorten(_line(kept), max(1, most))
