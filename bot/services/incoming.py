"""What people write to the bot: by text, in its direct messages, or by the form of /write."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.letters import MOST_LETTER, Letter, Party, Talk, Via, Writer, hours_of, next_read
from bot.domain.outbox import Way
from bot.domain.reactions import is_reaction
from bot.domain.receipts import Receipt
from bot.domain.records import Account, Asker, Section
from bot.services import optouts
from bot.services.choosing import NoClass, WhichClass, attended_class
from bot.services.letters import ask_class, pass_on
from bot.services.ports import Cipher, Database, Ids, Tx

#: for how long a conversation, or a message that somebody got, tells which class is meant
TALK, TOLD = timedelta(hours=12), timedelta(days=1)
#: who got or wrote a message since then is likely to answer; one request for each, the latest first
ANSWER_DUE, MOST_TALKS = timedelta(days=7), 300
#: a text answers a text, a direct message what came on Discord
TEXTS, ON_DISCORD = (Way.SMS, Way.GUARDIAN), (Way.DM, Way.THREAD)
#: words of a stop and nothing else; with more of them the teacher reads it as well
BARE_STOP = 4


@dataclass(frozen=True, slots=True)
class DirectMessage:
    """As Discord tells it."""

    id: int
    account: int
    #: the conversation's channel
    channel: int
    body: str
    files: int
    #: the message it replies to
    reply_to: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """It is on its way to the teacher, or (``section`` is None) its writer is asked which one."""

    section: Section | None


@dataclass(frozen=True, slots=True)
class KnownAlready:
    """Discord told of it before."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """They are in no class."""


@dataclass(frozen=True, slots=True)
class Teaches:
    """They teach, and attend no class."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """A fault of ours: it is lost, and has to be written again."""


@dataclass(frozen=True, slots=True)
class ToTeacher:
    """Where a letter by form would go; ``reads_at`` is now when the teacher reads just then, None for never."""

    section: Section
    reads_at: datetime | None


@dataclass(frozen=True, slots=True)
class Written:
    section: Section
    #: None when it is being read now
    reads_at: datetime | None


@dataclass(frozen=True, slots=True)
class LettersOff:
    """Nobody reads letters in that class."""

    section: Section


@dataclass(frozen=True, slots=True)
class NothingWritten:
    """An empty letter."""


@dataclass(frozen=True, slots=True)
class NothingWaits:
    """No letter waits for a class any more."""


DirectResult = Kept | KnownAlready | Stranger | Teaches | optouts.StopSaid | NotKept
TargetResult = ToTeacher | LettersOff | WhichClass | NoClass
WriteResult = Written | LettersOff | NothingWritten | WhichClass | NoClass
ChooseResult = Kept | NothingWaits | NoClass


class IncomingService:
    def __init__(self, database: Database, cipher: Cipher | None, ids: Ids, wake: Callable[[], None]) -> None:
        self._db, self._cipher, self._ids, self._wake = database, cipher, ids, wake

    async def text(self, sid: str, number: str, body: str, now: datetime, *, files: int = 0) -> None:
        """A text from that number (E.164), told once or many times: one durable write, kept once by its sid.

        ``files`` is how many pictures or the like came with it.
        """
        if self._cipher is None:
            return
        await self._db.write(_text, _Text(sid, number, body, files), self._cipher, now, self._ids)
        self._wake()

    async def direct(self, message: DirectMessage, now: datetime) -> DirectResult:
        """A message in the bot's direct messages: one durable write, kept once by Discord's id."""
        result = await self._db.write(_direct, message, now, self._ids)
        if isinstance(result, Kept | optouts.StopSaid):
            self._wake()
        return result

    async def talks(self, now: datetime) -> Sequence[Talk]:
        """Conversations in which somebody may have written while nobody listened: Discord tells that to no bot."""
        return await self._db.read(_talks, now)

    async def target(self, asker: Asker, handle: str | None, now: datetime) -> TargetResult:
        """To whom a form would go: the class of that handle, or the only one."""
        return await self._db.read(_target, asker, handle, now)

    async def write(self, asker: Asker, handle: str, words: str, form: int, now: datetime) -> WriteResult:
        """A letter by form, to the teachers of that class; ``form`` is Discord's id of its sending."""
        result = await self._db.write(_write, asker, handle, words, form, now, self._ids)
        if isinstance(result, Written):
            self._wake()
        return result

    async def choose(self, asker: Asker, handle: str, now: datetime) -> ChooseResult:
        """What waits for a class goes to the one of that handle."""
        result = await self._db.write(_choose, asker, handle, now, self._ids)
        self._wake()
        return result


@dataclass(frozen=True, slots=True)
class _Text:
    sid: str
    number: str
    body: str
    files: int

    def __repr__(self) -> str:
        """Says nothing: a number must not reach a log by way of a traceback."""
        return "_Text()"


def _text(tx: Tx, text: _Text, cipher: Cipher, now: datetime, ids: Ids) -> None:
    mark = cipher.mark(text.number)
    if is_reaction(text.body) or not (text.body.strip() or text.files):
        # a press or nothing at all: nobody waits for an answer to it
        tx.receipts.raise_to(Receipt(text.sid, None, "received", None, now))
        return
    if optouts.heard(tx, mark, text.number, text.body, text.sid, cipher, now, ids):
        return
    # told again, it changes nothing, whatever became of its writer meanwhile (RG15)
    tx.receipts.raise_to(Receipt(text.sid, None, "received", None, now))
    found = _writer(tx, tx.letters.writers((mark, *cipher.marks(text.number))), now)
    if found is None:
        return
    writer, section = found
    letter = tx.letters.keep(
        handle=ids(),
        section=section.id,
        person=writer.person,
        party=writer.party,
        via=Via.SMS,
        body=text.body.strip()[:MOST_LETTER],
        files=text.files,
        author=None,
        external=text.sid,
        at=now,
    )
    if letter is not None:
        pass_on(tx, letter, section, now, ids)


def _writer(tx: Tx, writers: Sequence[Writer], now: datetime) -> tuple[Writer, Section] | None:
    """One number may be a student's and their guardian's, or a guardian's of two: who was last written to."""
    if not writers:
        return None
    told = tx.letters.last_told([each.person for each in writers], TEXTS, now - timedelta(days=30))
    # a guardian of two children, or in two classes of one: of the class that texted last, else of that child
    writer = next(
        (each for each in writers if told and (each.person, each.section) == told),
        next((each for each in writers if told and each.person == told[0]), writers[0]),
    )
    if writer.section is not None:
        return writer, tx.sections.get(writer.section)
    classes = {each.id: each for each in tx.letters.classes(writer.person)}
    if not classes:
        return None
    meant = tx.letters.last_section(writer.person, now - TALK) or (told[1] if told else None)
    return writer, classes.get(meant or 0) or next(iter(classes.values()))


def _direct(tx: Tx, message: DirectMessage, now: datetime, ids: Ids) -> DirectResult:
    me = tx.people.of(message.account)
    classes = {each.id: each for each in tx.letters.classes(me.person)} if me else {}
    if me is None or not classes:
        return Teaches() if me and tx.sections.taught_by(me.person) else Stranger()
    tx.people.meet_dm(me.person, message.channel, message.id)
    stop = optouts.said(tx, me.person, message.body, "dm", now)
    if stop is not None and len(message.body.split()) <= BARE_STOP:
        return stop
    section = _meant(tx, me, classes, message.reply_to, now)
    letter = tx.letters.keep(
        handle=ids(),
        section=section.id if section else None,
        person=me.person,
        party=Party.STUDENT,
        via=Via.DM,
        body=message.body.strip()[:MOST_LETTER],
        files=message.files,
        author=None,
        external=f"dm{message.id}",
        at=message.at,
    )
    if letter is None:
        return KnownAlready()
    if section is None:
        tx.outbox.add([ask_class(tx, letter, now)], now, ids)
    else:
        pass_on(tx, letter, section, now, ids)
    return stop or Kept(section)


def _talks(tx: Tx, now: datetime) -> Sequence[Talk]:
    return tx.letters.talks(now - ANSWER_DUE, MOST_TALKS)


def _meant(
    tx: Tx, me: Account, classes: dict[int, Section], reply_to: int | None, now: datetime
) -> Section | None:
    """The class of the message replied to, the only one, that of the talk, or of what they got last."""
    if reply_to is not None and (told := tx.letters.told_section(me.person, reply_to)) in classes:
        return classes[told]
    if len(classes) == 1:
        return next(iter(classes.values()))
    if tx.letters.undirected(me.person):
        return None  # they were asked; what they add meanwhile belongs to it
    last = tx.letters.last_section(me.person, now - TALK)
    told = tx.letters.last_told([me.person], ON_DISCORD, now - TOLD)
    return classes.get(last or 0) or (classes.get(told[1]) if told else None)


def _target(tx: Tx, asker: Asker, handle: str | None, now: datetime) -> TargetResult:
    found = attended_class(tx, asker, handle)
    if not isinstance(found, tuple):
        return found
    _, section = found
    hours = hours_of(tx.messaging.of(section.id).reads)
    if not hours.replies:
        return LettersOff(section)
    return ToTeacher(section, next_read(now, section.zone, hours, tx.letters.holidays(section.id)))


def _write(tx: Tx, asker: Asker, handle: str, words: str, form: int, now: datetime, ids: Ids) -> WriteResult:
    found = attended_class(tx, asker, handle)
    target = _target(tx, asker, handle, now)
    if not isinstance(found, tuple) or not isinstance(target, ToTeacher):
        return target if not isinstance(target, ToTeacher) else NoClass()
    me, section = found
    if not words.strip():
        return NothingWritten()
    letter = tx.letters.keep(
        handle=ids(),
        section=section.id,
        person=me.person,
        party=Party.STUDENT,
        via=Via.DM if me.dm_open and me.dm_channel is not None else Via.THREAD,
        body=words.strip()[:MOST_LETTER],
        files=0,
        author=None,
        external=f"form{form}",
        at=now,
    )
    if letter is not None:
        pass_on(tx, letter, section, now, ids, tell=False)  # the form's own answer tells
    return Written(section, None if target.reads_at == now else target.reads_at)


def _choose(tx: Tx, asker: Asker, handle: str, now: datetime, ids: Ids) -> ChooseResult:
    me = tx.people.of(asker.account)
    section = (
        next((each for each in tx.letters.classes(me.person) if each.handle == handle), None) if me else None
    )
    if me is None or section is None:
        return NoClass()
    letters: Sequence[Letter] = tx.letters.undirected(me.person)
    if not letters:
        return NothingWaits()
    tx.letters.direct([each.id for each in letters], section.id)
    for each in letters:
        pass_on(tx, tx.letters.get(each.id), section, now, ids)
    return Kept(section)
