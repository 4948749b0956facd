"""The HTTP half of the loopback Discord: authorization, limits, nonces and faults around simcord's routes."""

from __future__ import annotations

import asyncio
import io
import json
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web
from simcord.backend import Backend
from simcord.backend.errors import BackendError, invalid_form_body, unknown_message
from simcord.http import (
    router,
    routes,  # noqa: F401  importing it registers every route
)

from bot.loopback.faults import Fault, Faults, misbehave, split_delay
from bot.loopback.interactions import Interactions, payload_of
from bot.loopback.limits import Limits
from bot.loopback.nonces import MAX_NONCE, Nonces

BASE = "/api/v10"
CDN = "/attachments"


@dataclass(slots=True)
class Request:
    """A request of the bot. `at` is real time (time.monotonic); `status` is None unless it was answered."""

    method: str
    path: str
    params: dict[str, str]
    json: Any
    at: float
    status: int | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {"method": self.method, "path": self.path, "params": self.params, "json": self.json}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    payload: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> web.Response:
        # Without Via, or with a charset, discord.py takes a 429 for a ban by Cloudflare.
        headers = {"Via": "1.1 google", **self.headers}
        if self.status == 204:
            return web.Response(status=204, headers=headers)
        body = json.dumps(self.payload).encode()
        return web.Response(
            status=self.status, body=body, headers={**headers, "Content-Type": "application/json"}
        )


class Rest:
    """Every request is counted, checked and carried out in one step, so that nothing comes in between."""

    def __init__(self, backend: Backend, interactions: Interactions, *, keep: int | None) -> None:
        self.limits = Limits()
        self.nonces = Nonces()
        self.faults = Faults()
        self.requests: deque[Request] = deque(maxlen=keep)
        #: how many requests came so far, also those no longer kept
        self.received = 0
        #: answers sent so far, by HTTP status
        self.statuses: Counter[int] = Counter()
        #: requests refused by the limit for the whole bot
        self.globals_refused = 0
        #: routes and fields that simcord has not; each was answered with 501
        self.missing: Counter[str] = Counter()
        #: (least, most) real seconds from a request to its answer; it is carried out somewhere in between
        self.delay_s: tuple[float, float] | None = None
        #: which requests that holds for
        self.delay_route = "*"
        #: of the delay, how much is on the way there: any unless given, as where a process may be killed at any point
        self.there_share: float | None = None
        self.closed_dms: set[int] = set()
        self.token: Callable[[], str] = lambda: ""
        self.gateway_info: Callable[[], dict[str, Any]] = dict
        self.notify: Callable[[], None] = lambda: None
        self._random = random.Random(0)
        self._backend, self._interactions, self._keep = backend, interactions, keep

    async def handle(self, http: web.Request) -> web.Response:
        """The handler of everything under /api/v10."""
        request, files = await _read(http)
        self.requests.append(request)
        self.received += 1
        self.notify()
        slow = fnmatchcase(f"{request.method} {request.path}", self.delay_route)
        there_s, back_s = split_delay(self.delay_s if slow else None, self._random, self.there_share)
        if there_s:
            await asyncio.sleep(there_s)
        refused, headers = self._refused(request, http.headers.get("Authorization"))
        if refused is not None:
            return self._send(request, refused)
        fault = self.faults.next(request.method, request.path)
        reply = None if fault and not fault.accepted else self._carry_out(request, files)
        if back_s:
            await asyncio.sleep(back_s)
        if fault is None:
            assert reply is not None
            return self._send(request, Reply(reply.status, reply.payload, headers))
        if fault.manner != "answer":
            return await misbehave(http, fault)
        return self._send(request, _fault_reply(fault, headers))

    async def attachment(self, http: web.Request) -> web.Response:
        """The handler of uploaded files."""
        blob = self._backend.cdn.get(http.path)
        return web.Response(status=404) if blob is None else web.Response(body=blob)

    def _send(self, request: Request, reply: Reply) -> web.Response:
        request.status = reply.status
        self.statuses[reply.status] += 1
        self.notify()
        return reply.response()

    def _refused(self, request: Request, authorization: str | None) -> tuple[Reply | None, dict[str, str]]:
        """401 or 429, if the request deserves it; else the headers its answer will carry."""
        by_token = request.path.startswith("/interactions/") or request.path.startswith("/webhooks/")
        if not by_token and authorization != f"Bot {self.token()}":
            return Reply(401, {"message": "401: Unauthorized", "code": 0}), {}
        verdict = self.limits.check(request.method, request.path)
        if verdict.retry_after is None:
            return None, verdict.headers
        self.globals_refused += verdict.is_global
        payload = {
            "message": "You are being rate limited.",
            "retry_after": round(verdict.retry_after, 3),
            "global": verdict.is_global,
        }
        return Reply(429, payload, verdict.headers), {}

    def _carry_out(self, request: Request, files: list[Any]) -> Reply:
        try:
            payload = self._result(request, files)
        except (router.RouteNotImplemented, router.UnsupportedField) as error:
            self.missing[str(error)] += 1
            return Reply(501, error.to_json())
        except BackendError as error:
            return Reply(error.status, error.to_json())
        except (KeyError, TypeError, ValueError) as error:  # a body simcord could not read
            self.missing[f"{request.method} {request.path}: {error!r}"] += 1
            return Reply(400, invalid_form_body(repr(error)).to_json())
        finally:
            self._tidy()
        self._interactions.carried_out(request.path)
        return Reply(200, payload) if payload is not None else Reply(204)

    def _result(self, request: Request, files: list[Any]) -> Any:
        if request.path in ("/gateway", "/gateway/bot"):
            return self.gateway_info()
        parts = request.path.split("/")
        if request.method == "POST" and parts[1] == "channels" and parts[3:] == ["messages"]:
            return self._message(request, int(parts[2]), files)
        return self._dispatch(request, files)

    def _message(self, request: Request, channel_id: int, files: list[Any]) -> Any:
        self._check_dm(channel_id)
        body = request.json if isinstance(request.json, dict) else {}
        nonce = None if body.get("nonce") is None else str(body["nonce"])
        if nonce is not None and len(nonce) > MAX_NONCE:
            raise invalid_form_body(f"nonce: Must be {MAX_NONCE} or fewer in length")
        if nonce is None or not body.get("enforce_nonce"):
            return self._dispatch(request, files)
        now = self._backend.clock.now()
        first = self.nonces.first(channel_id, nonce, now)
        if first is not None:
            return self._again(channel_id, first) | {"nonce": nonce}
        sent = self._dispatch(request, files)
        self.nonces.keep(channel_id, nonce, int(sent["id"]), now)
        return sent | {"nonce": nonce}

    def _again(self, channel_id: int, message_id: int) -> dict[str, Any]:
        """The first message of a repeated nonce. If it was deleted meanwhile, Discord says 10008."""
        message = self._backend.messages.get(channel_id, {}).get(message_id)
        if message is None:
            raise unknown_message()
        return payload_of(self._backend, message)

    def _check_dm(self, channel_id: int) -> None:
        channel = self._backend.channels.get(channel_id)
        for user_id in channel.recipient_ids if channel is not None else ():
            if user_id in self.closed_dms:
                raise BackendError(403, 50007, "Cannot send messages to this user")
            if not any(user_id in guild.members for guild in self._backend.guilds.values()):
                raise BackendError(
                    403, 50278, "Cannot send messages to this user due to having no mutual guilds"
                )

    def _dispatch(self, request: Request, files: list[Any]) -> Any:
        return router.dispatch(
            self._backend, request.method, request.path, json=request.json, params=dict(request.params),
            files=files, reason=request.reason,
        )  # fmt: skip

    def _tidy(self) -> None:
        self._backend.http_requests.clear()  # ours is `requests`
        self._backend.transcript.clear()
        if self._keep is not None:
            self._interactions.forget(self._keep)


def _fault_reply(fault: Fault, headers: dict[str, str]) -> Reply:
    message = fault.message or f"{fault.status}: fault on demand"
    if fault.status == 429:
        payload = {"message": message, "retry_after": 1.0, "global": False, "code": fault.code}
        return Reply(429, payload, headers | {"Retry-After": "1", "X-RateLimit-Scope": "shared"})
    return Reply(fault.status, {"message": message, "code": fault.code}, headers)


async def _read(http: web.Request) -> tuple[Request, list[Any]]:
    """The request with its JSON, and uploaded files in the shape simcord takes."""
    body, files = None, []
    if http.content_type.startswith("multipart/"):
        body, files = await _read_form(http)
    elif http.can_read_body and (raw := await http.read()):
        body = json.loads(raw)
    path = http.path.removeprefix(BASE)
    reason = unquote(http.headers.get("X-Audit-Log-Reason", "")) or None
    return Request(http.method, path, dict(http.query), body, time.monotonic(), reason=reason), files


async def _read_form(http: web.Request) -> tuple[Any, list[Any]]:
    body: dict[str, Any] = {}
    uploads: dict[str, tuple[str, bytes]] = {}
    async for part in await http.multipart():
        assert isinstance(part, BodyPartReader)
        name, blob = part.name or "", bytes(await part.read())
        if name == "payload_json":
            body |= json.loads(blob)
        elif part.filename is not None:
            uploads[name.removeprefix("files[").removesuffix("]")] = (part.filename, blob)
        else:
            body[name] = blob.decode()
    # an interaction's callback carries its message one level down
    message = body.get("data", body) if isinstance(body.get("data", body), dict) else body
    described = {str(a.get("id")): a.get("description") for a in message.get("attachments") or ()}
    files = [
        SimpleNamespace(fp=io.BytesIO(blob), filename=filename, description=described.get(key), spoiler=False)
        for key, (filename, blob) in uploads.items()
    ]
    return body, files
