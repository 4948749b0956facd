"""The error journal: why a question went another way, how to avoid it, and what is right, once passed (K10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.journal import LONGEST, Noted
from bot.domain.mastery import Attempt
from bot.domain.records import Asker, Section
from bot.services.access import LeftClass, own_attempt
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.ports import Database, Tx
from bot.services.unlocking import open_questions

#: entries that a card shows
MOST_ENTRIES = 10


@dataclass(frozen=True, slots=True)
class Page:
    """One question of an attempt: its words and what is noted; ``asks_right`` once the check is passed (K12)."""

    attempt: str
    position: int
    prompt: str
    noted: Noted | None
    asks_right: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """The questions of an attempt that did not go well."""

    attempt: str
    unit_title: str
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Written:
    pages: Pages


@dataclass(frozen=True, slots=True)
class NoPage:
    """There is no such question in an attempt of the asker's that was handed in."""


@dataclass(frozen=True, slots=True)
class Line:
    unit_title: str
    prompt: str
    written_at: datetime
    noted: Noted


@dataclass(frozen=True, slots=True)
class Journal:
    """Newest first. ``last`` is the handle of the last attempt that has something to write about."""

    section: Section
    lines: tuple[Line, ...]
    last: str | None


JournalResult = Journal | WhichClass | NoClass


class JournalService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def show(self, asker: Asker, section: str | None) -> JournalResult:
        """The asker's own, in the class of that handle or in their only one."""
        return await self._db.read(_show, asker, section)

    async def pages(self, asker: Asker, attempt: str) -> Pages | NoPage | LeftClass:
        return await self._db.read(_pages, asker, attempt)

    async def page(self, asker: Asker, attempt: str, position: int) -> Page | NoPage | LeftClass:
        return await self._db.read(_page, asker, attempt, position)

    async def write(
        self, asker: Asker, attempt: str, position: int, noted: Noted, now: datetime
    ) -> Written | NoPage | LeftClass:
        """Keeps what was written; what is right is kept as it was until the check is passed."""
        return await self._db.write(_write, asker, attempt, position, noted, now)


def _mine(tx: Tx, asker: Asker, handle: str) -> Attempt | NoPage | LeftClass:
    attempt = own_attempt(tx, asker, handle)
    return (
        NoPage() if attempt is None or (isinstance(attempt, Attempt) and attempt.passed is None) else attempt
    )


def _pages(tx: Tx, asker: Asker, handle: str) -> Pages | NoPage | LeftClass:
    attempt = _mine(tx, asker, handle)
    if not isinstance(attempt, Attempt):
        return attempt
    items, noted = tx.attempts.items(attempt.id), tx.journals.of_attempt(attempt.id)
    missed = open_questions(items)
    return Pages(
        handle,
        attempt.unit_title,
        tuple(
            Page(handle, each.position, each.question.prompt, noted.get(each.position), bool(attempt.passed))
            for each in items
            if each.position in missed
        ),
    )


def _page(tx: Tx, asker: Asker, handle: str, position: int) -> Page | NoPage | LeftClass:
    found = _pages(tx, asker, handle)
    if not isinstance(found, Pages):
        return found
    return next((each for each in found.pages if each.position == position), NoPage())


def _write(
    tx: Tx, asker: Asker, handle: str, position: int, noted: Noted, now: datetime
) -> Written | NoPage | LeftClass:
    page, attempt = _page(tx, asker, handle, position), _mine(tx, asker, handle)
    if not isinstance(page, Page):
        return page
    if not isinstance(attempt, Attempt):
        return attempt
    before = page.noted.right if page.noted else ""
    right = noted.right.strip()[:LONGEST] if page.asks_right else before
    kept = Noted(noted.why.strip()[:LONGEST], noted.avoid.strip()[:LONGEST], right)
    tx.journals.keep(attempt.id, position, kept, now)
    pages = _pages(tx, asker, handle)
    return Written(pages) if isinstance(pages, Pages) else pages


def _show(tx: Tx, asker: Asker, handle: str | None) -> JournalResult:
    match attended_class(tx, asker, handle):
        case (me, section):
            lines = journal_of(tx, me.person, section.course_id, MOST_ENTRIES)
            done = [
                each for each in tx.attempts.of_course(me.person, section.course_id) if each.score is not None
            ]
            last = next((each.handle for each in reversed(done) if each.score != 1), None)
            return Journal(section, lines, last)
        case refusal:
            return refusal


def journal_of(tx: Tx, person: int, course: int, limit: int) -> tuple[Line, ...]:
    lines: list[Line] = []
    for each in tx.journals.of_course(person, course, limit):
        prompts = {item.position: item.question.prompt for item in tx.attempts.items(each.attempt)}
        title = tx.attempts.get(each.attempt).unit_title
        lines.append(Line(title, prompts.get(each.position, ""), each.written_at, each.noted))
    return tuple(lines)
