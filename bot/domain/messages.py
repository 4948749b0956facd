"""What a delivery says, as values. Views draw them as cards, words put them into a text's 160 characters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.attachments import Attachment
from bot.domain.check_messages import CheckNews
from bot.domain.check_results import CheckResult
from bot.domain.contract_messages import ContractContent
from bot.domain.course import Unit
from bot.domain.disclosure import Reader, Recorded, read_by
from bot.domain.flaws import BotRemoved, PlacesFlawed
from bot.domain.letter_messages import LetterContent, ToDesk
from bot.domain.retake_messages import PartnerWanted, RetakeAsked, RetakeDecided
from bot.domain.slot_messages import SlotContent
from bot.domain.talk_messages import TalkNews, TalksToBook
from bot.domain.text_messages import GuardianEnded, TextHelp, TextsAgain, TextsEnded


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class PreWorkNudge:
    """Reminds one student of pre-work they still owe."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    handle: str
    deadline: Recorded[datetime]
    #: as promised in the class's zone, for texts: "Tue 24 Nov 08:00"
    deadline_local: Recorded[str]
    length_s: Recorded[int]
    started: Recorded[bool]
    #: of its row: what [Got it] and [Why did I get this?] are about
    nonce: str = "-"
    is_late: Recorded[bool] = False


@dataclass(frozen=True, slots=True)
class StillOwing:
    """One student on the teacher's list."""

    discord: int
    started_at: datetime | None
    tries: int
    reasons: tuple[str, ...]
    #: automatic reminders without a sign of life since; 0 as long as they go on
    silent_after: int


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class NudgeList:
    """Tells the teachers' room who owes pre-work whose deadline has passed, most behind first."""

    class_name: str
    unit_title: str
    #: of the pre-work
    handle: str
    deadline: datetime
    owing: tuple[StillOwing, ...]
    #: Discord ids of those who owe it and are away
    excused: tuple[int, ...]


@read_by(Reader.CLASS)
@dataclass(frozen=True, slots=True)
class PreWorkCard:
    """The card in the pre-work channel."""

    class_name: str
    unit: Unit
    handle: str
    deadline: datetime


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class InboxHello:
    """The first DM, which the student asked for by pressing [Open my inbox]."""

    class_name: Recorded[str]


@read_by(Reader.CLASS)
@dataclass(frozen=True, slots=True)
class InboxCall:
    """The card in the class's channel that asks everybody to open their inbox; it names nobody."""

    class_name: str


@read_by(Reader.CLASS)
@dataclass(frozen=True, slots=True)
class ClassReady:
    """The card with [Join] in the pre-work channel of a new class."""

    class_name: str
    course_title: str
    handle: str


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class PhoneCode:
    """Always a text."""

    code: str = field(repr=False)
    minutes: Recorded[int]


@read_by(Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class GuardianCode:
    """Always a text: asks a guardian whether they want to be texted."""

    class_name: Recorded[str]
    code: str = field(repr=False)


@read_by(Reader.GUARDIAN)
@dataclass(frozen=True, slots=True)
class GuardianNudge:
    """Always a text: tells a guardian what their child still owes, and never how well anything went."""

    class_name: Recorded[str]
    unit_title: Recorded[str]
    deadline_local: Recorded[str]
    is_late: Recorded[bool]


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class PhonePaused:
    """Asks a student on Discord about a number that no text reaches."""

    class_name: Recorded[str]
    why: Recorded[str]


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class UnitOpened:
    """Tells a student that a passed check opened the next unit; ``channel`` is that unit's, if it stands."""

    class_name: Recorded[str]
    passed_title: Recorded[str]
    title: Recorded[str]
    channel: int | None


@read_by(Reader.STUDENT)
@dataclass(frozen=True, slots=True)
class Announcement:
    """A teacher's own words to one student."""

    class_name: Recorded[str]
    words: Recorded[str]
    #: of the delivery, for [Got it]
    handle: str
    file: Attachment | None


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class Unreached:
    """Tells the teachers' room whom a message could not reach by any way, and why."""

    student: Recorded[int]
    what: Recorded[str]
    tried: Recorded[tuple[str, ...]]


@read_by(Reader.TEACHERS)
@dataclass(frozen=True, slots=True)
class Trouble:
    """Tells the teachers' room what is missing on the server and that work waits for it."""

    problem: str
    mend: str


OtherContent = (
    PreWorkNudge
    | NudgeList
    | PreWorkCard
    | InboxHello
    | InboxCall
    | ClassReady
    | SlotContent
    | PhoneCode
    | GuardianCode
    | GuardianNudge
    | ContractContent
    | TextsEnded
    | TextsAgain
    | GuardianEnded
    | TextHelp
    | PhonePaused
    | UnitOpened
    | PartnerWanted
    | RetakeAsked
    | RetakeDecided
    | CheckResult
    | TalkNews
    | TalksToBook
    | Announcement
    | Unreached
    | Trouble
    | PlacesFlawed
    | BotRemoved
)
Content = OtherContent | LetterContent | CheckNews


@dataclass(frozen=True, slots=True)
class ToDirectMessage:
    discord: int
    #: known once the first DM was opened
    channel: int | None


@dataclass(frozen=True, slots=True)
class ToThread:
    """A private thread in the class's pre-work channel."""

    discord: int
    channel: int
    thread: int | None
    class_name: str


@dataclass(frozen=True, slots=True)
class ToPhone:
    number: str = field(repr=False)
    #: seconds for which the text is of use, 1 to 36,000
    validity_s: int


@dataclass(frozen=True, slots=True)
class ToChannel:
    channel: int


@dataclass(frozen=True, slots=True)
class RoleGrant:
    guild: int
    discord: int
    role: int
    reason: str
    #: it is taken away instead
    takes: bool = False


@dataclass(frozen=True, slots=True)
class WantedPlace:
    """A role or channel that a class needs. Channels are for those with ``role`` (None: staff only)."""

    purpose: str
    kind: str
    name: str
    topic: str = ""
    #: purpose of the role that sees the channel; None for the teachers' room
    role: str | None = None
    #: may those with the role write there?
    writable: bool = False


@dataclass(frozen=True, slots=True)
class ClassSetUp:
    """What to see to on a server: each place is looked for before it is made."""

    guild: int
    #: purpose → Discord id of what is known to stand
    known: dict[str, int]
    wanted: tuple[WantedPlace, ...]
    #: Discord ids of the class's teachers, who see the teachers' room
    teachers: tuple[int, ...]
    #: who sees a channel is set right, too, where people changed it
    mends: bool = False


Address = ToDirectMessage | ToThread | ToPhone | ToChannel | ToDesk


@dataclass(frozen=True, slots=True)
class Message:
    """Ready to be carried: what, where to, and the marks by which a repeat is recognised."""

    content: Content
    address: Address
    #: Discord's own, at most 25 characters
    nonce: str
    #: id of the card's container, 1 to 2**31 - 1, found again when the nonce window has passed
    marker: int


Parcel = Message | RoleGrant | ClassSetUp


# What became of a parcel.


@dataclass(frozen=True, slots=True)
class Sent:
    channel: int | None = None
    #: the message's or the text's id
    result: str = ""
    #: of a text, as it is billed
    segments: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """This way is closed to this person; the next way is tried at once."""

    why: str
    #: a setting of the person's (closed DMs), not a passing state
    lasting: bool = True
    #: the student is on the class's server no more
    left: bool = False
    #: the phone itself asked for no texts
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now. ``seconds`` until the next try; ``mend`` says what a teacher can do about it, if anything."""

    seconds: float
    why: str
    mend: str = ""
    #: nothing of this kind is tried again before the person who runs the bot allows it
    until_allowed: bool = False
    #: given up for another way when it comes to the same once more (RB14)
    once: bool = False
    #: what was answered to another one just before, not a new answer
    is_echo: bool = False
    #: only what goes to numbers of that country waits, as ``bot.domain.receipts.country_of`` names it
    country: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never work as it is."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The call was made and nobody knows whether it counted: look before any repeat."""

    why: str


@dataclass(frozen=True, slots=True)
class Stumbled:
    """Something of ours raised. ``called``: after a call was begun, so that it may have gone out."""

    why: str
    called: bool


Outcome = Sent | Closed | Wait | Refused | Unknown | Stumbled
