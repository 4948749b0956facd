"""Announcements that are not sent yet: asked for, written, addressed, and seen before they go out."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.announcing import (
    EVERYONE,
    GROUPS,
    MOST_PEOPLE,
    MOST_WORDS,
    PEOPLE,
    Announced,
    Audience,
    Phase,
    occurrences,
    read_until,
    unit_of,
)
from bot.domain.attachments import MOST_BYTES, TAKEN, Attachment, has_taken_ending, is_taken, safe_name
from bot.domain.hand_ins import DAMAGED, HEIF
from bot.domain.messages import Announcement
from bot.domain.nudging import Hours
from bot.domain.outbox import Way
from bot.domain.photos import HEIF_ENDINGS, DamagedPicture, is_heif, without_metadata
from bot.domain.quiet import next_open
from bot.domain.records import Asker, Section, UnitRecord
from bot.domain.times import BadTime, Promise, parse_when
from bot.services.announcement_results import (
    ALL_CLASSES,
    AnnouncementPreview,
    BadFile,
    Cost,
    Form,
    Gone,
    NoGroup,
    NoWords,
    OpenResult,
    Past,
    PreviewResult,
    Request,
    Tariff,
    TooLong,
    Upload,
    WhichClasses,
)
from bot.services.audiences import Listener, listeners, taught_sections
from bot.services.choosing import NoClass, NotStaff
from bot.services.nudges import Recipient
from bot.services.ports import Ids, Tx
from bot.services.rules import class_rules


async def fetched(upload: Upload, handle: str) -> Attachment | BadFile:
    """Refuses by what the upload says of itself before a byte is fetched, and by the bytes afterwards (RG9)."""
    too_large = BadFile(handle, f"It is too large: a file has at most {MOST_BYTES // 1024 // 1024} MB.")
    wrong_kind = BadFile(handle, f"I send files of these kinds: {TAKEN}.")
    if upload.size > MOST_BYTES:
        return too_large
    if not has_taken_ending(upload.name):
        return BadFile(handle, HEIF) if upload.name.lower().endswith(HEIF_ENDINGS) else wrong_kind
    data = await upload.fetch()
    if data is None:
        return BadFile(handle, "Discord did not hand it over in time. Please try once more.")
    if len(data) > MOST_BYTES:
        return too_large
    if not data:
        return BadFile(handle, "It is empty.")
    if is_heif(data):
        return BadFile(handle, HEIF)
    if not is_taken(upload.name, data):
        return wrong_kind
    try:
        # beside the loop: a photo of 8 MB is gone through byte by byte
        return Attachment(safe_name(upload.name), await asyncio.to_thread(without_metadata, data))
    except DamagedPicture:
        return BadFile(handle, DAMAGED)


def taught_here(tx: Tx, asker: Asker) -> tuple[Section, ...]:
    me = tx.people.of(asker.account)
    return tuple(
        each for each in (tx.sections.taught_by(me.person) if me else ()) if each.guild == asker.guild
    )


def own(tx: Tx, asker: Asker, handle: str) -> Announced | None:
    """Only its own teacher's: a handle gives nobody else a right."""
    me, it = tx.people.of(asker.account), tx.announcements.by_handle(handle)
    return it if me is not None and it is not None and it.person == me.person else None


def own_draft(tx: Tx, asker: Asker, handle: str) -> Announced | None:
    it = own(tx, asker, handle)
    return it if it is not None and it.phase is Phase.DRAFT else None


def open_draft(tx: Tx, asker: Asker, request: Request, now: datetime, ids: Ids) -> OpenResult:
    choices = taught_here(tx, asker)
    if not choices:
        return NotStaff() if tx.sections.on_guild(asker.guild or 0) else NoClass()
    chosen = _chosen(choices, request.class_name)
    if not isinstance(chosen, tuple):
        return chosen
    group = _group(tx, chosen or choices, request.group)
    if isinstance(group, NoGroup):
        return group
    zone = (chosen or choices)[0].zone
    promise = parse_when(request.at, now, zone) if request.at else None
    if isinstance(promise, BadTime):
        return promise
    if promise is not None and promise.at <= now - timedelta(minutes=1):
        return Past(promise.at)
    wall = datetime.fromisoformat(promise.wall) if promise else wall_of(now, zone)
    until = read_until(request.every_week_until, wall.date(), now, zone) if request.every_week_until else None
    if isinstance(until, BadTime):
        return until
    handle = ids()
    tx.announcements.draft(
        handle=handle,
        person=tx.people.known(asker.account, now).person,
        audience=Audience(tuple(each.id for each in chosen), group),
        urgent=request.urgent,
        texts_too=request.texts_too,
        next_at=_at(promise),
        zone=zone,
        wall=wall,
        until=until,
        at=now,
    )
    return Form(handle, "")


def _at(promise: Promise | None) -> datetime | None:
    return promise.at if promise else None


def wall_of(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def _chosen(choices: tuple[Section, ...], typed: str | None) -> tuple[Section, ...] | NoClass:
    """Empty when there are several and none is named: they are chosen on the card."""
    if typed is None:
        return choices if len(choices) == 1 else ()
    if typed.strip() == ALL_CLASSES:
        return choices
    named = tuple(each for each in choices if each.name.casefold() == typed.strip().casefold())
    return named or NoClass()


def _group(tx: Tx, sections: tuple[Section, ...], typed: str | None) -> str | NoGroup:
    if typed is None:
        return EVERYONE
    units = {each.unit.slug: each.unit.title for each in _units(tx, sections)}
    if typed in GROUPS or unit_of(typed) in units:
        return typed
    return NoGroup(typed, tuple(units.values()))


def units_of(tx: Tx, asker: Asker, class_name: str | None) -> Sequence[UnitRecord]:
    choices = taught_here(tx, asker)
    chosen = _chosen(choices, class_name)
    return _units(tx, chosen or choices) if isinstance(chosen, tuple) else []


def _units(tx: Tx, sections: tuple[Section, ...]) -> list[UnitRecord]:
    """Of the courses of those classes, each slug once."""
    revisions = dict.fromkeys(each.revision_id for each in sections)
    found = (each for revision in revisions for each in tx.courses.units(revision))
    return list({each.unit.slug: each for each in found}.values())


def form_of(tx: Tx, asker: Asker, handle: str) -> Form | Gone:
    it = own_draft(tx, asker, handle)
    return Form(handle, it.words, it.file_name) if it else Gone()


def write_words(tx: Tx, asker: Asker, handle: str, words: str, now: datetime) -> Announced | PreviewResult:
    it = own_draft(tx, asker, handle)
    if it is None:
        return Gone()
    clean = words.replace("\r\n", "\n").strip()
    if not clean:
        return NoWords(handle)
    if len(clean) > MOST_WORDS:
        return TooLong(handle, len(clean), MOST_WORDS)
    tx.announcements.write(it.id, clean)
    return replace(it, words=clean)


def attach(tx: Tx, asker: Asker, handle: str, file: Attachment | None) -> None:
    it = own_draft(tx, asker, handle)
    if it is not None:
        tx.announcements.attach(it.id, file)


def choose(tx: Tx, asker: Asker, handle: str, sections: Sequence[str]) -> None:
    it = own_draft(tx, asker, handle)
    chosen = tuple(each.id for each in taught_here(tx, asker) if each.handle in sections)
    if it is not None and chosen:
        tx.announcements.address(it.id, replace(it.audience, sections=chosen))


def pick(tx: Tx, asker: Asker, handle: str, accounts: Sequence[int]) -> tuple[int, ...]:
    """Gives those of them who are in none of the classes."""
    it = own_draft(tx, asker, handle)
    if it is None:
        return ()
    students = {
        account.discord: account.person
        for section in taught_sections(tx, it)
        for account, _ in tx.announcements.students(section.id)
    }
    picked = dict.fromkeys(accounts[:MOST_PEOPLE])
    people = tuple(students[each] for each in picked if each in students)
    tx.announcements.address(it.id, replace(it.audience, group=PEOPLE, people=people))
    return tuple(each for each in picked if each not in students)


def preview_draft(
    tx: Tx, asker: Asker, handle: str, hours: Hours, tariff: Tariff, now: datetime
) -> PreviewResult:
    it = own_draft(tx, asker, handle)
    if it is None:
        return Gone()
    choices, sections = taught_here(tx, asker), tuple(taught_sections(tx, it))
    if not it.words:
        return NoWords(handle)
    if not sections:
        return WhichClasses(handle, choices) if choices else NotStaff()
    runs = list(occurrences(it.wall, it.zone, it.until))
    found = listeners(tx, it, now)
    begins = it.next_at or now
    # days off are for reminders: what a teacher writes comes on the day that they chose
    open_hours = {each.id: class_rules(tx, each.id, hours).hours.on_every_day() for each in sections}
    return AnnouncementPreview(
        it,
        sections,
        choices,
        it.next_at,
        runs[-1],
        len(runs),
        tuple(
            _recipient(it, each, each.way, open_hours[each.section.id], begins)
            for each in found
            if each.way is not None
        ),
        tuple((each.account, _no_way(each)) for each in found if each.way is None),
        _cost(it, found, tariff),
    )


def _recipient(it: Announced, to: Listener, way: Way, hours: Hours, at: datetime) -> Recipient:
    if it.urgent and way is not Way.SMS:
        return Recipient(to.account, way, None)
    opening = next_open(at, to.account.zone or to.section.zone, hours.of(way))
    return Recipient(to.account, way, opening if opening is not None and opening > at else None)


def _no_way(to: Listener) -> str:
    closed = "DMs are closed" if to.account.dm_closed_at else "has not opened the inbox"
    return f"{closed}, no phone, and the class has no pre-work channel"


def _cost(it: Announced, found: Sequence[Listener], tariff: Tariff) -> Cost:
    """Of the texts that are sure to go out: to those reached by nothing else, and beside the rest if wished."""
    texted = [each for each in found if each.reach.sms and (it.texts_too or each.way is Way.SMS)]
    file = Attachment(it.file_name, b"") if it.file_name else None
    by_class = {each.section.name: 0 for each in texted}
    for name in by_class:
        by_class[name] = tariff.segments(Announcement(name, it.words, "", file))
    segments = sum(by_class[each.section.name] for each in texted)
    money = tariff.price * segments if tariff.price is not None else None
    return Cost(len(texted), segments, money, tariff.currency)
