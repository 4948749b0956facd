"""Texts by Twilio. There is no key against repeats: after a lost answer the text is looked for (RB1, RB2)."""

from __future__ import annotations

import asyncio
import importlib
import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import aiohttp

from bot.delivery.crashpoints import step
from bot.domain.messages import Closed, Message, Outcome, Refused, Sent, ToPhone, Unknown, Wait
from bot.domain.receipts import ERRORS, Fate, TextError, country_of, error_of
from bot.words.texts import Textable, segments, text

if TYPE_CHECKING:
    from bot.delivery.twilio_client import HttpClient, MessageList

#: newest first; more than one phone gets between a call and its look
LOOK_BACK = 50
#: between our clock and Twilio's
SKEW = timedelta(minutes=1)
#: what stops all texts, not one, and for how long
HOLD_S = 3600.0
#: those that are under way already when the first is refused; the outbox knows of it by then
UNDER_WAY_S = 1.0
#: seconds' worth of texts that may go out at once: Twilio keeps a queue for each of our numbers (RB4)
BURST_S = 10.0
LONGEST_VALIDITY_S = 36_000

OPERATOR = "Ask the person who runs the bot to look at its Twilio account"


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    sid: str
    token: str = field(repr=False)
    #: E.164, what texts come from
    number: str
    api_base: str = "https://api.twilio.com"
    timeout_s: float = 10.0
    #: segments that the number may send in a second
    per_second: float = 1.0
    #: where our own web server is reached from outside; None when there is none, and nobody can text back
    public_url: str | None = None

    def callback(self, nonce: str) -> str | None:
        return f"{self.public_url}/twilio/status?n={quote(nonce, safe='')}" if self.public_url else None


class Texts:
    """Twilio is met on the first text: importing its SDK takes a tenth of a second and 30 MB."""

    def __init__(self, account: TwilioAccount) -> None:
        self._account = account
        self._opening = asyncio.Lock()
        self._messages: MessageList | None = None
        self._http: HttpClient | None = None
        #: country ("" for all) → until when no text is tried, and why
        self._holds: dict[str, tuple[float, Wait]] = {}
        self._free_at = 0.0

    async def carry(self, message: Message, address: ToPhone) -> Outcome:
        """Sent carries the text's SID."""
        if not isinstance(message.content, Textable):
            return Refused("it does not fit into a text")
        for country in ("", country_of(address.number)):
            until, hold = self._holds.get(country, (0.0, Wait(0, "")))
            if until > _now():
                return replace(hold, is_echo=True)
        body = text(message.content, replies=self._account.public_url is not None)
        messages = await self._open()
        await self._in_turn(segments(body))
        callback = self._account.callback(message.nonce)
        try:
            with step("text"):
                sent = await messages.create_async(
                    to=address.number,
                    from_=self._account.number,
                    body=body,
                    validity_period=max(1, min(LONGEST_VALIDITY_S, address.validity_s)),
                    **({"status_callback": callback} if callback else {}),
                )
        except _errors() as error:
            return self._held(error, address.number) or _read(error)
        return Sent(result=str(sent.sid), segments=segments(body))

    async def _in_turn(self, count: int) -> None:
        """At most ``per_second`` segments a second, but for a burst.

        What waits, waits with us and not at Twilio, where it could not be held back any more.
        """
        now = _now()
        begins = max(self._free_at, now - BURST_S)
        self._free_at = begins + count / self._account.per_second
        await asyncio.sleep(max(0.0, begins - now))

    async def find(self, message: Message, address: ToPhone, since: datetime) -> Sent | None:
        """The same words to the same phone since then. Raises what the SDK raises."""
        if not isinstance(message.content, Textable):
            return None
        # whether or not the settings told of a web server when it went out
        bodies = {text(message.content, replies=replies) for replies in (True, False)}
        # not by DateSent: a text that is still queued has none
        messages = await self._open()
        for sent in await messages.list_async(to=address.number, from_=self._account.number, limit=LOOK_BACK):
            if sent.body in bodies and sent.date_created is not None and sent.date_created >= since - SKEW:
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

    def _held(self, error: Exception, to: str) -> Outcome | None:
        """What stops more than this one text; None where nothing does."""
        known = error_of(getattr(error, "code", None), to, self._account.number)
        if known.fate is Fate.GONE:
            return _outcome(known)
        if known.fate not in (Fate.HELD, Fate.COUNTRY):
            return None
        country = country_of(to) if known.fate is Fate.COUNTRY else ""
        hold = Wait(known.after.total_seconds(), known.why, OPERATOR, country=country)
        self._holds[country] = (_now() + UNDER_WAY_S, hold)
        return hold


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
    if code in ERRORS:
        return _outcome(ERRORS[code])
    if status == 429:
        return Wait(30, "Twilio is busy")
    if status in (401, 403):
        return Wait(HOLD_S, f"Twilio refuses our account ({code})", OPERATOR)
    return Refused(f"Twilio refused it ({code})")


def _outcome(error: TextError) -> Outcome:
    match error.fate:
        case Fate.STOPPED:
            return Closed(error.why, stopped=True)
        case Fate.GONE:
            return Closed(error.why)
        case Fate.NOT_NOW:
            return Closed(error.why, lasting=False)
        case Fate.LATER:
            return Wait(error.after.total_seconds(), error.why, once=True)
        case Fate.BUSY:
            return Wait(error.after.total_seconds(), error.why)
        case Fate.HELD | Fate.COUNTRY:
            return Wait(error.after.total_seconds(), error.why, OPERATOR)


def _now() -> float:
    return asyncio.get_running_loop().time()
