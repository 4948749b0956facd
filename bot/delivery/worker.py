"""The outbox carried out: a few parcels at a time, each begun durably before its call, finished after it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import discord
import structlog

from bot.delivery.channel import Channels
from bot.delivery.crashpoints import crashpoint
from bot.delivery.direct_message import DirectMessages
from bot.delivery.line import Line
from bot.delivery.private_thread import PrivateThreads
from bot.delivery.roles import Roles
from bot.delivery.setup import Setup
from bot.delivery.sms import Texts, TwilioAccount
from bot.domain.messages import (
    ClassSetUp,
    Closed,
    Message,
    Outcome,
    Parcel,
    RoleGrant,
    Sent,
    ToChannel,
    ToDirectMessage,
    ToPhone,
    ToThread,
    Unknown,
)
from bot.domain.outbox import Delivery

log = structlog.get_logger()

AT_ONCE = 8
CLAIM = 25
#: seconds for one message or grant, the library's own repeats and waits included; a lease outlasts it
CALL_S = 45.0
#: a class with many units is made in more requests than Discord takes at once
SETUP_S = 900.0


class Deliveries(Protocol):
    """What the courier needs from services.deliveries."""

    async def claim(self, now: datetime, limit: int = ...) -> Sequence[Delivery]: ...
    async def begin(self, delivery: Delivery, now: datetime) -> Parcel | None: ...
    async def finish(self, delivery: Delivery, parcel: Parcel, outcome: Outcome, now: datetime) -> None: ...
    async def resume(self, now: datetime) -> Sequence[tuple[Delivery, Parcel]]: ...
    async def found(self, delivery: Delivery, parcel: Parcel, sent: Sent | None, now: datetime) -> None: ...
    async def record_place(self, guild: int, purpose: str, kind: str, discord: int) -> None: ...


class Courier:
    """One for each process. The client's HTTP has to be made with ``line.trace``."""

    def __init__(
        self,
        deliveries: Deliveries,
        client: discord.Client,
        line: Line,
        clock: Callable[[], datetime],
        *,
        nonce_window_s: float,
        twilio: TwilioAccount | None = None,
    ) -> None:
        self._deliveries, self._line, self._clock = deliveries, line, clock
        self._nonce_window = timedelta(seconds=nonce_window_s)
        self._direct = DirectMessages(client)
        self._threads = PrivateThreads(client, line)
        self._channels = Channels(client)
        self._roles = Roles(client)
        self._setup = Setup(client, line, deliveries.record_place)
        self._texts = Texts(twilio) if twilio is not None else None
        self._working = asyncio.Lock()
        self._queue: deque[tuple[Delivery, Parcel | None]] = deque()
        self._claiming = asyncio.Lock()
        self._in_hand: set[int] = set()

    async def work(self) -> int:
        """Carries out everything that is due and what follows from it; gives how many rows it took up."""
        async with self._working:
            resumed = await self._deliveries.resume(self._clock())
            # a row whose long call outlived its lease is still in our own hands
            self._queue.extend(pair for pair in resumed if pair[0].id not in self._in_hand)
            async with asyncio.TaskGroup() as hands:
                carriers = [hands.create_task(self._carry_all()) for _ in range(AT_ONCE)]
            return sum(each.result() for each in carriers)

    async def aclose(self) -> None:
        """Ends what the carriers hold open; no work may be under way."""
        if self._texts is not None:
            await self._texts.aclose()

    async def _carry_all(self) -> int:
        count = 0
        while (taken := await self._next()) is not None:
            await self._see_to(*taken)
            count += 1
        return count

    async def _next(self) -> tuple[Delivery, Parcel | None] | None:
        """None when nothing is due, or when Discord takes nothing: what is leased comes back by itself."""
        async with self._claiming:
            if self._line.shut_for > 0:
                return None
            if not self._queue:
                claimed = await self._deliveries.claim(self._clock(), CLAIM)
                self._queue.extend((delivery, None) for delivery in claimed)
            return self._queue.popleft() if self._queue else None

    async def _see_to(self, delivery: Delivery, resumed: Parcel | None) -> None:
        """A fault with one row leaves it as it stands, to be taken up again, and stops no other."""
        self._in_hand.add(delivery.id)
        try:
            if resumed is None:
                await self._deliver(delivery)
            else:
                await self._take_up(delivery, resumed)
        except Exception:
            log.exception("delivery_fault", delivery=delivery.id, kind=delivery.kind, way=delivery.way)
        finally:
            self._in_hand.discard(delivery.id)

    async def _deliver(self, delivery: Delivery) -> None:
        parcel = await self._deliveries.begin(delivery, self._clock())
        if parcel is not None:
            crashpoint("begun")
            await self._call(delivery, parcel)

    async def _call(self, delivery: Delivery, parcel: Parcel) -> None:
        outcome = await self._outcome(delivery, parcel)
        crashpoint("called")
        await self._deliveries.finish(delivery, parcel, outcome, self._clock())
        crashpoint("finished")

    async def _take_up(self, delivery: Delivery, parcel: Parcel) -> None:
        """After a crash or a lost answer: repeated where that does no harm, else looked for (RA4, RB1)."""
        if not isinstance(parcel, Message) or self._is_known(delivery, parcel):
            await self._call(delivery, parcel)
            return
        try:
            with self._line.carrying():
                async with asyncio.timeout(CALL_S):
                    sent = await self._find(parcel, delivery.called_at or delivery.due_at)
        except Exception as error:  # as long as nobody could look, nothing is sent again
            log.warning("delivery_look_failed", delivery=delivery.id, error=repr(error))
            doubt = Unknown(f"could not look whether it arrived ({type(error).__name__})")
            await self._deliveries.finish(delivery, parcel, doubt, self._clock())
            return
        crashpoint("looked")
        await self._deliveries.found(delivery, parcel, sent, self._clock())

    def _is_known(self, delivery: Delivery, message: Message) -> bool:
        """Discord still knows the nonce of that call and would give its message again."""
        age = self._clock() - (delivery.called_at or delivery.due_at)
        return not isinstance(message.address, ToPhone) and age < self._nonce_window

    async def _outcome(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        try:
            with self._line.carrying() as call:
                async with asyncio.timeout(SETUP_S if isinstance(parcel, ClassSetUp) else CALL_S):
                    outcome = await self._carry(parcel, delivery.called_at)
        except TimeoutError:
            return Unknown("no answer came in time")
        except Exception as error:
            log.exception("delivery_fault", delivery=delivery.id, kind=delivery.kind, way=delivery.way)
            return Unknown(f"a fault of mine ({type(error).__name__})")
        if call.doubtful and not isinstance(outcome, Sent):
            # an earlier try of the library's may have counted, whatever the last one was told
            return Unknown(outcome.why)
        return outcome

    async def _carry(self, parcel: Parcel, called_before: datetime | None) -> Outcome:
        match parcel:
            case RoleGrant():
                return await self._roles.carry(parcel)
            case ClassSetUp():
                return await self._setup.carry(parcel)
            case Message(address=ToDirectMessage() as address):
                return await self._direct.carry(parcel, address)
            case Message(address=ToThread() as address):
                return await self._threads.carry(parcel, address, called_before)
            case Message(address=ToChannel() as address):
                return await self._channels.carry(parcel, address)
            case Message(address=ToPhone() as address):
                if self._texts is None:
                    return Closed("texting is not set up", lasting=False)
                return await self._texts.carry(parcel, address)
            case _:
                raise TypeError(f"no carrier for {type(parcel).__name__}")

    async def _find(self, message: Message, since: datetime) -> Sent | None:
        match message.address:
            case ToDirectMessage() as address:
                return await self._direct.find(message, address, since)
            case ToThread() as address:
                return await self._threads.find(message, address, since)
            case ToChannel() as address:
                return await self._channels.find(message, address, since)
            case ToPhone() as address:
                return await self._texts.find(message, address, since) if self._texts else None
