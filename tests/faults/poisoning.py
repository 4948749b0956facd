"""What raises in a life of the bot: installed in the child of the nursery, never a part of the product.

``builder:KEY``, ``carrier:KEY``: whatever is to be said, or carried, for the outbox row of that key and for those by
which it goes on. ``job:NAME``: that job as a whole, and the question when it comes next. ``item:JOB``: of that job
whatever comes first, every time. Rows whose key begins with MARK say nothing but their own key.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import bot.jobs
import bot.services.apart
import bot.services.deliveries
import bot.services.taking_up
from bot.delivery.worker import Courier
from bot.domain.messages import Announcement, Closed, Message, RoleGrant, Wait
from bot.domain.outbox import Delivery, Way
from bot.jobs import Job
from bot.services import parcels
from bot.services.apart import Bench, Piece
from bot.services.places import student_role

MARK = "poison:"


class Poison(Exception):
    """It stands for any fault."""


def install(poison: str) -> None:
    what, _, target = poison.partition(":")
    _say_their_keys(target if what == "builder" else "")
    match what:
        case "builder":
            pass
        case "carrier":
            _carrier(target)
        case "job":
            _job(target)
        case "item":
            _item(target)
        case _:
            raise ValueError(f"no poison {what}")


def _is_of(delivery: Delivery, key: str) -> bool:
    """The row of that key, or one by which its message goes on; not the card that says it reached nobody."""
    return bool(key) and f"{delivery.key}>".startswith(f"{key}>") and not delivery.key.endswith(">room")


def _say_their_keys(victim: str) -> None:
    """The builder of each kind is replaced for these rows alone: what they are about is not there."""
    build = parcels.parcel_of

    def parcel_of(tx: Any, delivery: Delivery, terms: Any, now: datetime) -> Any:
        if not delivery.key.startswith(MARK) or delivery.key.endswith(">room"):
            return build(tx, delivery, terms, now)
        if _is_of(delivery, victim):
            raise Poison(delivery.key)
        section = tx.sections.get(delivery.section)
        if delivery.way is Way.SETUP:
            return parcels._class_set_up(tx, section, (), mends=False)
        if delivery.way is Way.ROLE:
            role = tx.sections.place(section.guild, student_role(section), "role")
            return RoleGrant(section.guild, tx.people.account(delivery.person).discord, role, "poison")
        address = parcels._address(tx, delivery, section, terms, now)
        if isinstance(address, Closed | Wait):
            return address
        words = Announcement(section.name, f"[{delivery.key.partition('>')[0]}]", delivery.nonce, None)
        return Message(words, address, delivery.nonce, parcels.marker_of(delivery.nonce))

    parcels.parcel_of = bot.services.deliveries.parcel_of = parcel_of
    bot.services.taking_up.parcel_of = parcel_of


def _carrier(victim: str) -> None:
    carry = Courier._carry

    async def raising(self: Courier, parcel: Any, delivery: Delivery) -> Any:
        if _is_of(delivery, victim):
            raise Poison(delivery.key)
        return await carry(self, parcel, delivery)

    Courier._carry = raising


def _job(name: str) -> None:
    begin = bot.jobs.Jobs.__init__

    def poisoned(self: bot.jobs.Jobs, jobs: Any, clock: Any) -> None:
        begin(self, [_poisoned(each) if each.name == name else each for each in jobs], clock)

    bot.jobs.Jobs.__init__ = poisoned


def _poisoned(job: Job) -> Job:
    async def raising(now: datetime) -> Any:
        raise Poison(job.name)

    def raising_at_once() -> None:
        if job.start is not None and job.name != "deliver":  # the courier itself is what carries the others
            raise Poison(job.name)
        if job.start is not None:
            job.start()

    return replace(
        job,
        plan=raising if job.plan else None,
        start=raising_at_once if job.start else None,
        next_instant=raising if job.next_instant else None,
    )


def _item(job: str) -> None:
    do, victims = Bench.do, dict[str, str]()

    def raising(bench: Any) -> Any:
        raise Poison(job)

    def poisoned(self: Bench, piece: Piece[Any]) -> Any:
        if self.job == job and victims.setdefault(job, piece.item) == piece.item:
            piece = replace(piece, do=raising)
        return do(self, piece)

    Bench.do = poisoned
