"""What each kind of delivery says, looked up at the last moment; or why it no longer applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.domain.letters import Party
from bot.domain.messages import ClassReady, Content, InboxCall, InboxHello, PhonePaused, Trouble, Unreached
from bot.domain.outbox import Delivery, Kind
from bot.services.announcement_runs import announcement
from bot.services.contracts import contract_in_force, contract_to_sign
from bot.services.flaws import places_flawed
from bot.services.grading import check_result
from bot.services.guardians import guardian_ended
from bot.services.hand_marking import hand_marked
from bot.services.letters import answer_content, heard_content, letter_content
from bot.services.nudge_words import nudge_list, prework_nudge
from bot.services.optouts import text_help, texts_again, texts_ended
from bot.services.ports import Tx
from bot.services.posting import prework_card
from bot.services.rechecks import recheck_due
from bot.services.regrades import result_changed
from bot.services.remediation import partner_wanted
from bot.services.retake_requests import retake_asked, retake_decided
from bot.services.rulings import unit_ruled
from bot.services.slot_messages import slot_booked, slot_cancelled, slot_reminder
from bot.services.talks import talk_content
from bot.services.unlocking import unit_opened

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
    names = {
        Kind.NUDGE: "the nudge about pre-work",
        Kind.SLOT_REMINDER: "the reminder of office hours",
        Kind.ANSWER: "your answer",
        Kind.ANNOUNCEMENT: "your announcement",
        Kind.CONTRACT_TO_SIGN: "the reminder to sign the contract",
    }
    was = Kind(delivery.args.get("was", Kind.NUDGE))
    if was is Kind.ANSWER and tx.letters.get(delivery.about or 0).party is Party.GUARDIAN:
        names[was] = "your answer, which was for their guardian"
    tried = tuple(delivery.args.get("tried", ())) or ("no way is open to this student",)
    return Unreached(who.discord, names.get(was, "a message"), tried)


def _phone_paused(tx: Tx, delivery: Delivery, now: datetime) -> PhonePaused | str:
    record = tx.phones.of(delivery.person or 0)
    if record is None or not record.paused_why:
        return "another number was given since, or texts were stopped"
    return PhonePaused(tx.sections.get(delivery.section or 0).name, delivery.args["why"])


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
    Kind.PARTNER_WANTED: partner_wanted,
    Kind.RETAKE_ASKED: retake_asked,
    Kind.RETAKE_DECIDED: retake_decided,
    Kind.CHECK_RESULT: check_result,
    Kind.TALK: talk_content,
    Kind.UNIT_RULED: unit_ruled,
    Kind.RESULT_CHANGED: result_changed,
    Kind.HAND_MARKED: hand_marked,
    Kind.ANNOUNCEMENT: announcement,
    Kind.UNREACHED: _unreached,
    Kind.TROUBLE: _trouble_content,
    Kind.PLACES: places_flawed,
    Kind.LETTER: letter_content,
    Kind.ANSWER: answer_content,
    Kind.HEARD: heard_content,
    Kind.NUDGE_LIST: nudge_list,
    Kind.TEXTS_ENDED: texts_ended,
    Kind.TEXTS_AGAIN: texts_again,
    Kind.GUARDIAN_ENDED: guardian_ended,
    Kind.TEXT_HELP: text_help,
    Kind.PHONE_PAUSED: _phone_paused,
    Kind.CONTRACT_IN_FORCE: contract_in_force,
    Kind.CONTRACT_TO_SIGN: contract_to_sign,
    Kind.RECHECK: recheck_due,
}
