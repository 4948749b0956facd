"""What the record that nobody can edit is told when a message to a person ends (N24): which way, what it said, why not."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any, cast

from bot.domain.messages import Content, Message, Parcel
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.records import HistoryLine
from bot.services.ports import Tx

#: the history's word for a message that ended, whatever became of it
MESSAGE = "message"
_TO_A_PERSON = frozenset({Way.DM, Way.THREAD, Way.SMS, Way.GUARDIAN})
#: keys to something, which no record may hold
_SECRET = frozenset({"handle", "code", "nonce", "number", "phone", "classes"})


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
    """The facts that a message was written from; the words around them are the program's own."""
    pairs = ((each.name, getattr(content, each.name)) for each in fields(content))
    return {name: _plain(value) for name, value in pairs if name not in _SECRET and _is_told(value)}


def _is_told(value: object) -> bool:
    return isinstance(value, str | int | float | datetime | tuple) and value != ""


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(each) for each in cast("tuple[object, ...]", value)]
    return value.isoformat() if isinstance(value, datetime) else value
