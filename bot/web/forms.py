"""Forms that come in: read within limits of time and size, and strictly."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from aiohttp import web

FORM_TYPE = "application/x-www-form-urlencoded"
#: Twilio sends some dozens
MOST_FIELDS = 200
READ_S = 5.0


class Fields(dict[str, list[str]]):
    """A form, repeated names and all, as Twilio's validator reads one."""

    def getall(self, name: str) -> list[str]:
        return self[name]

    def first(self, name: str) -> str:
        return self.get(name, [""])[0]


async def read_form(request: web.Request) -> Fields | None:
    """None for what is no form. Blank values are kept; a body that comes too slowly is answered 408."""
    if request.content_type != FORM_TYPE:
        return None
    try:
        async with asyncio.timeout(READ_S):
            body = await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="too slow") from None
    try:
        # whatever charset it claims: browsers and Twilio send UTF-8
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    fields = Fields()
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields
