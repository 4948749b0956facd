"""The page that stops texts: opened by a signed link, pressed once (RG1). Opening it changes nothing."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.clock import Clock
from bot.web.forms import read_form
from bot.web.keeping import kept
from bot.web.limits import Guesses, peer_of
from bot.web.links import FormSeal, StopLinks
from bot.words.stop_page import ASK, BUSY, OLD_FORM, STOPPED, Words

TEMPLATES = Path(__file__).with_name("templates")


class Stops(Protocol):
    async def stop_by_page(self, person: int, party: str, now: datetime) -> object: ...


class StopPage:
    """``origin`` is the public address's, which a browser names when the form is sent."""

    def __init__(self, stops: Stops, links: StopLinks, forms: FormSeal, origin: str, clock: Clock) -> None:
        self._stops, self._links, self._forms, self._clock = stops, links, forms, clock
        self._origin = origin
        self._guesses = Guesses()
        environment = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._page = environment.get_template("stop.html")

    def add_to(self, router: web.UrlDispatcher) -> None:
        router.add_get("/stop/{token}", self.show)
        router.add_post("/stop/{token}", self.press)

    async def show(self, request: web.Request) -> web.Response:
        token = self._token(request)
        _, party = self._whose(request, token)
        return self._draw(ASK[party], form=self._forms.make(token, self._clock()))

    async def press(self, request: web.Request) -> web.Response:
        """Stops at once, for a form of this very page; any other is asked to press once more."""
        token = self._token(request)
        person, party = self._whose(request, token)
        fields, now = await read_form(request), self._clock()
        form = fields.first("form") if fields is not None else ""
        if not self._is_ours(request) or not self._forms.fits(form, token, now):
            return self._draw(OLD_FORM, form=self._forms.make(token, now), status=403)
        if not await kept(lambda: self._stops.stop_by_page(person, party, now)):
            return self._draw(BUSY, form=form, status=503)
        return self._draw(STOPPED[party])

    def _token(self, request: web.Request) -> str:
        return request.match_info["token"]

    def _whose(self, request: web.Request, token: str) -> tuple[int, str]:
        """Whose texts the link stops. All wrong links are answered alike."""
        whose = self._links.read(token)
        if whose is not None:
            return whose
        if not self._guesses.note(peer_of(request)):
            raise web.HTTPTooManyRequests(text="slow down", headers={"Retry-After": "60"})
        raise web.HTTPNotFound

    def _is_ours(self, request: web.Request) -> bool:
        """Sent from our page, as far as the browser says; with no-referrer it gives "null" as origin."""
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        return origin in (None, "null", self._origin) and site in (None, "same-origin", "none")

    def _draw(self, words: Words, *, form: str | None = None, status: int = 200) -> web.Response:
        nonce = secrets.token_urlsafe(12)
        text = self._page.render(words=words, form=form, nonce=nonce)
        policy = (
            f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        return web.Response(
            text=text, status=status, content_type="text/html", headers={"Content-Security-Policy": policy}
        )
