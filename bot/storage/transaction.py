"""The repositories of one transaction."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.booking import StoredBookings
from bot.storage.courses import StoredCourses
from bot.storage.drafts import StoredDrafts
from bot.storage.history import StoredHistory
from bot.storage.messaging import StoredMessaging
from bot.storage.outbox import StoredOutbox
from bot.storage.people import StoredPeople
from bot.storage.phones import StoredPhones
from bot.storage.prework import StoredPreWorks
from bot.storage.progress import StoredProgresses
from bot.storage.quizzes import StoredAttempts
from bot.storage.reports import StoredReports
from bot.storage.sections import StoredSections
from bot.storage.upkeep import StoredUpkeep


class StoredTx:
    """Offers what ``bot.services.ports.Tx`` asks for."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.people = StoredPeople(connection)
        self.courses = StoredCourses(connection)
        self.sections = StoredSections(connection)
        self.prework = StoredPreWorks(connection)
        self.progress = StoredProgresses(connection)
        self.attempts = StoredAttempts(connection)
        self.outbox = StoredOutbox(connection)
        self.drafts = StoredDrafts(connection)
        self.bookings = StoredBookings(connection)
        self.phones = StoredPhones(connection)
        self.upkeep = StoredUpkeep(connection)
        self.messaging = StoredMessaging(connection)
        self.history = StoredHistory(connection)
        self.reports = StoredReports(connection)
