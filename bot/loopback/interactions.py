"""Interactions: sent to the bot as Discord sends them, and what the bot makes of each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simcord.backend import Backend, serializers
from simcord.backend.models import Interaction, Message
from simcord.interactions import base_payload

#: Discord's own limit for the first answer, seconds
FIRST_ANSWER_S = 3.0
#: they are counted in turns of this loop, so that a machine which holds up the bot holds up the count as well
TURN_S = 0.05


@dataclass(slots=True)
class Pending:
    """One interaction on its way. Times are real seconds since it was put on the wire."""

    record: Interaction
    sent_at: float
    first_s: float | None = None
    last_s: float | None = None
    completions: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def progressed(self, *, callback: bool) -> None:
        self.last_s = time.perf_counter() - self.sent_at
        if callback:
            self.first_s = self.first_s or self.last_s
        else:
            self.completions += 1
        self.changed.set()


class Interactions:
    """Knows which interactions somebody waits for, by id (first answers) and by token (everything after)."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._by_id: dict[str, Pending] = {}
        self._by_token: dict[str, Pending] = {}

    def send(
        self, kind: int, *, user_id: int, channel_id: int, data: dict[str, Any], guild_id: int | None = None,
        message: dict[str, Any] | None = None,
    ) -> Pending:  # fmt: skip
        """Emit INTERACTION_CREATE now. `message`: the payload of the one a component or a form came from."""
        record, payload = base_payload(
            self._backend, type=kind, channel_id=channel_id, guild_id=guild_id, user_id=user_id, data=data
        )
        if message is not None:
            payload["message"] = message
            record.source_message_id = int(message["id"])
        pending = Pending(record, time.perf_counter())
        self._by_id[str(record.id)] = self._by_token[record.token] = pending
        self._backend.emit("INTERACTION_CREATE", payload)
        return pending

    def carried_out(self, path: str) -> None:
        """A request of the bot was carried out; wake whoever waits for its interaction."""
        parts = path.split("/")
        if parts[1] == "interactions" and parts[2] in self._by_id:
            self._by_id[parts[2]].progressed(callback=True)
        elif parts[1] == "webhooks" and len(parts) > 3 and parts[3] in self._by_token:
            self._by_token[parts[3]].progressed(callback=False)

    async def finish(self, pending: Pending, *, patience_s: float) -> None:
        """Wait as people do: three seconds for a first answer, then `patience_s` for what was deferred."""
        record = pending.record
        try:
            if not await _until(pending, lambda: record.responded, FIRST_ANSWER_S):
                return
            if record.deferred:
                await _until(pending, lambda: pending.completions > 0, patience_s)
        finally:
            self._by_id.pop(str(record.id), None)
            self._by_token.pop(record.token, None)

    def forget(self, keep: int) -> None:
        """Drop all but the newest `keep` interactions, with their ephemeral answers."""
        while len(self._backend.interactions) > keep:
            record = self._backend.interactions.pop(next(iter(self._backend.interactions)))
            self._backend.interaction_tokens.pop(record.token, None)
            answers = self._backend.messages.get(record.channel_id, {})
            for message_id in (record.message_id, *record.followup_ids):
                message = answers.get(message_id) if message_id is not None else None
                if message is not None and message.is_ephemeral:
                    del answers[message.id]


def payload_of(backend: Backend, message: Message) -> dict[str, Any]:
    """A message as the wire carries it."""
    return dict(serializers.message_payload(backend, message))


async def _until(pending: Pending, done: Callable[[], bool], timeout_s: float) -> bool:
    """Whether it was done before so many seconds were counted."""
    counted_s = 0.0
    while not done():
        if counted_s >= timeout_s:
            return False
        pending.changed.clear()
        try:
            await asyncio.wait_for(pending.changed.wait(), TURN_S)
        except TimeoutError:
            counted_s += TURN_S
    return True
