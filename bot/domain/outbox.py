"""An effect on the outside world, from the cause that asked for it to what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an effect is; ``about`` is the id of the thing it concerns."""

    SET_UP_CLASS = "set_up_class"  # about: section
    CLASS_READY = "class_ready"  # about: section; channel card with [Join]
    GRANT_ROLE = "grant_role"  # args: {"purpose": place purpose}; about: section
    OPEN_INBOX = "open_inbox"  # about: person
    POST_PREWORK = "post_prework"  # about: prework; channel card
    NUDGE = "nudge"  # about: prework; args: {"step": key} if by the clock
    SLOT_BOOKED = "slot_booked"  # about: booking; to the teachers' room
    SLOT_CANCELLED = "slot_cancelled"  # about: booking; to the teachers' room
    SLOT_REMINDER = "slot_reminder"  # about: booking; to the student
    PHONE_CODE = "phone_code"  # about: None; the code is read from the phone row when sent
    UNIT_OPENED = "unit_opened"  # about: attempt; to the student
    PARTNER_WANTED = "partner_wanted"  # about: attempt; a student would like a partner, to the teachers' room
    RETAKE_ASKED = "retake_asked"  # about: retake_request; to the teachers' room
    RETAKE_DECIDED = "retake_decided"  # about: retake_request; to the student
    CHECK_RESULT = "check_result"  # about: attempt; a result that came while the student was not there
    TALK = "talk"  # about: oral; to the student, or to the teachers' room where slots are missing
    UNREACHED = "unreached"  # about: the prework or booking; to the teachers' room
    PLACES = (
        "places"  # about: section; roles and channels changed by hand, to the teachers' room or a teacher
    )
    TROUBLE = "trouble"  # about: section; a missing role or permission, to the teachers' room
    NUDGE_LIST = "nudge_list"  # about: prework; who still owes it, to the teachers' room
    ANNOUNCEMENT = "announcement"  # about: announcement; to a student
    LETTER = (
        "letter"  # about: letter; what a student or guardian wrote, to their thread in the teachers' room
    )
    ANSWER = "answer"  # about: letter; what the teacher answered, to the student or guardian
    HEARD = "heard"  # about: letter; tells who wrote out of hours when it will be read
    GUARDIAN_CODE = "guardian_code"  # about: None; the code is read from the guardian row when sent
    TEXTS_ENDED = "texts_ended"  # about: None; the one text that confirms a stop said in free words
    TEXTS_AGAIN = "texts_again"  # about: None; answers a START
    GUARDIAN_ENDED = "guardian_ended"  # about: None; the one text to a guardian whose number others let go
    TEXT_HELP = "text_help"  # about: None; answers HELP
    INBOX_CALL = "inbox_call"  # about: section; channel card that asks everybody to open their inbox
    CONTRACT_LINK = "contract_link"  # about: contract; a text to the guardian who has to sign it
    CONTRACT_IN_FORCE = "contract_in_force"  # about: contract; to the student
    CONTRACT_TO_SIGN = "contract_to_sign"  # about: None; reminds a student who has not signed
    PHONE_PAUSED = "phone_paused"  # about: None; asks a person on Discord about a number that does not work
    TAKE_ROLE = "take_role"  # args: {"purpose": place purpose}; about: section
    RESULT_CHANGED = "result_changed"  # about: regrade; args: what it means for them; to the student
    HAND_MARKED = "hand_marked"  # about: attempt; args: {"opened": slug or None, "comment"}; to the student
    UNIT_RULED = "unit_ruled"  # about: ruling; args: {"undone": bool, "opened": slug or None}; to the student
    RECHECK = "recheck"  # about: None; asks a student to look back at mastered units


class Way(StrEnum):
    """How an effect goes out; the first four reach one person, in the order in which they are tried."""

    DM = "dm"
    THREAD = "thread"
    SMS = "sms"
    GUARDIAN = "guardian"  # a text to the student's guardian
    ROOM = "room"  # the teachers' room of the section
    DESK = "desk"  # the student's own thread in the teachers' room
    CHANNEL = "channel"  # the pre-work channel of the section
    ROLE = "role"
    SETUP = "setup"


#: a text only says that there is a file
CARRY_FILES = frozenset({Way.DM, Way.THREAD})


class State(StrEnum):
    DUE = "due"
    LEASED = "leased"
    CALLING = "calling"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"


#: not yet at an end
UNDER_WAY = frozenset({State.DUE, State.LEASED, State.CALLING, State.UNCERTAIN})


@dataclass(frozen=True, slots=True)
class Effect:
    """What is asked for. ``key`` names the cause, so that the same cause never makes two rows."""

    key: str
    kind: Kind
    way: Way
    due_at: datetime
    person: int | None = None
    section: int | None = None
    about: int | None = None
    args: dict[str, Any] = field(default_factory=dict[str, Any])
    #: past this instant it has lost its use
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that was due and holds what nobody wrote there."""

    id: int
    section: int | None
    #: its kind, as it stands
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the outbox."""

    id: int
    key: str
    kind: Kind
    way: Way
    person: int | None
    section: int | None
    about: int | None
    args: dict[str, Any]
    #: at most 25 characters; Discord repeats the first message for a nonce it has just seen (RA4)
    nonce: str
    state: State
    due_at: datetime
    expires_at: datetime | None
    tries: int
    called_at: datetime | None
    lease: str | None
    why: str
    channel: int | None
    result: str | None
    #: when it was put into the outbox; no call for it is older
    created_at: datetime
