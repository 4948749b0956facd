"""Announcements as a teacher makes them: seen before they go out, taken back until they start, stopped while they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.announcing import UNDO_WINDOW, Announced, Phase, may_move
from bot.domain.nudging import Hours
from bot.domain.outbox import Kind, State
from bot.domain.records import Asker, UnitRecord
from bot.services import chronicle
from bot.services.announcement_drafts import (
    attach,
    choose,
    fetched,
    form_of,
    open_draft,
    own,
    pick,
    preview_draft,
    taught_here,
    units_of,
    wall_of,
    write_words,
)
from bot.services.announcement_results import (
    AnnouncementPreview,
    BadFile,
    Form,
    Gone,
    NobodyThere,
    NoWords,
    OpenResult,
    Past,
    PreviewResult,
    Request,
    Standing,
    Tariff,
    TooLate,
    Upload,
    WhichClasses,
)
from bot.services.announcement_runs import STOPPED, note, run_due
from bot.services.audiences import listeners, taught_sections
from bot.services.ports import Database, Ids, Tx


class AnnouncementService:
    def __init__(
        self, database: Database, hours: Hours, tariff: Tariff, ids: Ids, wake: Callable[[], None]
    ) -> None:
        self._db, self._hours, self._tariff, self._ids, self._wake = database, hours, tariff, ids, wake

    async def open(self, asker: Asker, request: Request, now: datetime) -> OpenResult:
        """Checks what was typed with the command, before anybody writes a long text for nothing."""
        return await self._db.write(open_draft, asker, request, now, self._ids)

    async def form(self, asker: Asker, handle: str) -> Form | Gone:
        """The words of a draft, to be changed."""
        return await self._db.read(form_of, asker, handle)

    async def write(
        self, asker: Asker, handle: str, words: str, upload: Upload | None, now: datetime
    ) -> PreviewResult:
        """Keeps the words and the file of a draft and shows what would happen."""
        draft = await self._db.write(write_words, asker, handle, words, now)
        if not isinstance(draft, Announced):
            return draft
        if upload is not None:
            file = await fetched(upload, handle)
            if isinstance(file, BadFile):
                return file
            await self._db.write(attach, asker, handle, file)
        return await self.preview(asker, handle, now)

    async def preview(self, asker: Asker, handle: str, now: datetime) -> PreviewResult:
        return await self._db.read(preview_draft, asker, handle, self._hours, self._tariff, now)

    async def drop_file(self, asker: Asker, handle: str, now: datetime) -> PreviewResult:
        await self._db.write(attach, asker, handle, None)
        return await self.preview(asker, handle, now)

    async def choose_classes(
        self, asker: Asker, handle: str, sections: Sequence[str], now: datetime
    ) -> PreviewResult:
        """``sections`` are handles of classes."""
        await self._db.write(choose, asker, handle, sections)
        return await self.preview(asker, handle, now)

    async def pick_people(
        self, asker: Asker, handle: str, accounts: Sequence[int], now: datetime
    ) -> PreviewResult:
        """Only those people, 25 at most; ``accounts`` are Discord's."""
        strangers = await self._db.write(pick, asker, handle, accounts)
        result = await self.preview(asker, handle, now)
        return replace(result, strangers=strangers) if isinstance(result, AnnouncementPreview) else result

    async def confirm(
        self, asker: Asker, handle: str, now: datetime, *, at_once: bool = False
    ) -> Standing | PreviewResult:
        """Sends what the preview showed, or what its time shall bring. Safe to press twice.

        ``at_once`` is for one whose time has passed while it was looked at.
        """
        result = await self._db.write(_confirm, asker, handle, now, at_once)
        if not isinstance(result, Standing):
            return result
        self._wake()
        return result

    async def undo(self, asker: Asker, handle: str, now: datetime) -> Standing | TooLate | Gone:
        """Takes it back; once the first run has begun it is too late for that."""
        return await self._db.write(_undo, asker, handle, now)

    async def stop(self, asker: Asker, handle: str, now: datetime) -> Standing | Gone:
        """Nothing more goes out, now or in later weeks; what is in mid-call may still arrive."""
        return await self._db.write(_stop, asker, handle, now)

    async def show(self, asker: Asker, handle: str) -> Standing | Gone:
        return await self._db.read(_show, asker, handle)

    async def mine(self, asker: Asker) -> Sequence[Standing]:
        """The asker's own that wait, repeat or run."""
        return await self._db.read(_list, asker)

    async def units(self, asker: Asker, class_name: str | None) -> Sequence[UnitRecord]:
        """Units of the classes meant, for autocomplete; strangers get none."""
        return await self._db.read(units_of, asker, class_name)

    async def run_due(self, now: datetime) -> int:
        """Begins the runs that have come and ends those that are through; gives how many messages were new."""
        return await run_due(self._db, now, self._ids)

    async def next_instant(self, now: datetime) -> datetime | None:
        """When the next run comes; it may lie in the past."""
        return await self._db.read(_next_instant)


def _confirm(tx: Tx, asker: Asker, handle: str, now: datetime, at_once: bool) -> Standing | PreviewResult:
    it = own(tx, asker, handle)
    if it is None:
        return Gone()
    if it.phase is not Phase.DRAFT:
        return _standing(tx, it)  # the second press, from another device perhaps
    sections = tuple(taught_sections(tx, it))
    if not it.words:
        return NoWords(handle)
    if not sections:
        return WhichClasses(handle, taught_here(tx, asker))
    if it.next_at is not None and it.next_at < now and not at_once:
        return Past(it.next_at, handle)
    is_now = it.next_at is None or at_once
    if is_now and it.until is None and not listeners(tx, it, now):
        return NobodyThere(it, sections)
    begins = now + UNDO_WINDOW if is_now else max(it.next_at or now, now + UNDO_WINDOW)
    wall = wall_of(begins, it.zone) if it.next_at is None else it.wall
    tx.announcements.schedule(it.id, begins, wall)
    tx.announcements.move(it.id, Phase.WAITING, begins, runs=0)
    note(tx, it, "announced", now, actor=it.person)
    return _standing(tx, replace(it, phase=Phase.WAITING, next_at=begins, wall=wall))


def _standing(tx: Tx, it: Announced, stopped: int = 0) -> Standing:
    sections = tuple(tx.sections.get(each) for each in it.audience.sections)
    return Standing(it, sections, tx.announcements.counts(it.id), stopped)


def _undo(tx: Tx, asker: Asker, handle: str, now: datetime) -> Standing | TooLate | Gone:
    it = own(tx, asker, handle)
    if it is None or it.phase is Phase.DRAFT:
        return Gone()
    if it.runs or not may_move(it.phase, Phase.UNDONE):
        is_back = it.phase is Phase.UNDONE
        return _standing(tx, it) if is_back else TooLate(_standing(tx, it))
    tx.announcements.end(it.id, Phase.UNDONE, now)
    note(tx, it, "undone", now, actor=it.person)
    return _standing(tx, replace(it, phase=Phase.UNDONE, next_at=None))


def _stop(tx: Tx, asker: Asker, handle: str, now: datetime) -> Standing | Gone:
    it = own(tx, asker, handle)
    if it is None or it.phase is Phase.DRAFT:
        return Gone()
    if not may_move(it.phase, Phase.STOPPED):
        return _standing(tx, it)
    tx.announcements.end(it.id, Phase.STOPPED, now)
    stopped = tx.outbox.suppress(Kind.ANNOUNCEMENT, it.id, STOPPED, now)
    for each in stopped:
        chronicle.note(tx, each, State.SUPPRESSED, now, why=STOPPED)
    note(tx, it, "stopped", now, actor=it.person, messages=len(stopped))
    return _standing(tx, replace(it, phase=Phase.STOPPED, next_at=None), len(stopped))


def _show(tx: Tx, asker: Asker, handle: str) -> Standing | Gone:
    it = own(tx, asker, handle)
    return _standing(tx, it) if it is not None and it.phase is not Phase.DRAFT else Gone()


def _list(tx: Tx, asker: Asker) -> Sequence[Standing]:
    me = tx.people.of(asker.account)
    return [_standing(tx, each) for each in tx.announcements.live(me.person)] if me else []


def _next_instant(tx: Tx) -> datetime | None:
    return tx.announcements.next_at()
