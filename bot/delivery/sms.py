"""Texts by Twilio. There is no key against repeats: after a lost answer the text is looked for (RB1, RB2)."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.delivery.crashpoints import step
from bot.domain.messages import Closed, Message, Outcome, Refused, Sent, ToPhone, Unknown, Wait
from bot.words.texts import Textable, text

if TYPE_CHECKING:
    from bot.delivery.twilio_client import HttpClient, MessageList

#: newest first; more than one phone gets between a call and its look
LOOK_BACK = 50
#: between our clock and Twilio's
SKEW = timedelta(minutes=1)
#: what stops all texts, not one, and for how long
HOLD_S = 3600.0
LONGEST_VALIDITY_S = 36_000

OPERATOR = "Ask the person who runs the bot to look at its Twilio account"

#: Twilio's error codes (RB14); what is in none of the tables goes by its HTTP status
CODES: Mapping[int, Outcome] = {
    21211: Closed("the number is not a valid one"),
    21214: Closed("the number cannot be reached"),
    21217: Closed("the number is not a valid one"),
    21265: Closed("the number cannot be a short code"),
    21401: Closed("the number is not a valid one"),
    21407: Closed("the number cannot get texts"),
    21408: Closed("our text account may not send to that country"),
    21421: Closed("the number is not a valid one"),
    21608: Closed("our text account is on trial and does not know the number", lasting=False),
    21610: Closed("the student answered STOP"),
    21612: Closed("the number cannot be reached from ours"),
    21614: Closed("the number is not a mobile one"),
    30005: Closed("the number does not exist any more"),
    30006: Closed("the number is a landline"),
    20429: Wait(30, "Twilio is busy"),
    21611: Wait(60, "Twilio's queue is full"),
    30001: Wait(60, "Twilio's queue is full"),
    # twice in a day at most
    30003: Wait(12 * 3600, "the phone is off or has no network"),
}

#: about our own account or number: every text waits
HOLDS: Mapping[int, Outcome] = {
    20003: Wait(HOLD_S, "Twilio does not accept the account's token", OPERATOR),
    20005: Wait(HOLD_S, "the Twilio account is not active", OPERATOR),
    21606: Wait(HOLD_S, "our number cannot send texts", OPERATOR),
    21659: Wait(HOLD_S, "our number is not the Twilio account's", OPERATOR),
    30002: Wait(HOLD_S, "the Twilio account is suspended", OPERATOR),
    30007: Wait(HOLD_S, "carriers filter our texts", OPERATOR),
    30034: Wait(HOLD_S, "our number is not registered with the carriers", OPERATOR),
}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    sid: str
    token: str = field(repr=False)
    #: E.164, what texts come from
    number: str
    api_base: str = "https://api.twilio.com"
    timeout_s: float = 10.0


class Texts:
    """Twilio is met on the first text: importing its SDK takes a tenth of a second and 30 MB."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._opening = asyncio.Lock()
        self._messages: MessageList | None = None
        self._http: HttpClient | None = None
        self._hold = Wait(0, "")
        self._held_until = 0.0

    async def carry(self, message: Message, address: ToPhone) -> Outcome:
        """Sent carries the text's SID."""
        if not isinstance(message.content, Textable):
            return Refused("it does not fit into a text")
        if (left := self._held_until - _now()) > 0:
            return Wait(left, self._hold.why, self._hold.mend)
        messages = await self._open()
        try:
            with step("text"):
                sent = await messages.create_async(
                    to=address.number,
                    from_=self._account.number,
                    body=text(message.content),
                    validity_period=max(1, min(LONGEST_VALIDITY_S, address.validity_s)),
                )
        except _errors() as error:
            return self._held(error) or _read(error)
        return Sent(result=str(sent.sid))

    async def find(self, message: Message, address: ToPhone, since: datetime) -> Sent | None:
        """The same words to the same phone since then. Raises what the SDK raises."""
        if not isinstance(message.content, Textable):
            return None
        body = text(message.content)
        # not by DateSent: a text that is still queued has none
        messages = await self._open()
        for sent in await messages.list_async(to=address.number, from_=self._account.number, limit=LOOK_BACK):
            if sent.body == body and sent.date_created is not None and sent.date_created >= since - SKEW:
                return Sent(result=str(sent.sid))
        return None

    async def aclose(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def _open(self) -> MessageList:
        async with self._opening:
            messages = self._messages
            if messages is None:
                # the SDK logs phone numbers at INFO
                logging.getLogger("twilio").setLevel(logging.WARNING)
                # in a thread: presses are answered meanwhile
                sdk = await asyncio.to_thread(importlib.import_module, "bot.delivery.twilio_client")
                self._http = sdk.HttpClient(self._account.api_base, self._account.timeout_s)
                messages = sdk.messages(self._account.sid, self._account.token, self._http)
                self._messages = messages
        return messages

    def _held(self, error: Exception) -> Outcome | None:
        outcome = HOLDS.get(getattr(error, "code", None) or 0)
        if isinstance(outcome, Wait):
            self._hold, self._held_until = outcome, _now() + outcome.seconds
        return outcome


def _errors() -> tuple[type[Exception], ...]:
    from twilio.base.exceptions import TwilioException

    return (TwilioException, aiohttp.ClientError, OSError)


def _read(error: Exception) -> Outcome:
    """A refusal is certain; a lost answer, a timeout or a 5xx may hide a text that went out."""
    if isinstance(error, aiohttp.ClientConnectorError):
        return Wait(30, "Twilio could not be reached")
    status, code = getattr(error, "status", 0), getattr(error, "code", 0)
    if not 400 <= (status or 0) < 500:
        return Unknown(f"Twilio's answer was lost ({status or type(error).__name__})")
    if code in CODES:
        return CODES[code]
    if status == 429:
        return Wait(30, "Twilio is busy")
    if status in (401, 403):
        return Wait(HOLD_S, f"Twilio refuses our account ({code})", OPERATOR)
    return Refused(f"Twilio refused it ({code})")


def _now() -> float:
    return asyncio.get_running_loop().time()
