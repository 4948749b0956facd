"""The page on which a guardian signs: opened by a signed link, signed by typing a name. Opening it changes nothing."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.clock import Clock
from bot.domain.contracts import LONGEST_SIGNATURE, Via
from bot.services.contracts import (
    GuardianMay,
    GuardianResult,
    GuardianSigned,
    NoName,
    NotToSign,
    PageResult,
    SignedBefore,
)
from bot.web.forms import read_form
from bot.web.keeping import kept
from bot.web.limits import Guesses, peer_of
from bot.web.links import ContractLinks, FormSeal, Replaced, RunOut
from bot.words.contracts import (
    BUSY,
    BUTTON,
    GONE,
    NO_NAME,
    OLD_FORM,
    REPLACED,
    RUN_OUT,
    SIGN,
    SIGNED,
    SIGNED_BEFORE,
    TOO_MANY_CODES,
    WRONG_CODE,
    Words,
)

#: wrong codes for one contract
CODES_A_DAY, DAY_S = 10, 86_400.0

TEMPLATES = Path(__file__).with_name("templates")


class Contracts(Protocol):
    async def page(self, contract: int) -> PageResult: ...
    async def guardian_signs(self, contract: int, via: Via, name: str, now: datetime) -> GuardianResult: ...


class AgreePage:
    """``origin`` is the public address's, which a browser names when the form is sent."""

    def __init__(
        self, contracts: Contracts, links: ContractLinks, forms: FormSeal, origin: str, clock: Clock
    ) -> None:
        self._contracts, self._links, self._forms, self._clock = contracts, links, forms, clock
        self._origin = origin
        self._guesses = Guesses()
        # by contract: whoever has the link has one code to guess, from wherever they try. A link lives for two weeks,
        # so that of a million codes some hundred can be tried
        self._codes = Guesses(CODES_A_DAY, DAY_S, None, lambda: clock().timestamp())
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._page = environment.get_template("agree.html")

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/agree/{token}", self.show)
        router.add_post("/agree/{token}", self.press)

    async def show(self, request: web.Request) -> web.Response:
        token, now = request.match_info["token"], self._clock()
        whose = self._whose(request, token, now)
        if not isinstance(whose, tuple):
            return self._closed(whose)
        return await self._form(token, whose, now)

    async def press(self, request: web.Request) -> web.Response:
        """Signs, for a form of this very page, a name and, where it is asked for, the code."""
        token, now = request.match_info["token"], self._clock()
        whose = self._whose(request, token, now)
        if not isinstance(whose, tuple):
            return self._closed(whose)
        contract, via = whose
        fields = await read_form(request)
        form, name, code = (fields.first(each) if fields else "" for each in ("form", "name", "code"))
        if not self._is_ours(request) or not self._forms.fits(form, token, now):
            return await self._form(token, whose, now, OLD_FORM, name, status=403)
        if via is Via.CODE and (refused := self._wrong_code(contract, code)) is not None:
            problem, status = refused
            return await self._form(token, whose, now, problem, name, status=status)
        results: list[GuardianResult] = []

        async def sign() -> None:
            results.append(await self._contracts.guardian_signs(contract, via, name, now))

        if not await kept(sign):
            return self._draw(BUSY, form=form, with_code=via is Via.CODE, name=name, status=503)
        match results[-1]:
            case GuardianSigned():
                return self._draw(SIGNED)
            case SignedBefore():
                return self._draw(SIGNED_BEFORE)
            case NotToSign():
                return self._draw(GONE, status=410)
            case NoName():
                return await self._form(token, whose, now, NO_NAME, name, status=422)

    async def _form(
        self,
        token: str,
        whose: tuple[int, Via],
        now: datetime,
        problem: str = "",
        name: str = "",
        *,
        status: int = 200,
    ) -> web.Response:
        contract, via = whose
        match await self._contracts.page(contract):
            case GuardianMay(_, _, wording):
                words = Words(SIGN, tuple(wording.splitlines()), BUTTON)
            case SignedBefore():
                return self._draw(SIGNED_BEFORE)
            case NotToSign():
                return self._draw(GONE, status=410)
        form = self._forms.make(token, now)
        return self._draw(
            words,
            form=form,
            with_code=via is Via.CODE,
            problem=problem,
            name=name[:LONGEST_SIGNATURE],
            status=status,
        )

    def _closed(self, why: RunOut | Replaced) -> web.Response:
        return self._draw(RUN_OUT if isinstance(why, RunOut) else REPLACED, status=410)

    def _whose(self, request: web.Request, token: str, now: datetime) -> tuple[int, Via] | RunOut | Replaced:
        """What the link signs. All wrong links are answered alike."""
        whose = self._links.read(token, now)
        if whose is not None:
            return whose
        if not self._guesses.note(peer_of(request)):
            raise web.HTTPTooManyRequests(text="slow down", headers={"Retry-After": "60"})
        raise web.HTTPNotFound

    def _wrong_code(self, contract: int, code: str) -> tuple[str, int] | None:
        """What is said to it and the status; None for the right one."""
        if self._codes.is_spent(str(contract)):  # asked first: else each try would still tell
            return TOO_MANY_CODES, 429
        if self._links.fits(code, contract):
            return None
        self._codes.note(str(contract))
        return WRONG_CODE, 403

    def _is_ours(self, request: web.Request) -> bool:
        """Sent from our page, as far as the browser says; with no-referrer it gives "null" as origin."""
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        return origin in (None, "null", self._origin) and site in (None, "same-origin", "none")

    def _draw(
        self,
        words: Words,
        *,
        form: str | None = None,
        with_code: bool = False,
        problem: str = "",
        name: str = "",
        status: int = 200,
    ) -> web.Response:
        nonce = secrets.token_urlsafe(12)
        text = self._page.render(
            words=words, form=form, with_code=with_code, problem=problem, name=name, nonce=nonce
        )
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return web.Response(
            text=text, status=status, content_type="text/html", headers={"Content-Security-Policy": policy}
        )
