"""Twilio's webhooks: what became of a text, and what people text back (RB6, RB7).

Twilio signs the public address and the form, with no time in it: whoever has seen a request can send it again at
any time, so each must be a no-op the second time. That is the services' part; here, nothing unsigned gets in.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from aiohttp import web
from twilio.request_validator import RequestValidator

from bot.clock import Clock
from bot.web.forms import Fields, read_form
from bot.web.keeping import kept
from bot.web.metrics import Metrics

#: no reply to a text: Twilio's documented way to say so
NO_REPLY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


class Receipts(Protocol):
    async def tell(
        self,
        sid: str,
        nonce: str | None,
        status: str,
        error_code: int | None,
        now: datetime,
        *,
        to: str = "",
        ours: str = "",
    ) -> None: ...


class Incoming(Protocol):
    async def text(self, sid: str, number: str, body: str, now: datetime, *, files: int = 0) -> None: ...


class Signatures:
    """Checks against the address in the settings, whatever host or scheme a request claims.

    ``tokens``: the current one and, while Twilio changes over, the one before it.
    """

    def __init__(self, tokens: Sequence[str], public_url: str) -> None:
        self._validators = [RequestValidator(each) for each in tokens]
        self._public_url = public_url.rstrip("/")

    def hold(self, target: str, fields: Fields, signature: str | None) -> bool:
        """``target`` is path and query as they came over the wire."""
        if not signature or not target.startswith("/"):
            return False
        return any(each.validate(self._public_url + target, fields, signature) for each in self._validators)


class TwilioWebhooks:
    def __init__(
        self, receipts: Receipts, incoming: Incoming, signatures: Signatures, metrics: Metrics, clock: Clock
    ) -> None:
        self._receipts, self._incoming, self._clock = receipts, incoming, clock
        self._signatures, self._metrics = signatures, metrics

    def add_to(self, router: web.UrlDispatcher) -> None:
        for path, handler in (("/twilio/status", self.status), ("/twilio/text", self.text)):
            router.add_route("*", path, handler)

    async def status(self, request: web.Request) -> web.Response:
        """A text's status; ``n`` in the query is the outbox row's nonce."""
        fields = await self._signed(request)
        sid, status = fields.first("MessageSid")[:64], fields.first("MessageStatus").lower()[:24]
        if not sid or not status:
            raise web.HTTPBadRequest(text="no message status")
        nonce = request.query.get("n", "")[:25] or None
        code, now = fields.first("ErrorCode"), self._clock()
        error = int(code) if code.isascii() and code.isdigit() and len(code) <= 6 else None
        to, ours = fields.first("To")[:64], fields.first("From")[:64]
        await _keep(lambda: self._receipts.tell(sid, nonce, status, error, now, to=to, ours=ours))
        self._metrics.receipt(status)
        return web.Response(status=204)

    async def text(self, request: web.Request) -> web.Response:
        """A text from a phone."""
        fields = await self._signed(request)
        sid, number = fields.first("MessageSid")[:64], fields.first("From")[:64]
        if not sid or not number:
            raise web.HTTPBadRequest(text="no message")
        body, now, files = fields.first("Body")[:1600], self._clock(), fields.first("NumMedia")
        count = int(files) if files.isascii() and files.isdigit() and len(files) <= 2 else 0
        await _keep(lambda: self._incoming.text(sid, number, body, now, files=count))
        self._metrics.texts_in.inc()
        return web.Response(text=NO_REPLY, content_type="text/xml")

    async def _signed(self, request: web.Request) -> Fields:
        """The form, if Twilio signed it; else 403, which says nothing about why."""
        signature = request.headers.get("X-Twilio-Signature")
        if request.method == "POST" and signature:
            fields = await read_form(request)
            if fields is not None and self._signatures.hold(request.raw_path, fields, signature):
                return fields
        self._metrics.refused.inc()
        raise web.HTTPForbidden(text="refused")


async def _keep(write: Callable[[], Awaitable[None]]) -> None:
    if not await kept(write):
        raise web.HTTPServiceUnavailable(text="try again", headers={"Retry-After": "5"})
