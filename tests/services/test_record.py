"""Closed by default: the record keeps only what a message declares, and each reader gets only what is declared for them."""

from __future__ import annotations

import importlib
import json
import pkgutil
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from itertools import product
from typing import Annotated, Any, get_type_hints

import pytest

import bot.domain
import bot.services
from bot.domain.contract_messages import ContractInForce, ContractLink
from bot.domain.disclosure import LINES, Reader, kept, readers_of, recorded_fields, without_links
from bot.domain.letter_messages import AnswerCard, Heard
from bot.domain.messages import (
    GuardianCode,
    GuardianNudge,
    Message,
    ToDirectMessage,
)
from bot.domain.outbox import Delivery, Kind, State, Way
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded
from bot.services import parcels
from bot.services.chronicle import note, said
from bot.services.contents import CONTENTS
from bot.services.parcels import Terms, parcel_of
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, NOW, a_class
from tests.canaries import Filled, content_classes, every_message, filled
from tests.services.mail import DRIP, HOURS

#: all that is ever written to a guardian
GUARDIANS_GET = {
    GuardianCode, GuardianNudge, GuardianEnded, ContractLink, AnswerCard, Heard, TextsEnded, TextsAgain, TextHelp,
}  # fmt: skip
#: fields that open something, or say nothing to a reader, whatever they are called where they stand
KEYS = {
    "handle", "code", "nonce", "url", "attempt", "section", "booking", "classes", "number", "channel", "file", "where",
    "discord", "seed", "marker",
}  # fmt: skip
#: what a fact on record may be
PLAIN = (str, int, bool, datetime)


def row(kind: Kind, way: Way, person: int, section: int) -> Delivery:
    return Delivery(
        id=1, key="k", kind=kind, way=way, person=person, section=section, about=1, args={}, nonce="n1",
        state=State.DUE, due_at=NOW, expires_at=None, tries=0, called_at=None, lease=None, why="", channel=None,
        result=None, created_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize("kind", content_classes(), ids=lambda kind: kind.__name__)
async def test_the_record_of_a_message_holds_what_its_class_records_and_nothing_else(
    database: Database, kind: type
) -> None:
    section, it = await a_class(database), filled(kind)

    def write(tx: Tx) -> list[Any]:
        person = tx.people.known(ANA, NOW).person
        parcel = Message(it.content, ToDirectMessage(ANA, 1), "n1", 9)
        for each, way in product(Kind, Way):
            note(tx, row(each, way, person, section.id), State.SENT, NOW, parcel=parcel)
        return [each.body for each in tx.history.of_section(section.id)]

    bodies = await database.write(write)
    assert len(bodies) >= len(Kind) * 4
    may = recorded_fields(kind)
    for body in bodies:
        assert not [mark for mark in it.of(*it.marks.keys() - set(may)) if mark in json.dumps(body)]
        assert body["said"].keys() == set(may)
    told = json.dumps(bodies[0])
    for name in may:
        assert not it.marks[name] or any(mark in told for mark in it.marks[name]), name


def test_no_key_to_anything_is_declared_as_a_fact_for_the_record() -> None:
    declared = {(kind.__name__, name) for kind in content_classes() for name in recorded_fields(kind)}
    assert len(declared) > 50
    assert [each for each in declared if each[1] in KEYS] == []


def test_a_fact_on_record_is_a_plain_value() -> None:
    """A dataclass within a dataclass would bring all its fields along."""

    def is_plain(hint: Any) -> bool:
        inner = [each for each in getattr(hint, "__args__", ()) if each not in (type(None), Ellipsis)]
        return all(map(is_plain, inner)) if inner else hint in PLAIN

    bad = [
        (kind.__name__, name)
        for kind in content_classes()
        for name in recorded_fields(kind)
        if not is_plain(get_type_hints(kind)[name])
    ]
    assert bad == []


def test_a_new_class_of_messages_records_nothing_and_reaches_nobody() -> None:
    @dataclass(frozen=True, slots=True)
    class New:
        class_name: str
        link: Annotated[str, "anything else"]

    new: Any = New("Chem", "https://opens.example")
    assert said(new) == {}
    assert readers_of(New) == frozenset()
    assert kept("something new", {"words": "x"}) == {}


async def test_a_guardian_gets_only_what_is_meant_for_guardians(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each kind of delivery, whatever it is made to say, by each way: it goes to its readers or to nobody."""
    section = await a_class(database)
    everything = list(every_message())
    got: dict[Way, set[type]] = {each: set() for each in Way}

    def look(tx: Tx, kind: Kind, way: Way, it: Filled) -> None:
        person = tx.people.known(ANA, NOW).person
        monkeypatch.setattr(parcels, "CONTENTS", {**CONTENTS, kind: lambda *_: it.content})
        if way not in parcels.READERS:
            return
        found = parcel_of(tx, row(kind, way, person, section.id), Terms(HOURS, None, DRIP), NOW)
        # an address is looked up only for what may go there
        if not isinstance(found, str):
            got[way].add(it.kind)

    for kind, way, it in product(CONTENTS, Way, everything):
        await database.read(look, kind, way, it)
    assert got[Way.GUARDIAN] == GUARDIANS_GET
    for way, reader in parcels.READERS.items():
        assert got[way] == {each.kind for each in everything if reader in readers_of(each.kind)}


def test_what_everybody_in_a_channel_reads_names_no_student() -> None:
    """The class's channel is the one place that all see: nothing that is for one student goes there too."""
    public = {kind for kind in content_classes() if Reader.CLASS in readers_of(kind)}
    assert {each.__name__ for each in public} == {"PreWorkCard", "InboxCall", "ClassReady"}
    assert all(readers_of(kind) == {Reader.CLASS} for kind in public)


def test_every_class_of_messages_names_its_readers() -> None:
    assert [kind.__name__ for kind in content_classes() if not readers_of(kind)] == []


def test_what_bears_a_right_is_not_even_in_the_words_of_a_fault() -> None:
    """A traceback prints what a fault was about."""
    bearers = [(it, name) for it in every_message() for name in ("url", "code") if name in it.marks]
    assert len(bearers) == 3
    for it, name in bearers:
        assert not [mark for mark in it.marks[name] if mark in repr(it.content)]


def test_no_value_of_ours_shows_its_code_or_token_when_it_is_printed() -> None:
    """Six digits have no shape by which a log could know them."""
    modules = [
        each
        for package in (bot.domain, bot.services)
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    kinds = {
        kind
        for each in modules
        for kind in vars(importlib.import_module(each.name)).values()
        if isinstance(kind, type) and is_dataclass(kind)
    }
    secret = [
        (kind, each)
        for kind in kinds
        for each in fields(kind)
        if each.name in ("code", "token") and each.type == "str"
    ]
    assert len(secret) >= 4
    assert [(kind.__qualname__, each.name) for kind, each in secret if each.repr] == []


@pytest.mark.parametrize("what", LINES)
def test_words_in_the_record_carry_no_link_that_signs(what: str) -> None:
    """Somebody quotes the text that they got."""
    token = "1g20843.jUP-2cUVOal17BZ61DV-bGDQWNE"
    words = f"Is https://bot.school.example/agree/{token} from you?"
    body = {name: [words, {"deep": words}] for name in LINES[what]}
    assert token not in json.dumps(kept(what, body))
    assert without_links("I agree/disagree, 50/50") == "I agree/disagree, 50/50"


async def test_what_a_student_is_told_of_a_contract_names_no_handle(database: Database) -> None:
    told = said(ContractInForce("Chem", "class-handle", "Strong", 86))
    assert told == {"class_name": "Chem", "tier": "Strong", "bar": 86}
