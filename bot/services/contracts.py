"""The contract: a student signs for a tier, a guardian signs too, and from then on that is the student's bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.domain.contract_messages import ContractInForce, ContractLink, ContractToSign
from bot.domain.contracts import Bar, Contract, Stage, Via, bar_at, in_force, signature, tier_of, waiting
from bot.domain.mastery_rules import MasteryRules, Tier
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import Asker, HistoryLine, Section
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.ports import Database, Ids, Tx
from bot.services.ports.links import ContractLinks

#: a student may change their mind, but not all day
MOST_A_DAY = 6


class Wording(Protocol):
    """What is signed, as plain text."""

    def student(self, tier: Tier, class_name: str, guardian_signs: bool) -> str: ...
    def guardian(self, contract: Contract, class_name: str) -> str: ...


@dataclass(frozen=True, slots=True)
class OwnContracts:
    """Everything about a student's bar in one class."""

    section: Section
    rules: MasteryRules
    bar: Bar
    #: oldest first
    contracts: tuple[Contract, ...]
    #: a text with the link can go to the guardian's confirmed phone
    can_text: bool
    #: where a guardian without texts signs, with the code to type there; None where no page is served
    page: GuardianPage | None = None


@dataclass(frozen=True, slots=True)
class GuardianPage:
    url: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ToSign:
    """One tier, as it is signed; ``name`` is what was typed and could not be taken as a signature."""

    section: Section
    tier: Tier
    wording: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class AlreadySigned:
    """The student has signed for exactly this already."""

    own: OwnContracts


@dataclass(frozen=True, slots=True)
class NoSuchTier:
    """The class offers no tier of that bar (any more)."""

    own: OwnContracts


@dataclass(frozen=True, slots=True)
class EnoughToday:
    """The student changed their mind often enough within a day."""

    own: OwnContracts


@dataclass(frozen=True, slots=True)
class NothingToText:
    """No contract waits for a guardian, or no guardian's phone is confirmed."""

    own: OwnContracts


@dataclass(frozen=True, slots=True)
class TextGoes:
    own: OwnContracts


@dataclass(frozen=True, slots=True)
class GuardianMay:
    """What the page shows to the guardian."""

    contract: Contract
    class_name: str
    wording: str


@dataclass(frozen=True, slots=True)
class SignedBefore:
    pass


@dataclass(frozen=True, slots=True)
class NotToSign:
    """There is nothing to be signed by that link any more."""


@dataclass(frozen=True, slots=True)
class GuardianSigned:
    contract: Contract


@dataclass(frozen=True, slots=True)
class NoName:
    """What was typed is no name; nothing was signed."""


OwnResult = OwnContracts | WhichClass | NoClass
ChooseResult = ToSign | NoSuchTier | NoClass
SignResult = OwnContracts | ToSign | AlreadySigned | NoSuchTier | EnoughToday | NoClass
TextResult = TextGoes | NothingToText | NoClass
PageResult = GuardianMay | SignedBefore | NotToSign
GuardianResult = GuardianSigned | SignedBefore | NotToSign | NoName


class ContractService:
    """``links`` is None where no page is served: a guardian then signs on paper, and the teacher notes it."""

    def __init__(
        self,
        database: Database,
        wording: Wording,
        links: ContractLinks | None,
        ids: Ids,
        wake: Callable[[], None],
    ) -> None:
        self._db, self._wording, self._links = database, wording, links
        self._ids, self._wake = ids, wake

    async def own(self, asker: Asker, handle: str | None, now: datetime) -> OwnResult:
        """``handle`` is a class's; None for the only one."""
        return await self._db.read(_own, asker, handle, self._links, now)

    async def choose(self, asker: Asker, handle: str, bar: int, now: datetime) -> ChooseResult:
        """What would be signed for that tier."""
        return await self._db.read(_choose, asker, handle, bar, self._wording, self._links, now)

    async def sign(self, asker: Asker, handle: str, bar: int, name: str, now: datetime) -> SignResult:
        """The student signs by typing their name. What waited for a guardian before is withdrawn."""
        result = await self._db.write(
            _sign, asker, handle, bar, name, self._wording, self._links, now, self._ids
        )
        self._wake()
        return result

    async def text_guardian(self, asker: Asker, handle: str, now: datetime) -> TextResult:
        """Texts the link to the guardian's confirmed phone, once more at most once a day."""
        result = await self._db.write(_text_guardian, asker, handle, self._links, now, self._ids)
        self._wake()
        return result

    async def page(self, contract: int) -> PageResult:
        """What stands on the page of a link that was read. Looking changes nothing."""
        return await self._db.read(_page, contract, self._wording)

    async def guardian_signs(self, contract: int, via: Via, name: str, now: datetime) -> GuardianResult:
        """By a link, with the guardian's typed name; whoever presses twice signed once."""
        result = await self._db.write(_guardian_signs, contract, via, name, self._wording, now, self._ids)
        self._wake()
        return result


# --- the student -----------------------------------------------------------------------------------


def _own(tx: Tx, asker: Asker, handle: str | None, links: ContractLinks | None, now: datetime) -> OwnResult:
    chosen = attended_class(tx, asker, handle)
    if not isinstance(chosen, tuple):
        return chosen
    me, section = chosen
    return own_contracts(tx, section, me.person, links, now)


def own_contracts(
    tx: Tx, section: Section, person: int, links: ContractLinks | None, now: datetime
) -> OwnContracts:
    contracts = tuple(tx.contracts.of(section.id, person))
    open_one = waiting(contracts)
    page = (
        GuardianPage(links.make(open_one.id, Via.CODE, now), links.code(open_one.id))
        if links and open_one
        else None
    )
    return OwnContracts(
        section,
        tx.mastery_rules.of(section.id),
        bar_at(contracts, section.bar, now),
        contracts,
        can_text=links is not None and tx.guardians.in_class(section.id).reachable(person),
        page=page,
    )


def _mine(tx: Tx, asker: Asker, handle: str) -> tuple[int, Section] | NoClass:
    chosen = attended_class(tx, asker, handle)
    return (chosen[0].person, chosen[1]) if isinstance(chosen, tuple) else NoClass()


def _choose(
    tx: Tx,
    asker: Asker,
    handle: str,
    bar: int,
    wording: Wording,
    links: ContractLinks | None,
    now: datetime,
) -> ChooseResult:
    mine = _mine(tx, asker, handle)
    if isinstance(mine, NoClass):
        return mine
    person, section = mine
    rules = tx.mastery_rules.of(section.id)
    tier = tier_of(rules.tiers, bar)
    if tier is None:
        return NoSuchTier(own_contracts(tx, section, person, links, now))
    return ToSign(section, tier, wording.student(tier, section.name, rules.guardian_signs))


def _sign(
    tx: Tx,
    asker: Asker,
    handle: str,
    bar: int,
    typed: str,
    wording: Wording,
    links: ContractLinks | None,
    now: datetime,
    ids: Ids,
) -> SignResult:
    mine = _mine(tx, asker, handle)
    if isinstance(mine, NoClass):
        return mine
    person, section = mine
    own, name = own_contracts(tx, section, person, links, now), signature(typed)
    tier = tier_of(own.rules.tiers, bar)
    if tier is None:
        return NoSuchTier(own)
    words = wording.student(tier, section.name, own.rules.guardian_signs)
    if name is None:
        return ToSign(section, tier, words, typed)
    open_one = waiting(own.contracts)
    standing = open_one or in_force(own.contracts)
    if standing is not None and standing.bar == bar:
        return AlreadySigned(own)
    if sum(each.signed_at.date() == now.date() for each in own.contracts) >= MOST_A_DAY:
        return EnoughToday(own)
    if open_one is not None:
        tx.contracts.end(open_one.id, now)
    made = tx.contracts.add(
        handle=ids(),
        section=section.id,
        person=person,
        bar=bar,
        tier=tier.name,
        wording=words,
        name=name,
        at=now,
    )
    record(tx, made, "signed", {"wording": words, "name": name}, person, now)
    if not own.rules.guardian_signs:
        put_in_force(tx, made, person, now, ids)
    return own_contracts(tx, section, person, links, now)


def _text_guardian(
    tx: Tx, asker: Asker, handle: str, links: ContractLinks | None, now: datetime, ids: Ids
) -> TextResult:
    mine = _mine(tx, asker, handle)
    if isinstance(mine, NoClass):
        return mine
    person, section = mine
    own = own_contracts(tx, section, person, links, now)
    open_one = waiting(own.contracts)
    if open_one is None or not own.can_text:
        return NothingToText(own)
    text = Effect(
        key=f"contract_link:{open_one.id}:{now:%Y-%m-%d}",
        kind=Kind.CONTRACT_LINK,
        way=Way.GUARDIAN,
        due_at=now,
        person=person,
        section=section.id,
        about=open_one.id,
    )
    tx.outbox.add([text], now, ids)
    return TextGoes(own)


# --- the guardian ----------------------------------------------------------------------------------


def _page(tx: Tx, contract_id: int, wording: Wording) -> PageResult:
    found = _signable(tx, contract_id)
    if not isinstance(found, Contract):
        return found
    name = tx.sections.get(found.section).name
    return GuardianMay(found, name, wording.guardian(found, name))


def _signable(tx: Tx, contract_id: int) -> Contract | SignedBefore | NotToSign:
    found = tx.contracts.find(contract_id)
    if found is None or tx.sections.enrolment(found.section, found.person) is None:
        return NotToSign()
    if found.guardian_signed_at is not None:
        return SignedBefore()
    return found if found.stage is Stage.WAITING else NotToSign()


def _guardian_signs(
    tx: Tx, contract_id: int, via: Via, typed: str, wording: Wording, now: datetime, ids: Ids
) -> GuardianResult:
    found, name = _signable(tx, contract_id), signature(typed)
    if not isinstance(found, Contract):
        return found
    if name is None:
        return NoName()
    words = wording.guardian(found, tx.sections.get(found.section).name)
    tx.contracts.guardian_signed(found.id, name, words, via, now)
    record(tx, found, "guardian signed", {"wording": words, "name": name, "via": via}, None, now)
    put_in_force(tx, found, None, now, ids)
    return GuardianSigned(found)


# --- what follows ----------------------------------------------------------------------------------


def put_in_force(tx: Tx, new: Contract, actor: int | None, now: datetime, ids: Ids) -> None:
    """From now on this is the bar; the contract before ends at the same instant, and others that wait are withdrawn."""
    for each in tx.contracts.of(new.section, new.person):
        if each.id != new.id and each.ended_at is None:
            tx.contracts.end(each.id, now)
    tx.contracts.begin(new.id, now)
    record(tx, new, "in force", {}, actor, now)
    told = Effect(
        key=f"contract:{new.id}",
        kind=Kind.CONTRACT_IN_FORCE,
        way=Way.DM,
        due_at=now,
        person=new.person,
        section=new.section,
        about=new.id,
    )
    tx.outbox.add([told], now, ids)


def record(
    tx: Tx, contract: Contract, what: str, body: dict[str, Any], actor: int | None, now: datetime
) -> None:
    told = {"number": contract.id, "what": what, "bar": contract.bar, "tier": contract.tier, **body}
    tx.history.add(HistoryLine(now, "contract", told, contract.section, contract.person, actor))


# --- what is told ----------------------------------------------------------------------------------


def contract_in_force(tx: Tx, delivery: Delivery, now: datetime) -> ContractInForce | str:
    found = tx.contracts.find(delivery.about or 0)
    if found is None or found.stage is not Stage.IN_FORCE:
        return "another contract is in force"
    section = tx.sections.get(found.section)
    return ContractInForce(section.name, section.handle, found.tier, found.bar)


def contract_to_sign(tx: Tx, delivery: Delivery, now: datetime) -> ContractToSign | str:
    """Reminds one student who has not signed, or whose guardian has not."""
    section, person = tx.sections.get(delivery.section or 0), delivery.person or 0
    if tx.sections.enrolment(section.id, person) is None:
        return "no longer in the class"
    contracts, rules = tx.contracts.of(section.id, person), tx.mastery_rules.of(section.id)
    open_one = waiting(contracts)
    if not rules.tiers or (open_one is None and in_force(contracts) is not None):
        return "signed meanwhile"
    return ContractToSign(section.name, section.handle, for_guardian=open_one is not None)


def contract_link(
    tx: Tx, delivery: Delivery, now: datetime, links: ContractLinks | None
) -> ContractLink | str:
    """The last look before a guardian is texted: the contract still waits for them."""
    found = _signable(tx, delivery.about or 0)
    if not isinstance(found, Contract) or links is None:
        return "not to be signed any more"
    url, renewed = links.make(found.id, Via.TEXT, now), bool(delivery.args.get("renewed"))
    return ContractLink(tx.sections.get(found.section).name, url, renewed)
