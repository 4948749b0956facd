"""How a class checks mastery, as its teacher sees and changes it, and as its students read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.mastery_rules import Counts, MasteryRules, rules_to_json
from bot.domain.records import Asker, HistoryLine, Section
from bot.domain.times import BadTime, day_text, local_day, parse_day
from bot.domain.typed_rules import BadRule, read_count, read_waits
from bot.services.choosing import NoClass, NotStaff, WhichClass, attended_class, taught_class, taught_of
from bot.services.ports import Database, Tx

MOST_TRIES, MOST_DAYS = 50, 365
#: rules that are on or off
SWITCHES = ("only_missed", "by_request", "in_sessions", "musts_first", "test_out")


@dataclass(frozen=True, slots=True)
class RulesShown:
    """``is_changed`` tells that they were changed just now; ``is_own`` that the asker teaches the class."""

    section: Section
    rules: MasteryRules
    is_own: bool
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Tries:
    """As typed: waits with commas, numbers, a day; nothing for none."""

    waits: str
    limit: str
    window_days: str
    last_day: str


@dataclass(frozen=True, slots=True)
class Retakes:
    counts: str
    #: those of ``SWITCHES`` that are on
    on: tuple[str, ...]
    recheck_days: str


ShowResult = RulesShown | WhichClass | NoClass | NotStaff
ChangeResult = RulesShown | BadRule | BadTime | NotStaff


class CheckRulesService:
    def __init__(self, database: Database) -> None:
        self._db = database

    async def show(self, asker: Asker, class_name: str | None) -> ShowResult:
        """For whoever teaches or attends the class."""
        return await self._db.read(_show, asker, class_name)

    async def show_of(self, asker: Asker, handle: str) -> RulesShown | NotStaff:
        """The same for the class of that handle, for its teachers."""
        return await self._db.read(_show_of, asker, handle)

    async def set_tries(self, asker: Asker, handle: str, typed: Tries, now: datetime) -> ChangeResult:
        return await self._db.write(_set_tries, asker, handle, typed, now)

    async def set_retakes(self, asker: Asker, handle: str, typed: Retakes, now: datetime) -> ChangeResult:
        return await self._db.write(_set_retakes, asker, handle, typed, now)


def _show(tx: Tx, asker: Asker, class_name: str | None) -> ShowResult:
    section = taught_class(tx, asker, class_name)
    if isinstance(section, Section):
        return RulesShown(section, tx.mastery_rules.of(section.id), is_own=True)
    if isinstance(section, NotStaff):
        match attended_class(tx, asker, None):
            case (_, attended):
                return RulesShown(attended, tx.mastery_rules.of(attended.id), is_own=False)
            case refusal:
                return refusal
    return section


def _show_of(tx: Tx, asker: Asker, handle: str) -> RulesShown | NotStaff:
    section = taught_of(tx, asker, handle)
    return RulesShown(section, tx.mastery_rules.of(section.id), is_own=True) if section else NotStaff()


def _set_tries(tx: Tx, asker: Asker, handle: str, typed: Tries, now: datetime) -> ChangeResult:
    section = taught_of(tx, asker, handle)
    if section is None:
        return NotStaff()
    waits = read_waits(typed.waits)
    limit = read_count(typed.limit, "Most tries", MOST_TRIES)
    window = read_count(typed.window_days, "Days in which they count", MOST_DAYS)
    last_day = parse_day(typed.last_day, now, section.zone) if typed.last_day.strip() else None
    for each in (waits, limit, window, last_day):
        if isinstance(each, BadRule | BadTime):
            return each
    if window is not None and limit is None:
        return BadRule("Days in which tries count need a most: write how many tries there are in them.")
    if last_day is not None and not isinstance(last_day, BadTime) and last_day < local_day(now, section.zone):
        return BadRule(f"{day_text(last_day)} is over. Write a last day that lies ahead, or nothing.")
    rules = replace(
        tx.mastery_rules.of(section.id),
        cooldown_hours=waits,
        limit=limit,
        window_days=window,
        last_day=last_day,
    )
    return _keep(tx, asker, section, rules, now)


def _set_retakes(tx: Tx, asker: Asker, handle: str, typed: Retakes, now: datetime) -> ChangeResult:
    section = taught_of(tx, asker, handle)
    if section is None:
        return NotStaff()
    days = read_count(typed.recheck_days, "Look again after", MOST_DAYS)
    if isinstance(days, BadRule):
        return days
    if typed.counts not in set(Counts):
        return BadRule("Choose which attempt counts.")
    switches: Collection[str] = [each for each in typed.on if each in SWITCHES]
    changed: dict[str, Any] = {each: each in switches for each in SWITCHES}
    rules = replace(
        tx.mastery_rules.of(section.id), counts=Counts(typed.counts), recheck_days=days, **changed
    )
    return _keep(tx, asker, section, rules, now)


def _keep(tx: Tx, asker: Asker, section: Section, rules: MasteryRules, now: datetime) -> RulesShown:
    before = rules_to_json(tx.mastery_rules.of(section.id))
    tx.mastery_rules.keep(section.id, rules)
    changed = {name: value for name, value in rules_to_json(rules).items() if value != before[name]}
    me = tx.people.of(asker.account)
    if changed:
        line = HistoryLine(now, "check_rules", changed, section.id, actor=me.person if me else None)
        tx.history.add(line)
    return RulesShown(section, rules, is_own=True, is_changed=bool(changed))
