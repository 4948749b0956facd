"""The outbox carried out: a few parcels at a time, each begun durably before its call, finished after it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Protocol

import discord
import structlog

from bot.delivery.channel import Channels
from bot.delivery.crashpoints import step, watching
from bot.delivery.desk import Desks
from bot.delivery.direct_message import DirectMessages
from bot.delivery.errors import DISCORD_ERRORS
from bot.delivery.line import SILENT_S, Line
from bot.delivery.luggage import Luggage, has_file
from bot.delivery.private_thread import PrivateThreads
from bot.delivery.roles import Roles
from bot.delivery.setup import Setup
from bot.delivery.sms import Texts, TwilioAccount
from bot.domain.apart import MINE, Fault
from bot.domain.attachments import Attachment
from bot.domain.letter_messages import ToDesk
from bot.domain.messages import (
    ClassSetUp,
    Closed,
    Message,
    Outcome,
    Parcel,
    RoleGrant,
    Sent,
    Stumbled,
    ToChannel,
    ToDirectMessage,
    ToPhone,
    ToThread,
    Unknown,
    Wait,
)
from bot.domain.outbox import CARRY_FILES, Delivery, Kind, Way
from bot.domain.phone_zones import TEXTS
from bot.domain.standing import Seen, Standstill
from bot.pulse import CLAIM, NO_TEXT, SEND, Pulse, claim_by
from bot.views.uploads import outgoing

log = structlog.get_logger()

#: Each lane waits for its own limits only: Discord gives about one role a second; no nudge waits for that.
#: So many at once that messages keep the line's pace even if Discord takes 400 ms for each.
LANES: Mapping[frozenset[Way], int] = {
    frozenset({Way.DM}): 24,
    frozenset({Way.THREAD}): 4,
    frozenset({Way.SMS, Way.GUARDIAN}): 4,
    frozenset({Way.CHANNEL, Way.ROOM}): 4,
    frozenset({Way.DESK}): 1,  # a conversation keeps its order
    frozenset({Way.ROLE}): 2,
    frozenset({Way.SETUP}): 1,
}
#: whatever their way, messages with a file go few at a time: each is megabytes in memory, and no other waits for it
FILES_AT_ONCE = 2
#: rows leased ahead for each carrier: few, so that a slow lane's leases do not run out
AHEAD = 2
#: seconds for one message or grant, the library's own repeats and waits included; a lease outlasts it
CALL_S = 45.0
#: a class with many units is made in more requests than Discord takes at once
SETUP_S = 900.0


class Deliveries(Protocol):
    """What the courier needs from services.deliveries."""

    async def claim(
        self, now: datetime, ways: Collection[Way], limit: int, *, files: bool = False
    ) -> Sequence[Delivery]: ...
    async def begin(self, delivery: Delivery, now: datetime) -> Parcel | None: ...
    async def file(self, delivery: Delivery) -> Attachment | None: ...
    async def finish(self, delivery: Delivery, parcel: Parcel, outcome: Outcome, now: datetime) -> None: ...
    async def resume(self, now: datetime) -> Sequence[tuple[Delivery, Parcel]]: ...
    async def found(self, delivery: Delivery, parcel: Parcel, sent: Sent | None, now: datetime) -> None: ...
    async def record_place(
        self, guild: int, purpose: str, kind: str, discord: int, now: datetime
    ) -> None: ...


class _Lane:
    """Ways that share a queue, and how many parcels of it are carried at once."""

    def __init__(self, ways: frozenset[Way], at_once: int, *, files: bool = False) -> None:
        self.ways, self.at_once, self.files = ways, at_once, files
        self.queue: deque[tuple[Delivery, Parcel | None]] = deque()
        self.claiming = asyncio.Lock()
        self.is_busy = False
        #: somebody asked for a look after the last one had begun
        self.is_asked = False
        #: the last claim found nothing: one look is enough for all carriers
        self.is_dry = False


def _charged(delivery: Delivery) -> int | None:
    """The class whose refusals these are. Openings of inboxes wait together, so that no class may hold them up."""
    return delivery.section if delivery.kind is not Kind.OPEN_INBOX else None


def _cannot_look(message: Message, error: Exception) -> Outcome:
    """Discord's refusal may pass, and Twilio's; what is raised for want of anything better is a fault of ours."""
    passes = isinstance(error, (*DISCORD_ERRORS, TimeoutError)) or isinstance(message.address, ToPhone)
    if passes:
        return Unknown(f"could not look whether it arrived ({type(error).__name__})")
    return Stumbled(Fault(error).said, called=True)


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
        bound: Callable[[float], asyncio.Timeout] = asyncio.timeout,
        pulse: Pulse | None = None,
    ) -> None:
        """``bound`` ends a call after so many seconds."""
        self._bound, self._pulse = bound, pulse or Pulse()
        #: what the last run ended by; a run that gets past its beginning clears it
        self._fault: BaseException | None = None
        self._deliveries, self._line, self._clock = deliveries, line, clock
        self._nonce_window = timedelta(seconds=nonce_window_s)
        self._direct = DirectMessages(client, clock)
        self._threads = PrivateThreads(client, line)
        self._channels = Channels(client)
        self._desks = Desks(client)
        self._roles = Roles(client)
        self._setup = Setup(client, line, self._record_place)
        self._texts = Texts(twilio) if twilio is not None else None
        self._lanes = [_Lane(ways, at_once) for ways, at_once in LANES.items()]
        self._luggage = Luggage(deliveries.file)
        self._lanes.append(_Lane(CARRY_FILES, FILES_AT_ONCE, files=True))
        self._working = asyncio.Lock()
        self._hands: set[asyncio.Task[int]] = set()
        self._idle, self._carried = asyncio.Event(), 0
        self._background: asyncio.Task[int] | None = None
        self._in_hand: set[int] = set()

    def start(self) -> None:
        """Sees to it that what is due is carried out, without waiting for it."""
        if self._background is not None and not self._background.done():
            self._start_lanes()
            return
        self._background = asyncio.create_task(self.work())
        self._background.add_done_callback(self._note_end)

    async def work(self) -> int:
        """Carries out everything that is due and what follows from it; gives how many rows it took up."""
        async with self._working:
            with step("resume"):
                resumed = await self._deliveries.resume(self._clock())
            for delivery, parcel in resumed:
                # a row whose long call outlived its lease is still in our own hands
                lane = self._lane_of(delivery, parcel)
                if delivery.id not in self._in_hand | {queued.id for queued, _ in lane.queue}:
                    lane.queue.append((delivery, parcel))
            self._fault = None
            self._start_lanes()
            try:
                return await self._until_idle()
            finally:
                await self._drop_hands()

    async def aclose(self) -> None:
        """Stops in mid-call if need be and ends what carriers hold open; rows are taken up again later."""
        if self._background is not None:
            self._background.cancel()
            await asyncio.wait([self._background])
        if self._texts is not None:
            await self._texts.aclose()

    def standing(self) -> list[Seen]:
        """What holds deliveries up here."""
        found = [Seen(Standstill.COURIER, why=type(self._fault).__name__)] if self._fault is not None else []
        if (age := self._pulse.age_s(NO_TEXT)) is not None and age < SILENT_S:
            found.append(Seen(Standstill.TEXTS_SILENT))
        return found

    def _note_end(self, done: asyncio.Task[int]) -> None:
        """A run ends when nothing is due; one that ends by a fault is begun anew by the next beat."""
        if not done.cancelled() and (fault := done.exception()) is not None:
            self._fault = fault
            log.error("courier_fault", exc_info=fault)

    async def _record_place(self, guild: int, purpose: str, kind: str, discord: int) -> None:
        with step("record_place"):
            await self._deliveries.record_place(guild, purpose, kind, discord, self._clock())

    async def _drop_hands(self) -> None:
        """Only when it is stopped: what is in mid-call is taken up again by its lease."""
        hands, self._hands = self._hands, set()
        for each in hands:
            each.cancel()
        await asyncio.gather(*hands, return_exceptions=True)
        for lane in self._lanes:
            lane.queue.clear()

    def _lane_of(self, delivery: Delivery, parcel: Parcel) -> _Lane:
        files = has_file(delivery, parcel)
        return next(lane for lane in self._lanes if delivery.way in lane.ways and lane.files is files)

    def _start_lanes(self) -> None:
        """Sets every idle lane to look for what is due."""
        for lane in self._lanes:
            lane.is_asked = True
            if not lane.is_busy:
                lane.is_busy = True
                hand = asyncio.create_task(self._work_lane(lane))
                self._hands.add(hand)
                hand.add_done_callback(self._let_go)

    def _let_go(self, hand: asyncio.Task[int]) -> None:
        """At once, whatever else is under way: one lane that is held up outlasts thousands of the others' turns."""
        if hand not in self._hands:  # it was dropped
            return
        self._hands.discard(hand)
        carried = 0 if hand.cancelled() else hand.result()
        self._carried += carried
        if carried:  # what one lane did may have made work for another
            self._start_lanes()
        if not self._hands:
            self._idle.set()

    async def _until_idle(self) -> int:
        while self._hands:
            self._idle.clear()
            await self._idle.wait()
        carried, self._carried = self._carried, 0
        return carried

    async def _work_lane(self, lane: _Lane) -> int:
        count = 0
        try:
            while lane.is_asked:
                lane.is_asked = lane.is_dry = False
                count += sum(await asyncio.gather(*(self._carry_all(lane) for _ in range(lane.at_once))))
        except Exception:
            # a claim that failed (a full disk, say) stops this look only: the next beat looks again
            log.exception("lane_fault", ways=sorted(lane.ways))
        finally:
            lane.is_busy = False
            if lane.files:
                self._luggage.drop()
        return count

    async def _carry_all(self, lane: _Lane) -> int:
        count = 0
        while (taken := await self._next(lane)) is not None:
            async with outgoing() if lane.files else nullcontext():
                await self._see_to(*taken)
            count += 1
        return count

    async def _next(self, lane: _Lane) -> tuple[Delivery, Parcel | None] | None:
        """None when nothing is due, or when Discord takes nothing: what is leased comes back by itself."""
        async with lane.claiming:
            if self._line.shut_for > 0 and Way.SMS not in lane.ways:
                return None
            if not lane.queue and not lane.is_dry:
                with step("claim"):
                    claimed = await self._deliveries.claim(
                        self._clock(), lane.ways, lane.at_once * AHEAD, files=lane.files
                    )
                if claimed:
                    self._pulse.note(CLAIM, *map(claim_by, lane.ways))
                lane.queue.extend((delivery, None) for delivery in claimed)
                lane.is_dry = not claimed
            return lane.queue.popleft() if lane.queue else None

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
        with step("begin"):
            parcel = await self._deliveries.begin(delivery, self._clock())
        if parcel is not None:
            await self._call(delivery, parcel)

    async def _call(self, delivery: Delivery, parcel: Parcel) -> None:
        outcome = await self._outcome(delivery, await self._luggage.packed(delivery, parcel))
        self._note(delivery, outcome)
        with step("finish"):
            await self._deliveries.finish(delivery, parcel, outcome, self._clock())
        if isinstance(outcome, Closed):
            self._start_lanes()  # the next way is tried at once

    def _note(self, delivery: Delivery, outcome: Outcome) -> None:
        if isinstance(outcome, Sent):
            self._pulse.note(SEND)
        if delivery.way in TEXTS:
            # trouble with the account has a mend: that is an answer
            is_silent = isinstance(outcome, Unknown) or (isinstance(outcome, Wait) and not outcome.mend)
            (self._pulse.note if is_silent else self._pulse.clear)(NO_TEXT)

    async def _take_up(self, delivery: Delivery, parcel: Parcel) -> None:
        """After a crash or a lost answer: repeated where that does no harm, else looked for (RA4, RB1)."""
        if not isinstance(parcel, Message) or self._is_known(delivery, parcel):
            await self._call(delivery, parcel)
            return
        try:
            with self._line.carrying(_charged(delivery)):
                async with self._bound(CALL_S):
                    sent = await self._find(parcel, delivery)
        except Exception as error:  # noqa: BLE001  # as long as nobody could look, nothing is sent again
            log.warning("delivery_look_failed", delivery=delivery.id, error=repr(error))
            doubt = _cannot_look(parcel, error)
            with step("doubt"):
                await self._deliveries.finish(delivery, parcel, doubt, self._clock())
            return
        with step("found"):
            await self._deliveries.found(delivery, parcel, sent, self._clock())

    def _is_known(self, delivery: Delivery, message: Message) -> bool:
        """Discord still knows the nonce of that call and would give its message again.

        Not over what raised here: to look is enough then, where another call would raise once more.
        """
        if delivery.why.startswith(MINE):
            return False
        age = self._clock() - (delivery.called_at or delivery.due_at)
        return not isinstance(message.address, ToPhone) and age < self._nonce_window

    async def _outcome(self, delivery: Delivery, parcel: Parcel) -> Outcome:
        with watching() as begun:
            try:
                with self._line.carrying(_charged(delivery)) as call:
                    async with self._bound(SETUP_S if isinstance(parcel, ClassSetUp) else CALL_S):
                        outcome = await self._carry(parcel, delivery)
            except TimeoutError:
                return Unknown("no answer came in time")
            except Exception as error:
                log.exception("delivery_fault", delivery=delivery.id, kind=delivery.kind, way=delivery.way)
                return Stumbled(Fault(error).said, called=bool(begun))
        if call.doubtful and not isinstance(outcome, Sent):
            # an earlier try of the library's may have counted, whatever the last one was told
            return Unknown(outcome.why)
        return outcome

    async def _carry(self, parcel: Parcel, delivery: Delivery) -> Outcome:
        # a thread may stand since any call before, of which only the last is remembered
        since = delivery.created_at if delivery.called_at is not None else None
        match parcel:
            case RoleGrant():
                return await self._roles.carry(parcel)
            case ClassSetUp():
                return await self._setup.carry(parcel)
            case Message(address=ToDirectMessage() as address):
                return await self._direct.carry(parcel, address)
            case Message(address=ToThread() as address):
                return await self._threads.carry(parcel, address, since)
            case Message(address=ToChannel() as address):
                return await self._channels.carry(parcel, address)
            case Message(address=ToDesk() as address):
                return await self._desks.carry(parcel, address, since)
            case Message(address=ToPhone() as address):
                if self._texts is None:
                    return Closed("texting is not set up", lasting=False)
                return await self._texts.carry(parcel, address)
            case _:
                raise TypeError(f"no carrier for {type(parcel).__name__}")

    async def _find(self, message: Message, delivery: Delivery) -> Sent | None:
        since = delivery.created_at
        match message.address:
            case ToDirectMessage() as address:
                return await self._direct.find(message, address, since)
            case ToThread() as address:
                return await self._threads.find(message, address, since)
            case ToChannel() as address:
                return await self._channels.find(message, address, since)
            case ToDesk() as address:
                return await self._desks.find(message, address, since)
            case ToPhone() as address:
                called = delivery.called_at or since
                return await self._texts.find(message, address, called) if self._texts else None
