"""A student's own deadlines, looked up."""

from __future__ import annotations

from bot.domain.own_time import is_on_own_time, posted_for
from bot.domain.records import Posted
from bot.services.ports import Tx


def for_student(tx: Tx, posted: Posted, person: int) -> Posted:
    """With the student's own deadline; unchanged for who is not in the class or has not opened the unit."""
    since = tx.prework.since(posted.id, person)
    return posted if since is None else posted_for(posted, since)


def is_own(tx: Tx, posted: Posted, person: int) -> bool:
    since = tx.prework.since(posted.id, person)
    return since is not None and is_on_own_time(posted.deadline, since)
