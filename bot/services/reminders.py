"""How a class is reminded, as its teacher sees and changes it: ladder, hours, days off, holidays, absences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.domain.ladder import BadLadder, ladder_to_json, read_ladder, write_ladder
from bot.domain.nudging import Hours, Rules
from bot.domain.quiet import FAR, Days
from bot.domain.records import Absence, Account, Asker, HistoryLine, Holiday, Messaging, Section
from bot.domain.times import BadTime, day_text, local_day, parse_clock, parse_day
from bot.services.choosing import NoClass, NotStaff, WhichClass, taught_class
from bot.services.ports import Database, Tx
from bot.services.rules import class_rules

#: clocks change at night: between these, open hours lie on every day
EARLIEST, LATEST = time(5), time(22)
SHORTEST = timedelta(hours=1)
LONGEST_HOLIDAY = timedelta(days=120)
MOST_HOLIDAYS = 60
MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class RemindersShown:
    """Everything that decides when a class is reminded. ``said`` tells what was changed just now, if anything."""

    section: Section
    rules: Rules
    guardian_rule: str
    holidays: tuple[Holiday, ...]
    #: absences that are not over
    away: tuple[Absence, ...]
    #: the class has reminders of its own, not the usual ones
    is_own_ladder: bool
    said: str = ""


@dataclass(frozen=True, slots=True)
class NotPossible:
    """``problem`` says why nothing was changed and what to do."""

    problem: str


@dataclass(frozen=True, slots=True)
class NotAStudent:
    discord: int
    section: Section


@dataclass(frozen=True, slots=True)
class AwayNoted:
    discord: int
    section: Section
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Back:
    """``was_away`` is False when there was no absence to end."""

    discord: int
    section: Section
    was_away: bool


ShowResult = RemindersShown | WhichClass | NoClass | NotStaff
ChangeResult = RemindersShown | BadLadder | BadTime | NotPossible | NotStaff
HolidayResult = RemindersShown | BadTime | NotPossible | WhichClass | NoClass | NotStaff
AbsenceResult = AwayNoted | Back | NotAStudent | BadTime | NotPossible | WhichClass | NoClass | NotStaff


class ReminderService:
    """``usual`` are the installation's hours; ``wake`` has the plan looked at again."""

    def __init__(self, database: Database, usual: Hours, wake: Callable[[], None]) -> None:
        self._db, self._usual, self._wake = database, usual, wake

    async def show(self, asker: Asker, class_name: str | None, now: datetime) -> ShowResult:
        return await self._db.read(_show, asker, class_name, self._usual, now)

    async def show_of(self, asker: Asker, handle: str, now: datetime) -> RemindersShown | NotStaff:
        """The same for the class of that handle, for forms that begin with what stands."""
        return await self._db.read(_show_of, asker, handle, self._usual, now)

    async def set_ladder(self, asker: Asker, handle: str, text: str, now: datetime) -> ChangeResult:
        """``text`` has one step a line; ``usual`` goes back to the usual steps, ``none`` ends reminders."""
        return await self._change(asker, handle, _Ladder(text), now)

    async def set_hours(
        self, asker: Asker, handle: str, opens: str, closes: str, now: datetime
    ) -> ChangeResult:
        """For DMs and threads; two empty texts go back to the installation's own."""
        return await self._change(asker, handle, _DmHours(opens, closes), now)

    async def set_days_off(
        self, asker: Asker, handle: str, days: Sequence[str], now: datetime
    ) -> ChangeResult:
        """ISO weekdays, Monday is 1."""
        return await self._change(asker, handle, _DaysOff(tuple(days)), now)

    async def set_guardian_rule(self, asker: Asker, handle: str, rule: str, now: datetime) -> ChangeResult:
        """Who may give a guardian's number: ``off``, ``student`` or ``teacher``."""
        return await self._change(asker, handle, _GuardianRule(rule), now)

    async def holiday(
        self, asker: Asker, class_name: str | None, span: HolidayTyped, now: datetime
    ) -> HolidayResult:
        """Adds days on which nobody is reminded, or takes them away again."""
        result = await self._db.write(_holiday, asker, class_name, span, self._usual, now)
        self._wake()
        return result

    async def absence(
        self, asker: Asker, class_name: str | None, student: int, span: AbsenceTyped, now: datetime
    ) -> AbsenceResult:
        """Notes that a student (by Discord id) is away, or back: nobody reminds them meanwhile."""
        return await self._db.write(_absence, asker, class_name, student, span, now)

    async def _change(self, asker: Asker, handle: str, change: _Change, now: datetime) -> ChangeResult:
        result = await self._db.write(_change, asker, handle, change, self._usual, now)
        self._wake()
        return result


@dataclass(frozen=True, slots=True)
class HolidayTyped:
    first: str
    last: str | None
    name: str
    remove: bool


@dataclass(frozen=True, slots=True)
class AbsenceTyped:
    first: str | None
    last: str | None
    back: bool


@dataclass(frozen=True, slots=True)
class _Ladder:
    text: str

    def apply(self, kept: Messaging, usual: Hours, now: datetime) -> Messaging | BadLadder:
        steps = read_ladder(self.text)
        if isinstance(steps, BadLadder):
            return steps
        return replace(kept, ladder=None if steps is None else ladder_to_json(steps), ladder_since=now)

    def told(self, rules: Rules) -> dict[str, Any]:
        return {"ladder": write_ladder(rules.ladder)}


@dataclass(frozen=True, slots=True)
class _DmHours:
    opens: str
    closes: str

    def apply(self, kept: Messaging, usual: Hours, now: datetime) -> Messaging | BadTime | NotPossible:
        if not self.opens.strip() and not self.closes.strip():
            return replace(kept, dm_opens=None, dm_closes=None)
        opens, closes = parse_clock(self.opens), parse_clock(self.closes)
        if isinstance(opens, BadTime):
            return opens
        if isinstance(closes, BadTime):
            return closes
        length = datetime.combine(date.min, closes) - datetime.combine(date.min, opens)
        if length < SHORTEST or opens < EARLIEST or closes > LATEST:
            return NotPossible(
                "Open hours last at least one hour and lie between 5:00 and 22:00: at night people sleep."
            )
        return replace(kept, dm_opens=f"{opens:%H:%M}", dm_closes=f"{closes:%H:%M}")

    def told(self, rules: Rules) -> dict[str, Any]:
        hours = rules.hours.discord
        return {"hours": f"{hours.opens:%H:%M} to {hours.closes:%H:%M}"}


@dataclass(frozen=True, slots=True)
class _DaysOff:
    days: tuple[str, ...]

    def apply(self, kept: Messaging, usual: Hours, now: datetime) -> Messaging | NotPossible:
        days = sorted({int(each) for each in self.days if each in "1234567" and len(each) == 1})
        if len(days) == 7:
            return NotPossible(
                "With all seven days off nothing could ever go out. To send no reminders, change the steps to `none`."
            )
        return replace(kept, days_off=tuple(days))

    def told(self, rules: Rules) -> dict[str, Any]:
        return {"days_off": sorted(rules.hours.discord.weekdays_off)}


@dataclass(frozen=True, slots=True)
class _GuardianRule:
    rule: str

    def apply(self, kept: Messaging, usual: Hours, now: datetime) -> Messaging | NotPossible:
        if self.rule not in ("off", "student", "teacher"):
            return NotPossible("Choose one of the three.")
        return replace(kept, guardian_rule=self.rule)

    def told(self, rules: Rules) -> dict[str, Any]:
        return {"guardians": self.rule}


_Change = _Ladder | _DmHours | _DaysOff | _GuardianRule


def _show(tx: Tx, asker: Asker, name: str | None, usual: Hours, now: datetime) -> ShowResult:
    section = taught_class(tx, asker, name)
    return _shown(tx, section, usual, now) if isinstance(section, Section) else section


def _show_of(tx: Tx, asker: Asker, handle: str, usual: Hours, now: datetime) -> RemindersShown | NotStaff:
    taught = _taught(tx, asker, handle)
    return _shown(tx, taught[1], usual, now) if taught else NotStaff()


def _taught(tx: Tx, asker: Asker, handle: str) -> tuple[Account, Section] | None:
    me, section = tx.people.of(asker.account), tx.sections.by_handle(handle)
    if me is None or section is None or not tx.sections.teaches(section.id, me.person):
        return None
    return me, section


def _shown(tx: Tx, section: Section, usual: Hours, now: datetime, said: str = "") -> RemindersShown:
    today, kept = local_day(now, section.zone), tx.messaging.of(section.id)
    return RemindersShown(
        section,
        class_rules(tx, section.id, usual),
        kept.guardian_rule,
        holidays=tuple(each for each in tx.reminders.holidays(section.id) if each.days.last >= today),
        away=tuple(each for each in tx.reminders.absences(section.id) if _is_ahead(each, today)),
        is_own_ladder=kept.ladder is not None,
        said=said,
    )


def _is_ahead(absence: Absence, today: date) -> bool:
    away = absence.away
    return away.last is None or (away.last >= today and away.last >= away.first)


def _change(tx: Tx, asker: Asker, handle: str, change: _Change, usual: Hours, now: datetime) -> ChangeResult:
    taught = _taught(tx, asker, handle)
    if taught is None:
        return NotStaff()
    me, section = taught
    changed = change.apply(tx.messaging.of(section.id), usual, now)
    if not isinstance(changed, Messaging):
        return changed
    tx.messaging.keep(section.id, changed)
    tx.planning.look_again(section.id, now)
    body = change.told(class_rules(tx, section.id, usual))
    tx.history.add(HistoryLine(now, "rules", body, section.id, None, me.person))
    return _shown(tx, section, usual, now, "Changed. It holds from now on.")


def _holiday(
    tx: Tx, asker: Asker, name: str | None, typed: HolidayTyped, usual: Hours, now: datetime
) -> HolidayResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    days = _span(typed.first, typed.last, now, section.zone)
    if isinstance(days, BadTime | NotPossible):
        return days
    me, kept = tx.people.known(asker.account, now), tx.reminders.holidays(section.id)
    if typed.remove:
        found = next((each for each in kept if each.days.hold(days.first)), None)
        if found is None:
            return NotPossible(f"No holiday of this class holds {day_text(days.first)}.")
        tx.reminders.drop_holiday(section.id, found.days.first)
        done, said = found, "is a holiday no more"
    elif len(kept) >= MOST_HOLIDAYS:
        return NotPossible(f"A class keeps at most {MOST_HOLIDAYS} holidays. Remove old ones first.")
    else:
        done, said = Holiday(days, " ".join(typed.name.split())[:MOST_NAME]), "nobody is reminded"
        tx.reminders.keep_holiday(section.id, done)
    tx.planning.look_again(section.id, now)
    body = {
        "first": done.days.first.isoformat(),
        "last": done.days.last.isoformat(),
        "name": done.name,
        "removed": typed.remove,
    }
    tx.history.add(HistoryLine(now, "holiday", body, section.id, None, me.person))
    return _shown(tx, section, usual, now, f"{span_text(done.days.first, done.days.last)}: {said}.")


def _span(first: str, last: str | None, now: datetime, zone: str) -> Days | BadTime | NotPossible:
    begins = parse_day(first, now, zone)
    if isinstance(begins, BadTime):
        return begins
    ends = parse_day(last, now, zone) if last else begins
    if isinstance(ends, BadTime):
        return ends
    if ends < begins:
        return NotPossible(
            f"I understood {day_text(begins)} to {day_text(ends)}, and that ends before it begins. "
            "Write the days like `2026-11-24`."
        )
    if ends - begins > LONGEST_HOLIDAY:
        return NotPossible(f"At most {LONGEST_HOLIDAY.days} days at once, please.")
    return Days(begins, ends)


def span_text(first: date, last: date | None) -> str:
    if last is None:
        return f"{day_text(first)} until further notice"
    return day_text(first) if first == last else f"{day_text(first)} to {day_text(last)}"


def _absence(
    tx: Tx, asker: Asker, name: str | None, student: int, typed: AbsenceTyped, now: datetime
) -> AbsenceResult:
    section = taught_class(tx, asker, name)
    if not isinstance(section, Section):
        return section
    me, who = tx.people.known(asker.account, now), tx.people.of(student)
    if who is None or tx.sections.enrolment(section.id, who.person) is None:
        return NotAStudent(student, section)
    zone = who.zone or section.zone
    if typed.back:
        yesterday = local_day(now, zone) - timedelta(days=1)
        ended = tx.reminders.come_back(section.id, who.person, yesterday, me.person, now)
        _record_absence(tx, section, who, me, {"back": True}, now)
        return Back(student, section, was_away=ended > 0)
    return _note(tx, section, who, me, typed, now)


def _note(
    tx: Tx, section: Section, who: Account, me: Account, typed: AbsenceTyped, now: datetime
) -> AbsenceResult:
    first = parse_day(typed.first, now, section.zone) if typed.first else local_day(now, section.zone)
    last = parse_day(typed.last, now, section.zone) if typed.last else None
    if isinstance(first, BadTime):
        return first
    if isinstance(last, BadTime):
        return last
    if last is not None and not first <= last <= first + timedelta(days=FAR):
        return NotPossible(
            f"I understood {span_text(first, last)}. An absence ends after it begins, and within about a year. "
            "Leave out `until` while nobody knows."
        )
    tx.reminders.note_absence(section.id, who.person, first, last, me.person, now)
    body = {"first": first.isoformat(), "last": last.isoformat() if last else None}
    _record_absence(tx, section, who, me, body, now)
    return AwayNoted(who.discord, section, first, last)


def _record_absence(
    tx: Tx, section: Section, who: Account, me: Account, body: dict[str, Any], now: datetime
) -> None:
    tx.history.add(HistoryLine(now, "absence", body, section.id, who.person, me.person))
