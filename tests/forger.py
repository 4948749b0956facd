"""Sends what a client of one's own making could: the custom_ids that somebody else's screen showed, whole and bent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import discord
from simcord.actors import _dispatch_actor_interaction, _visible_message, serializers
from simcord.builders import ChannelHandle

from bot.views.presses import read_id
from tests.classroom import APOLOGY, ZONE, Classroom, Person

#: what the bot notes of itself, and that somebody was seen at all
NOT_COMPARED = {"fact", "identify", "alembic_version", "sqlite_sequence", "account", "person"}
#: whoever is in a class does these for themselves, with a handle that says no more than which class
OWN = {
    "book_slot", "check", "check_sum", "check_test_out", "check_which", "inbox", "join", "join_old_enough",
    "join_which", "pw_start",
}  # fmt: skip
TEXT, CHOICES, PEOPLE = 4, 3, 5
HUGE = "9" * 40

#: the kind of an interaction and its data
Sent = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Shown:
    """A button, a menu or a form as the bot drew it for somebody."""

    custom_id: str
    drawn: Mapping[str, Any]

    @property
    def name(self) -> tuple[str, str, str]:
        found = read_id(self.custom_id)
        assert found is not None
        return found

    @property
    def values(self) -> list[str]:
        return [each["value"] for each in self.drawn.get("options", [])][:1]

    @property
    def fields(self) -> list[Mapping[str, Any]]:
        return [each for each in _parts(self.drawn.get("components", [])) if "custom_id" in each]


@dataclass(frozen=True)
class Forger:
    """People with no business in the class, who know every custom_id that was ever drawn there."""

    room: Classroom
    stranger: Person
    classmate: Person
    elsewhere: Person
    colleague: Person
    foreigner: Person
    carriers: Mapping[int, discord.Message]
    #: places, among the bot's requests, of what was drawn for these people
    answers: set[int]

    async def forge(
        self,
        victim: Person,
        *names: str,
        secret: tuple[str, ...] = (),
        inside: tuple[str, ...] = (),
        brief: bool = False,
    ) -> None:
        """Each is on a screen now; nobody else changes or learns anything by it. A name is ``fc:action``.

        What is ``inside`` the class a classmate may read, and nobody else. In ``brief``, one of them sends what is
        bent, and all what is whole.
        """
        found = self.shown()
        for name in names:
            assert name in found, f"{name} was on no screen: {sorted(found)}"
            what = found[name]
            whole, bent = _whole(what, victim), list(_bent(what, victim, _handles(self.room)))
            # a handle that names no class means whichever one somebody is in
            mine = (self.classmate, self.elsewhere) if what.name[2] == "-" else (self.classmate,)
            is_own = what.name[1] in OWN
            for who in (self.stranger, self.classmate, self.elsewhere, self.colleague, self.foreigner):
                sends = [] if is_own and who in mine else [whole]
                bends = (self.stranger if is_own else self.classmate) is who if brief else True
                sends += bent if bends and not (is_own and who in (self.classmate, self.elsewhere)) else []
                hidden = secret if who is self.classmate else (*secret, *inside)
                await self._attack(who, sends, (f"<@{victim.id}>", *hidden))

    def shown(self) -> dict[str, Shown]:
        """What the bot drew for others so far, the last of each kind and action."""
        drawn = [each.json for at, each in enumerate(self.room.env.http_requests) if at not in self.answers]
        parts = [each for each in _parts(drawn) if isinstance(each.get("custom_id"), str)]
        found = [(read_id(each["custom_id"]), each) for each in parts]
        return {f"{name[0]}:{name[1]}": Shown(each["custom_id"], each) for name, each in found if name}

    async def _attack(self, who: Person, sends: list[Sent], secret: tuple[str, ...]) -> None:
        before = stored(self.room)
        for kind, data in sends:
            asked = len(self.room.env.http_requests)
            await self._send(who, kind, data)
            answer = str([each.json for each in self.room.env.http_requests[asked:]])
            self.answers.update(range(asked, len(self.room.env.http_requests)))
            told = [each for each in (APOLOGY, *secret) if each in answer]
            assert not told, (who.actor.name, data, told)
        after = stored(self.room)
        changed = {
            each: set(after[each]) ^ set(before[each]) for each in after if after[each] != before[each]
        }
        assert not changed, (who.actor.name, [data["custom_id"] for _, data in sends], changed)

    async def _send(self, who: Person, kind: int, data: dict[str, Any]) -> None:
        actor, stored = who.actor, _visible_message(who.actor, self.carriers[who.id])
        backend = self.room.env.backend
        channel = ChannelHandle(self.room.env, actor.guild, backend.get_channel(stored.channel_id))
        extra = {"message": dict(serializers.message_payload(backend, stored))}
        await _dispatch_actor_interaction(
            actor, kind, channel, data, extra=extra, source_message_id=stored.id
        )


async def open_forger(room: Classroom, classmate: Person) -> Forger:
    """Once the victims are in their class: another class on the server, and another server."""
    began = len(room.env.http_requests)
    colleague, elsewhere = room.colleague("stone"), room.newcomer("dora")
    await colleague.slash("course sample")
    await colleague.slash("class create", name="Period 9", course="intro-chemistry", zone=ZONE)
    await colleague.press("Create the class")
    await elsewhere.slash("join")
    await elsewhere.pick("Period 9")
    await elsewhere.press("I am old enough. Join")
    guild = room.env.create_guild("Den")
    den = guild.create_text_channel("den")
    role = guild.create_role("Teacher", permissions=discord.Permissions(manage_guild=True))
    foreigner = Person(room, guild.add_member(room.env.create_user("foreigner"), roles=[role]))
    await foreigner.slash("course sample", channel=den)
    await foreigner.slash("class create", channel=den, name="Den", course="intro-chemistry", zone=ZONE)
    await foreigner.press("Create the class")
    stranger = room.newcomer("mallory")
    carriers: dict[int, discord.Message] = {}
    for who in (stranger, classmate, elsewhere, colleague, foreigner):
        seen = await who.slash("today", channel=den if who is foreigner else None)
        carriers[who.id] = seen.result.response.message
    answers = set(range(began, len(room.env.http_requests)))
    return Forger(room, stranger, classmate, elsewhere, colleague, foreigner, carriers, answers)


def stored(room: Classroom) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is kept of anybody."""
    with closing(sqlite3.connect(room.app.settings.storage.path)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            each: file.execute(f'SELECT * FROM "{each}"').fetchall()  # noqa: S608  # a name of the schema's own
            for each in tables
            if each not in NOT_COMPARED
        }


def _parts(node: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _parts(each)


def _handles(room: Classroom) -> list[str]:
    """One of each kind that there is: the newest."""
    with closing(sqlite3.connect(room.app.settings.storage.path)) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: list[str] = []
        for each in tables:
            columns = [row[1] for row in file.execute(f'PRAGMA table_info("{each}")')]
            if "handle" in columns:
                newest = f'SELECT handle FROM "{each}" ORDER BY rowid DESC LIMIT 1'  # noqa: S608  # as above
                found += [handle for (handle,) in file.execute(newest)]
        return found


def _whole(what: Shown, victim: Person) -> Sent:
    """As its owner would use it."""
    return _use(what, what.custom_id, _values(what, victim), "42")


def _bent(what: Shown, victim: Person, others: list[str]) -> Iterator[Sent]:
    """Handles, values and words as nobody's screen has them."""
    kind, action, handle = what.name
    first, values = handle.partition(".")[0], _values(what, victim)
    tails = ("", ".", ".1", "..", ".-1", ".0", ".1.", f".{HUGE[:20]}", ".²", ".٣", ".1.²", ".1.٣")
    bent = ["-", ".", "1", "0", HUGE, "²", "٣", *(first + each for each in tails)]
    for each in [*bent, *others]:
        if each != handle and len(each) <= 64:
            yield _use(what, f"{kind}:{action}:{each}", values, "42")
    if kind == "fs":
        for odd in ([], [""], ["-1"], ["²"], ["٣"], [HUGE], ["x"], ["0", "1"], *([each] for each in others)):
            yield _use(what, what.custom_id, odd, "")
    if kind == "fm":
        for words in ("", "²", "٣", HUGE, "x" * 5000):
            yield _use(what, what.custom_id, [], words)
        yield 5, {"custom_id": what.custom_id, "components": []}


def _values(what: Shown, victim: Person) -> list[str]:
    return [str(victim.id)] if what.drawn.get("type") == PEOPLE else what.values


def _use(what: Shown, custom_id: str, values: list[str], words: str) -> Sent:
    match what.name[0]:
        case "fc":
            return 3, {"custom_id": custom_id, "component_type": 2}
        case "fs":
            return 3, {"custom_id": custom_id, "component_type": what.drawn["type"], "values": values}
        case _:
            return 5, {
                "custom_id": custom_id,
                "components": [{"type": 18, "component": _filled(each, words)} for each in what.fields],
            }


def _filled(field: Mapping[str, Any], words: str) -> dict[str, Any]:
    filled = {"type": field["type"], "custom_id": field["custom_id"]}
    return {**filled, "value": words} if field["type"] == TEXT else {**filled, "values": [words]}
