"""The repositories of one transaction."""

from __future__ import annotations

from functools import cached_property

import sqlalchemy as sa

from bot.storage.booking import StoredBookings
from bot.storage.courses import StoredCourses
from bot.storage.drafts import StoredDrafts
from bot.storage.outbox import StoredOutbox
from bot.storage.people import StoredPeople
from bot.storage.phones import StoredPhones
from bot.storage.prework import StoredPreWorks
from bot.storage.progress import StoredProgresses
from bot.storage.quizzes import StoredAttempts
from bot.storage.sections import StoredSections
from bot.storage.upkeep import StoredUpkeep


class StoredTx:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @cached_property
    def people(self) -> StoredPeople:
        return StoredPeople(self._connection)

    @cached_property
    def courses(self) -> StoredCourses:
        return StoredCourses(self._connection)

    @cached_property
    def sections(self) -> StoredSections:
        return StoredSections(self._connection)

    @cached_property
    def prework(self) -> StoredPreWorks:
        return StoredPreWorks(self._connection)

    @cached_property
    def progress(self) -> StoredProgresses:
        return StoredProgresses(self._connection)

    @cached_property
    def attempts(self) -> StoredAttempts:
        return StoredAttempts(self._connection)

    @cached_property
    def outbox(self) -> StoredOutbox:
        return StoredOutbox(self._connection)

    @cached_property
    def drafts(self) -> StoredDrafts:
        return StoredDrafts(self._connection)

    @cached_property
    def bookings(self) -> StoredBookings:
        return StoredBookings(self._connection)

    @cached_property
    def phones(self) -> StoredPhones:
        return StoredPhones(self._connection)

    @cached_property
    def upkeep(self) -> StoredUpkeep:
        return StoredUpkeep(self._connection)
