"""What each kind of delivery says, looked up at the last moment; or why it no longer applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.messages import ClassReady, Content, InboxCall, InboxHello, Trouble, Unreached
from bot.domain.outbox import Delivery, Kind
from bot.services.nudges import prework_nudge
from bot.services.ports import Tx
from bot.services.posting import prework_card
from bot.services.quizzes import unit_opened
from bot.services.slot_messages import slot_booked, slot_cancelled, slot_reminder

ContentOf = Callable[[Tx, Delivery, datetime], Content | str]


def _inbox_hello(tx: Tx, delivery: Delivery, now: datetime) -> InboxHello | str:
    return InboxHello(tx.sections.get(delivery.section or 0).name)


def _inbox_call(tx: Tx, delivery: Delivery, now: datetime) -> InboxCall | str:
    return InboxCall(tx.sections.get(delivery.about or 0).name)


def _class_ready(tx: Tx, delivery: Delivery, now: datetime) -> ClassReady | str:
    section = tx.sections.get(delivery.about or 0)
    return ClassReady(section.name, tx.courses.get(section.course_id).title, section.handle)


def _unreached(tx: Tx, delivery: Delivery, now: datetime) -> Unreached | str:
    who = tx.people.account(delivery.person or 0)
    if who is None:
        return "the person was erased"
    names = {Kind.NUDGE: "the nudge about pre-work", Kind.SLOT_REMINDER: "the reminder of office hours"}
    was = Kind(delivery.args.get("was", Kind.NUDGE))
    tried = tuple(delivery.args.get("tried", ())) or ("no way is open to this student",)
    return Unreached(who.discord, names.get(was, "a message"), tried)


def _trouble_content(tx: Tx, delivery: Delivery, now: datetime) -> Trouble | str:
    return Trouble(delivery.args["why"], delivery.args["mend"])


CONTENTS: Mapping[Kind, ContentOf] = {
    Kind.OPEN_INBOX: _inbox_hello,
    Kind.INBOX_CALL: _inbox_call,
    Kind.CLASS_READY: _class_ready,
    Kind.POST_PREWORK: prework_card,
    Kind.NUDGE: prework_nudge,
    Kind.SLOT_BOOKED: slot_booked,
    Kind.SLOT_CANCELLED: slot_cancelled,
    Kind.SLOT_REMINDER: slot_reminder,
    Kind.UNIT_OPENED: unit_opened,
    Kind.UNREACHED: _unreached,
    Kind.TROUBLE: _trouble_content,
}
