"""Announcements as the clock carries them out: a run begun, written out in pieces, ended; and what each message says.

Whatever happens between two writes, a run's rows are complete in the end and none is there twice: the announcement
leaves "to begin" in the write that adds its last rows, and each row's key names the run and the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.announcing import (
    ANNOUNCE,
    END,
    USEFUL_FOR,
    Announced,
    Phase,
    group_words,
    is_too_late,
    may_move,
    run_after,
    run_key,
)
from bot.domain.attachments import Attachment
from bot.domain.messages import Announcement
from bot.domain.outbox import Delivery, Effect, Kind, State, Way
from bot.domain.records import HistoryLine, Section
from bot.domain.times import local_text
from bot.services.apart import Bench, Piece, Told, do_each
from bot.services.audiences import Listener, is_still_meant, listeners, taught_sections
from bot.services.ports import Database, Ids, Tx

#: rows in one write: a school's worth of students must not keep a press waiting
CHUNK = 300
STOPPED = "stopped by the teacher"


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to do about announcements at an instant."""

    begin: Sequence[int]
    end: Sequence[int]


async def run_due(database: Database, now: datetime, ids: Ids) -> int:
    """Begins the runs that have come and ends those that are through; gives how many rows were new."""
    due = await database.read(_due, now)
    if due.end:
        await do_each(database, END, [_ending(each) for each in due.end], now, ids)
    count, left = 0, list(due.begin)
    while left:  # a run of many rows is written out in several pieces, one after the other
        pieces = [_beginning(each) for each in left]
        begun = [each for each in await do_each(database, ANNOUNCE, pieces, now, ids) if each is not None]
        count += sum(added for _, added in begun)
        left = [each for each, _ in begun]
    return count


def _beginning(announcement: int) -> Piece[tuple[int, int] | None]:
    def begin(bench: Bench) -> tuple[int, int] | None:
        added = begin_run(bench.tx, announcement, bench.now, bench.ids)
        return None if added is None else (announcement, added)

    return Piece(item=str(announcement), do=begin, told=lambda tx: _told(tx, announcement))


def _ending(announcement: int) -> Piece[int]:
    return Piece(item=str(announcement), do=lambda bench: _end_run(bench.tx, announcement, bench.now))


def _told(tx: Tx, announcement: int) -> Told:
    """In a class of its author: whom it was for may be what cannot be read."""
    author, words = tx.announcements.author(announcement)
    taught = tx.sections.taught_by(author)
    begins = " ".join(words.split())[:60]
    mend = "Send it again with /announce"
    return Told(f"the announcement “{begins}” could not be sent", mend, taught[0].id if taught else None)


def _due(tx: Tx, now: datetime) -> Due:
    return Due(tx.announcements.due(now), tx.announcements.finished())


def begin_run(tx: Tx, announcement: int, now: datetime, ids: Ids, most: int = CHUNK) -> int | None:
    """One piece of the run that has come; gives how many rows were new, None when nothing is left to begin."""
    it = tx.announcements.get(announcement)
    if it is None or it.next_at is None or it.next_at > now or not may_move(it.phase, Phase.RUNNING):
        return None
    if it.phase is Phase.WAITING and is_too_late(it.next_at, now):
        _leave_out(tx, it, it.next_at, now, ids)
        return 0
    key = run_key(it.id, it.next_at, it.zone)
    told = tx.announcements.told(it.id, key)
    new = [each for each in listeners(tx, it, now) if each.account.person not in told]
    effects = [effect for each in new[:most] for effect in _effects(it, each, key, it.next_at, now)]
    added = tx.outbox.add(effects, now, ids)
    if len(new) > most:
        tx.announcements.move(it.id, Phase.RUNNING, it.next_at, runs=it.runs)
        return added
    following = run_after(it.wall, it.zone, it.until, it.next_at)
    tx.announcements.move(it.id, Phase.RUNNING, following, runs=it.runs + 1)
    note(tx, it, "sent", now, messages=len(told) + len(new))
    return added


def _effects(it: Announced, to: Listener, key: str, at: datetime, now: datetime) -> list[Effect]:
    """The message, and where the teacher asked for it a text beside it."""
    texted = it.texts_too and to.reach.sms and to.way is not Way.SMS
    args = {"urgent": it.urgent, "texted": texted, "was": Kind.ANNOUNCEMENT}
    first = Effect(
        key=f"{key}{to.account.person}",
        kind=Kind.ANNOUNCEMENT if to.way else Kind.UNREACHED,
        way=to.way or Way.ROOM,
        due_at=now,
        person=to.account.person,
        section=to.section.id,
        about=it.id,
        args=args,
        expires_at=at + USEFUL_FOR,
    )
    if not texted:
        return [first]
    text = Effect(
        key=f"{key}{to.account.person}:text",
        kind=Kind.ANNOUNCEMENT,
        way=Way.SMS,
        due_at=now,
        person=to.account.person,
        section=to.section.id,
        about=it.id,
        args={"beside": True},
        expires_at=at + USEFUL_FOR,
    )
    return [first, text]


def _leave_out(tx: Tx, it: Announced, at: datetime, now: datetime, ids: Ids) -> None:
    """The bot was off for longer than the words are good for: somebody must know."""
    sections = taught_sections(tx, it)
    tx.outbox.add([_missed(it, each, at, now) for each in sections], now, ids)
    note(tx, it, "left out", now)
    following = run_after(it.wall, it.zone, it.until, at)
    if following is None:
        tx.announcements.end(it.id, Phase.DONE, now)
    else:
        tx.announcements.move(it.id, Phase.WAITING, following, runs=it.runs)


def _missed(it: Announced, section: Section, at: datetime, now: datetime) -> Effect:
    begins = " ".join(it.words.split())[:60]
    return Effect(
        key=f"{run_key(it.id, at, it.zone)}missed:{section.id}",
        kind=Kind.TROUBLE,
        way=Way.ROOM,
        due_at=now,
        section=section.id,
        about=section.id,
        args={
            "why": f"the announcement “{begins}” of {local_text(at, it.zone)} was not sent: I was off for too long",
            "mend": "If it is still of use, send it again with /announce",
        },
    )


def _end_run(tx: Tx, announcement: int, now: datetime) -> int:
    """A run whose every message has come to an end; a weekly one waits for its next."""
    it = tx.announcements.get(announcement)
    if it is None:
        return 0
    if it.next_at is None:
        tx.announcements.end(it.id, Phase.DONE, now)
    elif it.next_at > now or is_too_late(it.next_at, now):
        tx.announcements.move(it.id, Phase.WAITING, it.next_at, runs=it.runs)
    return 1


def note(
    tx: Tx, it: Announced, act: str, now: datetime, *, actor: int | None = None, messages: int | None = None
) -> None:
    """A line in the history of each class that it is for (N24)."""
    sections = [tx.sections.get(each) for each in it.audience.sections]
    names = ", ".join(each.name for each in sections)
    body: dict[str, Any] = {
        "act": act,
        "words": it.words,
        "audience": f"{group_words(it.audience.group)} in {names}",
        "file": it.file_name,
        "urgent": it.urgent,
    }
    if messages is not None:
        body["messages"] = messages
    for each in sections:
        tx.history.add(HistoryLine(now, "announcement", body, section=each.id, actor=actor))


def announcement(tx: Tx, delivery: Delivery, now: datetime) -> Announcement | str:
    """The last look before it goes out: not after a stop, not to who left, not to who finished meanwhile."""
    it = tx.announcements.get(delivery.about or 0)
    section, person = tx.sections.get(delivery.section or 0), delivery.person or 0
    if it is None or it.phase in (Phase.UNDONE, Phase.STOPPED):
        return STOPPED
    if tx.sections.enrolment(section.id, person) is None:
        return "no longer in the class"
    if not is_still_meant(tx, it.audience, person, now):
        return "done meanwhile"
    if delivery.way is Way.SMS and delivery.args.get("texted") and _is_texted(tx, delivery):
        return "it goes out as a text already"
    # its bytes are loaded when it is its turn, once for all who get it
    file = Attachment(it.file_name, b"") if it.file_name is not None else None
    return Announcement(section.name, it.words, delivery.nonce, file)


def _is_texted(tx: Tx, delivery: Delivery) -> bool:
    """The text beside a message whose other ways turned out closed: one text is enough."""
    text = f"{delivery.key.partition('>')[0]}:text"
    gone = (State.FAILED, State.EXPIRED, State.SUPPRESSED)
    return any(each.state not in gone for each in tx.outbox.chain(text))
