"""Twilio's SDK over its async client, with the two repairs it needs. Heavy: imported on first use only."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageList


class HttpClient(AsyncTwilioHttpClient):
    """Goes to ``api_base`` in place of the vendor's host, and keeps its timeout, which the SDK's own forgets.

    Build it inside the running loop: it opens its session at once. It repeats nothing by itself (RB1).
    """

    def __init__(self, api_base: str, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._base, self._timeout_s = urlsplit(api_base), timeout_s

    async def request(self, method: str, url: str, *args: Any, **options: Any) -> Response:
        there = urlsplit(url)
        path = self._base.path.rstrip("/") + there.path
        options["timeout"] = options.get("timeout") or self._timeout_s
        # aiohttp has deprecated the way in which the SDK passes these
        user, password = options.pop("auth")
        secret = base64.b64encode(f"{user}:{password}".encode()).decode()
        options["headers"] = {**(options.get("headers") or {}), "Authorization": f"Basic {secret}"}
        url = urlunsplit((self._base.scheme, self._base.netloc, path, there.query, ""))
        return await super().request(method, url, *args, **options)


def messages(account_sid: str, auth_token: str, http: HttpClient) -> MessageList:
    return Client(account_sid, auth_token, http_client=http).messages
