"""What reminders say, looked up at the last moment (N2): to the student, a guardian, the teachers' room."""

from __future__ import annotations

from datetime import datetime

from bot.domain.messages import GuardianNudge, NudgeList, PreWorkNudge, StillOwing
from bot.domain.outbox import Delivery, Way
from bot.domain.own_time import is_on_own_time
from bot.domain.records import Owing
from bot.domain.times import local_text
from bot.services.holding import away_today
from bot.services.own_time import for_student
from bot.services.ports import Tx
from bot.services.posting import most_behind


def prework_nudge(tx: Tx, delivery: Delivery, now: datetime) -> PreWorkNudge | GuardianNudge | str:
    """Whoever has done it meanwhile gets none."""
    posted = tx.prework.get(delivery.about or 0)
    person = delivery.person or 0
    if not tx.prework.owes(posted.id, person):
        return "done meanwhile"
    posted = for_student(tx, posted, person)
    promised, is_late = local_text(posted.deadline, posted.section.zone), now >= posted.deadline
    if delivery.way is Way.GUARDIAN:
        return GuardianNudge(posted.section.name, posted.unit.unit.title, promised, is_late)
    record = tx.prework.evidence(posted.id, person)
    return PreWorkNudge(
        class_name=posted.section.name,
        unit_title=posted.unit.unit.title,
        handle=posted.handle,
        deadline=posted.deadline,
        deadline_local=promised,
        length_s=posted.unit.unit.prework.length_s,
        started=record is not None and record.started_at is not None,
        nonce=delivery.nonce,
        is_late=is_late,
    )


def nudge_list(tx: Tx, delivery: Delivery, now: datetime) -> NudgeList | str:
    """One card to each pre-work; who is away is excused."""
    posted = tx.prework.get(delivery.about or 0)
    late = (each for each in tx.prework.owing(posted.id) if not is_on_own_time(posted.deadline, each.since))
    owing = sorted(late, key=most_behind)
    if not owing:
        return "everybody has handed in"
    away = away_today(tx, posted.section, now)
    unanswered = tx.reminders.unanswered([each.account.person for each in owing])
    limit = int(delivery.args["unanswered"])
    return NudgeList(
        posted.section.name,
        posted.unit.unit.title,
        posted.handle,
        posted.deadline,
        owing=tuple(
            _line(each, unanswered.get(each.account.person, 0), limit)
            for each in owing
            if each.account.person not in away
        ),
        excused=tuple(each.account.discord for each in owing if each.account.person in away),
    )


def _line(owing: Owing, unanswered: int, limit: int) -> StillOwing:
    silent = unanswered if unanswered >= limit else 0
    return StillOwing(owing.account.discord, owing.started_at, owing.tries, owing.reasons, silent)
