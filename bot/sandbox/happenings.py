"""What just happened, in a line each: read from the requests that the bot sent and the texts that arrived."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simcord.backend.models import Channel
from simcord.components import walk_components
from simcord.enums import ComponentType
from simcord.env import Env

from bot.loopback.phone import Phone
from bot.loopback.texts import Text

#: of a text, in characters: the whole of it stands on the phone
LONGEST = 70
#: Markdown and the mark before a card's title
MARKS = re.compile(r"^[#\s]*(?:[^\w\s<\"'(]+\s*)*")


@dataclass(frozen=True, slots=True)
class Happening:
    #: UTC
    at: datetime
    what: str


class Watcher:
    """Looks at what is new since it last looked."""

    def __init__(self, env: Env, phone: Phone) -> None:
        self._env, self._phone = env, phone
        self._requests = self._texts = 0
        self._transcript = 0
        #: telephone number → whose it is
        self.owners: dict[str, str] = {}
        #: ids of DM channels that refuse the bot
        self.closed: set[int] = set()
        #: whether anything at all went between Discord and the bot before the last look
        self.moved = False

    def look(self, now: datetime) -> list[Happening]:
        transcript = len(self._env.backend.transcript)
        requests, texts = self._env.http_requests, self._phone.texts
        self.moved = transcript != self._transcript or len(texts) != self._texts
        told = [what for request in requests[self._requests :] if (what := self._told(request))]
        told += [self._text(text) for text in texts[self._texts :]]
        self._transcript, self._requests, self._texts = transcript, len(requests), len(texts)
        return [Happening(now, what) for what in told]

    def _text(self, text: Text) -> str:
        if text.direction == "inbound":
            return f"{self.owners.get(text.sender, text.sender)} texts: {_short(text.body)}"
        return f"Text to {self.owners.get(text.to, text.to)}: {_short(text.body)}"

    def _told(self, request: Any) -> str | None:
        match (request.method, *request.path.strip("/").split("/")):
            case ("POST", "channels", channel, "messages"):
                return self._message(int(channel), request.json or {})
            case ("POST", "guilds", _, "channels"):
                return f"Channel #{(request.json or {}).get('name')} made"
            case ("PUT", "guilds", guild, "members", user, "roles", role):
                return f"{self._person(int(user))} got the role {self._role(int(guild), int(role))}"
            case _:
                return None

    def _message(self, channel: int, body: dict[str, Any]) -> str:
        place = self._env.backend.channels[channel]
        title = first_line(body)
        if place.is_thread:
            return f"Private thread with {self._readers(place)}: {title}"
        if place.guild_id is not None:
            return f"#{place.name}: {title}"
        who = self._person(place.recipient_ids[0])
        if channel in self.closed:
            return f"DM to {who} refused: their DMs are closed"
        return f"DM to {who}: {title}"

    def _person(self, user: int) -> str:
        account = self._env.backend.users[user]
        return account.global_name or account.name

    def _readers(self, thread: Channel) -> str:
        bot = self._env.backend.bot_user.id
        return " and ".join(self._person(each) for each in thread.thread_members if each != bot)

    def _role(self, guild: int, role: int) -> str:
        found = self._env.backend.guilds[guild].roles.get(role)
        return found.name if found else "(gone)"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"


def first_line(body: dict[str, Any]) -> str:
    """The title of a message: the first words of its card or its text, without Markdown."""
    words = next(_words(body), "")
    return MARKS.sub("", words.split("\n", 1)[0]).strip() or "a message"


def _words(body: dict[str, Any]) -> Iterator[str]:
    if body.get("content"):
        yield str(body["content"])
    for component in walk_components(body.get("components") or []):
        if component.get("type") == ComponentType.TEXT_DISPLAY:
            yield str(component["content"])
