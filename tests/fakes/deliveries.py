"""The outbox's service in memory: the same states and moves, without a database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.attachments import Attachment
from bot.domain.letter_messages import ToDesk
from bot.domain.messages import (
    Address,
    Announcement,
    ClassSetUp,
    Closed,
    Content,
    Message,
    Outcome,
    Parcel,
    Refused,
    RoleGrant,
    Sent,
    Stumbled,
    ToDirectMessage,
    ToPhone,
    ToThread,
    Unknown,
    Wait,
)
from bot.domain.outbox import Delivery, Kind, State, Way

LEASE = timedelta(seconds=60)


@dataclass(slots=True)
class Row:
    delivery: Delivery
    #: by which it goes, then what is tried when a way is closed
    ways: list[Parcel]
    lease_until: datetime | None = None
    outcomes: list[Outcome] = field(default_factory=list)


class FakeDeliveries:
    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        #: files that were loaded
        self.loads = 0
        #: (guild, purpose, kind) → Discord id
        self.places: dict[tuple[int, str, str], int] = {}
        self.fail_with: Exception | None = None
        #: claims that fail before one succeeds, as on a full disk
        self.failing_claims = 0

    # ---- what a test asks for and looks at

    def add(self, now: datetime, first: Parcel, *others: Parcel) -> int:
        number = len(self.rows) + 1
        delivery = Delivery(
            id=number, key=f"test:{number}", kind=Kind.NUDGE, way=way_of(first), person=1, section=1, about=1,
            args={}, nonce=f"nonce-{number}", state=State.DUE, due_at=now, expires_at=None, tries=0,
            called_at=None, lease=None, why="", channel=None, result=None, created_at=now,
        )  # fmt: skip
        self.rows[number] = Row(delivery, [first, *others])
        return number

    def send(self, now: datetime, content: Content, address: Address, *others: Address) -> int:
        """A message, and the ways tried when the first is closed."""
        number = len(self.rows) + 1
        messages = [Message(content, each, f"nonce-{number}", 1000 + number) for each in (address, *others)]
        return self.add(now, *messages)

    def state(self, number: int) -> State:
        return self.rows[number].delivery.state

    def outcomes(self, number: int) -> list[Outcome]:
        return self.rows[number].outcomes

    # ---- what the courier needs

    async def claim(
        self, now: datetime, ways: Collection[Way], limit: int, *, files: bool = False
    ) -> Sequence[Delivery]:
        if self.failing_claims > 0:
            self.failing_claims -= 1
            raise OSError("disk full")
        due = [
            row
            for row in self.rows.values()
            if _is(row, State.DUE)
            and row.delivery.way in ways
            and row.delivery.due_at <= now
            and files is _has_file(row)
        ]
        for row in due[:limit]:
            row.lease_until = now + LEASE
            self._move(row, state=State.LEASED, tries=row.delivery.tries + 1)
        return [row.delivery for row in due[:limit]]

    async def begin(self, delivery: Delivery, now: datetime) -> Parcel | None:
        row = self.rows[delivery.id]
        if not _is(row, State.LEASED):
            return None
        self._move(row, state=State.CALLING, called_at=now)
        return self._now_known(row.ways[0])

    async def file(self, delivery: Delivery) -> Attachment | None:
        """As the database has it; ``loads`` counts."""
        self.loads += 1
        parcel = self.rows[delivery.id].ways[0]
        assert isinstance(parcel, Message)
        assert isinstance(parcel.content, Announcement)
        return parcel.content.file

    async def finish(self, delivery: Delivery, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
        if self.fail_with is not None:
            error, self.fail_with = self.fail_with, None
            raise error
        row = self.rows[delivery.id]
        assert _is(row, State.CALLING, State.UNCERTAIN), f"{row.delivery.state} cannot be finished"
        row.outcomes.append(outcome)
        match outcome:
            case Sent(channel, result):
                self._move(row, state=State.SENT, channel=channel, result=result)
            case Closed(why) if row.ways[1:]:
                row.ways.pop(0)
                self._move(row, state=State.DUE, why=why, way=way_of(row.ways[0]))
            case Closed(why) | Refused(why):
                self._move(row, state=State.FAILED, why=why)
            case Wait(seconds, why):
                self._move(row, state=State.DUE, due_at=now + timedelta(seconds=seconds), why=why)
            case Unknown(why) | Stumbled(why, called=True):
                self._move(row, state=State.UNCERTAIN, why=why)
            case Stumbled(why):
                self._move(row, state=State.DUE, due_at=now + timedelta(minutes=1), why=why)

    async def resume(self, now: datetime) -> Sequence[tuple[Delivery, Parcel]]:
        dead = [row for row in self.rows.values() if row.lease_until and row.lease_until <= now]
        for row in dead:
            if _is(row, State.LEASED):
                self._move(row, state=State.DUE)
        lost = [row for row in dead if _is(row, State.CALLING, State.UNCERTAIN)]
        for row in lost:
            row.lease_until = now + LEASE
        return [(row.delivery, self._now_known(row.ways[0])) for row in lost]

    async def found(self, delivery: Delivery, parcel: Parcel, sent: Sent | None, now: datetime) -> None:
        if sent is not None:
            await self.finish(delivery, parcel, sent, now)
        else:
            self._move(self.rows[delivery.id], state=State.DUE, due_at=now)

    async def record_place(self, guild: int, purpose: str, kind: str, discord: int, now: datetime) -> None:
        self.places[guild, purpose, kind] = discord

    def _now_known(self, parcel: Parcel) -> Parcel:
        if not isinstance(parcel, ClassSetUp):
            return parcel
        stands = {f"{kind}:{purpose}": each for (_, purpose, kind), each in self.places.items()}
        return replace(parcel, known={**parcel.known, **stands})

    def _move(self, row: Row, **changes: object) -> None:
        row.delivery = replace(row.delivery, **changes)


def way_of(parcel: Parcel) -> Way:
    match parcel:
        case RoleGrant():
            return Way.ROLE
        case ClassSetUp():
            return Way.SETUP
        case Message(address=ToDirectMessage()):
            return Way.DM
        case Message(address=ToThread()):
            return Way.THREAD
        case Message(address=ToPhone()):
            return Way.SMS
        case Message(address=ToDesk()):
            return Way.DESK
        case Message():
            return Way.CHANNEL


def _is(row: Row, *states: State) -> bool:
    return row.delivery.state in states


def _has_file(row: Row) -> bool:
    match row.ways[0]:
        case Message(content=Announcement(file=file), address=ToDirectMessage() | ToThread()):
            return file is not None
        case _:
            return False
