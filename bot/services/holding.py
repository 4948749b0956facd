"""The last look at when: quiet hours and days off hold a message back, absences and limits drop a reminder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.domain.nudging import Drop, Hours, Limits, SendAt, SendNow, when_sent
from bot.domain.outbox import Delivery, Kind, Way
from bot.domain.records import Section
from bot.domain.times import instant, local_day
from bot.services.ports import Tx
from bot.services.rules import class_rules

#: of something owed: they keep off days off, and those who are away
REMINDERS = frozenset({Kind.NUDGE, Kind.CONTRACT_TO_SIGN, Kind.RECHECK})


@dataclass(frozen=True, slots=True)
class Withhold:
    """Not sent, by no other way either; ``why`` is told to the teacher who asks."""

    why: str


def look(
    tx: Tx, delivery: Delivery, zone: str, usual: Hours, limits: Limits, now: datetime
) -> SendNow | SendAt | Drop | Withhold:
    """For a message to one person, by the clock on the wall of that zone."""
    if delivery.kind in REMINDERS and is_away(tx, delivery.section, delivery.person, zone, now):
        return Withhold("the student is away")
    useful_until = delivery.expires_at or now + timedelta(days=1)
    when = when_sent(delivery.way, zone, _hours(tx, delivery, usual), useful_until, now)
    if isinstance(when, SendNow) and delivery.kind is Kind.NUDGE and "step" in delivery.args:
        return _within(tx, delivery, limits, zone, now)
    return when


def is_away(tx: Tx, section: int | None, person: int | None, zone: str, now: datetime) -> bool:
    today = local_day(now, zone)
    return any(each.hold(today) for each in tx.reminders.away(section or 0, person or 0))


def away_today(tx: Tx, section: Section, now: datetime) -> frozenset[int]:
    """Persons of a class who are away, each by the day on their own wall."""
    return frozenset(
        each.account.person
        for each in tx.reminders.absences(section.id)
        if each.away.hold(local_day(now, each.account.zone or section.zone))
    )


def _hours(tx: Tx, delivery: Delivery, usual: Hours) -> Hours:
    """Days off are for reminders: an appointment stands on the day that its student chose."""
    if delivery.section is None:
        return usual
    hours = class_rules(tx, delivery.section, usual).hours
    return hours if delivery.kind in REMINDERS else hours.on_every_day()


def _within(tx: Tx, delivery: Delivery, limits: Limits, zone: str, now: datetime) -> SendNow | Withhold:
    person, to_guardian = delivery.person or 0, delivery.way is Way.GUARDIAN
    # of a guardian, what another class sent to another phone counts for nothing
    phone = tx.guardians.in_class(delivery.section or 0).same_phone(person) if to_guardian else ()
    if tx.reminders.sent_since(person, midnight(now, zone), guardian_in=phone) >= limits.per_day:
        return Withhold(f"{limits.per_day} reminders a day are enough")
    if not to_guardian and tx.reminders.unanswered([person]).get(person, 0) >= limits.unanswered:
        return Withhold(f"the last {limits.unanswered} were not answered: the teacher is told instead")
    return SendNow()


def midnight(now: datetime, zone: str) -> datetime:
    """When the day began on that wall."""
    return instant(datetime.combine(local_day(now, zone), time()), zone)
