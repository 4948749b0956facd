"""The repositories of one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import sqlalchemy as sa

from bot.domain.apart import Fault
from bot.storage.accommodations import StoredAccommodations
from bot.storage.announcements import StoredAnnouncements
from bot.storage.answer_marks import StoredAnswerMarks
from bot.storage.apart import apart
from bot.storage.aside import StoredAside
from bot.storage.booking import StoredBookings
from bot.storage.contracts import StoredContracts
from bot.storage.courses import StoredCourses
from bot.storage.drafts import StoredDrafts
from bot.storage.guardians import StoredGuardians
from bot.storage.hand_marks import StoredHandMarks
from bot.storage.history import StoredHistory
from bot.storage.item_analysis import StoredItemAnalysis
from bot.storage.letters import StoredLetters
from bot.storage.mastery_rules import StoredMasteryRules
from bot.storage.messaging import StoredMessaging
from bot.storage.outbox import StoredOutbox
from bot.storage.people import StoredPeople
from bot.storage.phones import StoredOptOuts, StoredPhones, StoredReceipts
from bot.storage.pictures import StoredHandIns, StoredPictures
from bot.storage.planning import StoredPlanning
from bot.storage.prework import StoredPreWorks
from bot.storage.progress import StoredProgresses
from bot.storage.quizzes import StoredAttempts
from bot.storage.rechecks import StoredRechecks
from bot.storage.regrades import StoredRegrades
from bot.storage.reminders import StoredReminders
from bot.storage.reports import StoredReports
from bot.storage.retakes import StoredJournals, StoredRetakes
from bot.storage.rulings import StoredRulings
from bot.storage.sections import StoredSections
from bot.storage.summatives import StoredSummatives, StoredTalks
from bot.storage.tasks import StoredTasks
from bot.storage.upkeep import StoredUpkeep

P = ParamSpec("P")
T = TypeVar("T")


class StoredTx:
    """Offers what ``bot.services.ports.Tx`` asks for."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.aside = StoredAside(connection)
        self.people = StoredPeople(connection)
        self.courses = StoredCourses(connection)
        self.sections = StoredSections(connection)
        self.prework = StoredPreWorks(connection)
        self.progress = StoredProgresses(connection)
        self.attempts = StoredAttempts(connection)
        self.pictures = StoredPictures(connection)
        self.hand_ins = StoredHandIns(connection)
        self.outbox = StoredOutbox(connection)
        self.drafts = StoredDrafts(connection)
        self.bookings = StoredBookings(connection)
        self.phones = StoredPhones(connection)
        self.guardians = StoredGuardians(connection)
        self.optouts = StoredOptOuts(connection)
        self.receipts = StoredReceipts(connection)
        self.upkeep = StoredUpkeep(connection)
        self.messaging = StoredMessaging(connection)
        self.history = StoredHistory(connection)
        self.letters = StoredLetters(connection)
        self.announcements = StoredAnnouncements(connection)
        self.guardians = StoredGuardians(connection)
        self.reminders = StoredReminders(connection)
        self.planning = StoredPlanning(connection)
        self.reports = StoredReports(connection)
        self.item_analysis = StoredItemAnalysis(connection)
        self.tasks = StoredTasks(connection)
        self.mastery_rules = StoredMasteryRules(connection)
        self.accommodations = StoredAccommodations(connection)
        self.rulings = StoredRulings(connection)
        self.regrades = StoredRegrades(connection)
        self.hand_marks = StoredHandMarks(connection)
        self.answer_marks = StoredAnswerMarks(connection)
        self.contracts = StoredContracts(connection)
        self.retakes = StoredRetakes(connection)
        self.journals = StoredJournals(connection)
        self.rechecks = StoredRechecks(connection)
        self.summatives = StoredSummatives(connection)
        self.talks = StoredTalks(connection)

    def apart(self, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Fault:
        return apart(self._connection, lambda: fn(*args, **kwargs))
