"""A Twilio on 127.0.0.1 and the phones behind it, which keep their texts."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

import aiohttp
from aiohttp import web
from twilio.request_validator import RequestValidator

from bot.loopback.changes import PATIENCE_S, Changes
from bot.loopback.faults import Fault, Faults, misbehave, split_delay
from bot.loopback.texts import Text, listed

HOST = "127.0.0.1"
MESSAGES = "/2010-04-01/Accounts/{account}/Messages"
E164 = re.compile(r"\+[1-9]\d{6,14}")
STOP_WORDS = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START_WORDS = {"START", "YES", "UNSTOP"}
NOT_ARRIVED = ("queued", "failed", "undelivered", "canceled")
MAX_BODY = 1600
#: codes from here on come after a text was accepted, as what became of it
DELIVERY_ERRORS = 30000


@dataclass(frozen=True, slots=True)
class Callback:
    """A status that was told to `url`, and the HTTP status that came back; None when nobody answered."""

    sid: str
    status: str
    url: str
    answered: int | None


class Phone:
    """Accepts what the Twilio SDK sends to /2010-04-01/Accounts/{account_sid}/Messages.json, and keeps it.

    `statuses` are what a text goes through after "queued". Each is told to its StatusCallback, signed;
    the initial "queued" is not, as on Twilio, unless it is put first in `statuses`.
    """

    def __init__(
        self, *, account_sid: str | None = None, auth_token: str | None = None, number: str = "+15005550006",
        now: Callable[[], datetime] | None = None, changes: Changes | None = None, port: int = 0,
    ) -> None:  # fmt: skip
        self.account_sid = account_sid or "AC" + secrets.token_hex(16)
        self.auth_token = auth_token or secrets.token_hex(16)
        self.number = number
        self.port = port
        self.changes = changes or Changes()
        self.faults = Faults()
        self.texts: list[Text] = []
        self.callbacks: list[Callback] = []
        #: requests of every kind that came so far
        self.received = 0
        #: (least, most) real seconds from a request to its answer; it is carried out somewhere in between
        self.delay_s: tuple[float, float] | None = None
        self.statuses: tuple[str, ...] = ("sent", "delivered")
        #: where a public address really is, by its beginning: {"https://school.example": "http://127.0.0.1:80"}
        self.really_at: dict[str, str] = {}
        self._now = now or (lambda: datetime.now(UTC))
        self._random = random.Random(0)
        self._refused: dict[str, int] = {}
        self._stopped: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post(MESSAGES + ".json", self._create)
        app.router.add_get(MESSAGES + ".json", self._list)
        app.router.add_get(MESSAGES + "/{sid}.json", self._fetch)
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=PATIENCE_S))
        runner = self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await runner.setup()
        site = web.TCPSite(runner, HOST, self.port, reuse_address=True)
        await site.start()
        self.port = runner.addresses[0][1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def api_base(self) -> str:
        return f"http://{HOST}:{self.port}"

    # -------------------------------------------------------------------------------- what people see

    def texts_to(self, number: str) -> list[Text]:
        """What came to this phone, oldest first."""
        return [text for text in self.texts if text.to == number and text.status not in NOT_ARRIVED]

    async def receives(self, number: str, words: str = "", *, timeout_s: float = PATIENCE_S) -> Text:
        """Wait until the phone has a text with these words; the newest."""

        def look() -> Text | None:
            return next((text for text in reversed(self.texts_to(number)) if words in text.body), None)

        what = f"{number} to receive a text with {words!r}"
        text = await self.changes.until(look, timeout_s=timeout_s, what=what)
        assert text is not None
        return text

    async def reply(self, number: str, body: str, webhook: str) -> tuple[int, str]:
        """Text from this phone; Twilio posts it to the webhook, signed. The webhook's HTTP status and body.

        A word like STOP also makes Twilio refuse further texts to that number (21610) until START.
        """
        word = body.strip().upper()
        if word in STOP_WORDS:
            self._stopped.add(number)
        elif word in START_WORDS:
            self._stopped.discard(number)
        text = Text(_sid(), self.number, number, body, self._now(), "received", direction="inbound")
        self.texts.append(text)
        self.changes.notify()
        return await self._post(webhook, text.inbound_params(self.account_sid))

    # ---------------------------------------------------------------------------- what goes wrong

    def fail(self, number: str, code: int) -> None:
        """From now on texts to this number end so: 21211, 21610 … are refused; 30005 … are not delivered."""
        self._refused[number] = code

    def mend(self, number: str) -> None:
        self._refused.pop(number, None)

    async def settle(self) -> None:
        """Wait until every text went through its statuses and every callback was answered."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    # ------------------------------------------------------------------------------- Twilio's side

    async def _create(self, request: web.Request) -> web.Response:
        form = await request.post()
        fields = {name: str(value) for name, value in form.items()}
        there_s, back_s = self._trip()
        if there_s:
            await asyncio.sleep(there_s)
        fault = self.faults.next("POST", request.path)
        reply = None if fault and not fault.accepted else self._accept(request, fields)
        if back_s:
            await asyncio.sleep(back_s)
        if fault is not None:
            return await self._misbehave(request, fault)
        assert reply is not None
        return reply

    def _trip(self) -> tuple[float, float]:
        self.received += 1
        self.changes.notify()
        return split_delay(self.delay_s, self._random)

    def _accept(self, request: web.Request, fields: Mapping[str, str]) -> web.Response:
        refusal = self._unauthorized(request) or self._refusal(fields)
        if refusal is not None:
            return refusal
        validity = fields.get("ValidityPeriod")
        text = Text(
            _sid(), fields["To"], fields["From"], fields["Body"], self._now(), "queued",
            callback=fields.get("StatusCallback"), validity_s=int(validity) if validity else None,
        )  # fmt: skip
        self.texts.append(text)
        resource = text.resource(self.account_sid)
        task = asyncio.create_task(self._deliver(text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.changes.notify()
        return _json(resource, 201)

    async def _list(self, request: web.Request) -> web.Response:
        await asyncio.sleep(sum(self._trip()))
        if (fault := self.faults.next("GET", request.path)) is not None:
            return await self._misbehave(request, fault)
        if (refusal := self._unauthorized(request)) is not None:
            return refusal
        query = dict(request.query)
        page, size = int(query.get("Page", 0)), min(int(query.get("PageSize", 50)), 1000)
        found = listed(self.texts, query)
        here = found[page * size : (page + 1) * size]

        def uri(number: int) -> str:
            return request.path + "?" + urlencode(query | {"Page": str(number), "PageSize": str(size)})

        return _json(
            {
                "messages": [text.resource(self.account_sid) for text in here],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(0, len(here) - 1),
                "uri": uri(page),
                "first_page_uri": uri(0),
                "previous_page_uri": uri(page - 1) if page else None,
                "next_page_uri": uri(page + 1) if (page + 1) * size < len(found) else None,
            }
        )

    async def _fetch(self, request: web.Request) -> web.Response:
        if (fault := self.faults.next("GET", request.path)) is not None:
            return await self._misbehave(request, fault)
        if (refusal := self._unauthorized(request)) is not None:
            return refusal
        text = next((text for text in self.texts if text.sid == request.match_info["sid"]), None)
        if text is None:
            return _error(404, 20404, f"The requested resource {request.path} was not found")
        return _json(text.resource(self.account_sid))

    def _unauthorized(self, request: web.Request) -> web.Response | None:
        right = base64.b64encode(f"{self.account_sid}:{self.auth_token}".encode()).decode()
        if request.headers.get("Authorization") == f"Basic {right}":
            same = request.match_info["account"] == self.account_sid
            return None if same else _error(404, 20404, "The requested account was not found")
        return _error(401, 20003, "Authenticate")

    def _refusal(self, fields: Mapping[str, str]) -> web.Response | None:
        to, body = fields.get("To", ""), fields.get("Body", "")
        if not to:
            return _error(400, 21604, "A 'To' phone number is required.")
        if not E164.fullmatch(to):
            return _error(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if fields.get("From") != self.number:
            return _error(400, 21606, f"The 'From' phone number {fields.get('From')} is not yours.")
        if not body:
            return _error(400, 21602, "Message body is required.")
        if len(body) > MAX_BODY:
            return _error(400, 21617, f"The concatenated message body exceeds the {MAX_BODY} character limit")
        if to in self._stopped:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        code = self._refused.get(to, DELIVERY_ERRORS)
        return None if code >= DELIVERY_ERRORS else _error(400, code, f"Refused on demand: {code}")

    async def _deliver(self, text: Text) -> None:
        code = self._refused.get(text.to)
        statuses = self.statuses
        if code is not None:
            statuses = (*(status for status in statuses if status != "delivered"), "undelivered")
        for status in statuses:
            text.status = status
            text.error_code = code if status == "undelivered" else None
            self.changes.notify()
            if text.callback is not None:
                await self._call_back(text, text.callback)

    async def _call_back(self, text: Text, url: str) -> None:
        params = text.callback_params(self.account_sid)
        answered = None
        for _ in range(2):  # Twilio tries once more when the connection fails
            try:
                answered, _ = await self._post(url, params)
                break
            except (aiohttp.ClientError, TimeoutError):
                continue
        self.callbacks.append(Callback(text.sid, params["MessageStatus"], url, answered))
        self.changes.notify()

    async def _post(self, url: str, params: Mapping[str, str]) -> tuple[int, str]:
        """Post a form, signed for the public address, to where that really is; never off this machine."""
        real = url
        for public, local in self.really_at.items():
            if url.startswith(public):
                real = local + url.removeprefix(public)
        if urlsplit(real).hostname != HOST:
            raise ValueError(f"{url} is not on {HOST}; say in `really_at` where it is")
        assert self._session is not None
        signature = RequestValidator(self.auth_token).compute_signature(url, params)
        headers = {"X-Twilio-Signature": signature}
        async with self._session.post(real, data=dict(params), headers=headers) as response:
            return response.status, await response.text()

    async def _misbehave(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.manner == "answer":
            return _error(fault.status, fault.code or 20500, fault.message or "fault on demand")
        return await misbehave(request, fault)


def _sid() -> str:
    return "SM" + secrets.token_hex(16)


def _json(payload: Any, status: int = 200) -> web.Response:
    body = json.dumps(payload).encode()
    return web.Response(status=status, body=body, headers={"Content-Type": "application/json"})


def _error(status: int, code: int, message: str) -> web.Response:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return _json({"code": code, "message": message, "more_info": more, "status": status}, status)
