"""What the record that nobody can edit is told when a message to a person ends (N24): which way, what it said, why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from bot.domain.disclosure import recorded_fields
from bot.domain.messages import Content, Message, Parcel
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.records import HistoryLine
from bot.services.ports import Tx

#: the history's word for a message that ended, whatever became of it
MESSAGE = "message"
_TO_A_PERSON = frozenset({Way.DM, Way.THREAD, Way.SMS, Way.GUARDIAN})


def end(tx: Tx, delivery: Delivery, lease: str, state: State, now: datetime, *, why: str) -> bool:
    """Ends a row that was not sent, and says so in the record; False when the lease was lost."""
    ended = tx.outbox.end(delivery.id, lease, state, now, why=why)
    if ended:
        note(tx, delivery, state, now, why=why)
    return ended


def note(
    tx: Tx, delivery: Delivery, state: State, now: datetime, *, why: str = "", parcel: Parcel | None = None
) -> None:
    """Adds the line; what is not for one person leaves none, but that nobody could be reached is one."""
    if delivery.person is None or (delivery.way not in _TO_A_PERSON and delivery.kind is not Kind.UNREACHED):
        return
    body: dict[str, Any] = {"kind": delivery.kind, "way": delivery.way, "state": state}
    if why:
        body["why"] = why
    if isinstance(parcel, Message):
        body["said"] = said(parcel.content)
    tx.history.add(HistoryLine(now, MESSAGE, body, delivery.section, delivery.person))


def said(content: Content) -> dict[str, Any]:
    """The facts that its class has ``Recorded``; the words around them are the program's own."""
    pairs = ((name, _plain(getattr(content, name))) for name in recorded_fields(type(content)))
    return {name: value for name, value in pairs if value not in (None, "")}


def _plain(value: object) -> Any:
    """A value as JSON has it; None for what is no plain fact."""
    match value:
        case str() | int():
            return value
        case datetime():
            return value.isoformat()
        case tuple():
            return [_plain(each) for each in cast("tuple[object, ...]", value)]
        case _:
            return None
