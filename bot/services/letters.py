"""Letters on their way: to the teachers' room, answered, told about; and the last look before each goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.letter_messages import AnswerCard, AnswerNote, AskClass, Heard, LetterCard
from bot.domain.letters import Letter, Party, Via, hours_of, next_read, parts_of, ways_back
from bot.domain.outbox import Delivery, Effect, Kind, Way
from bot.domain.records import HistoryLine, Section
from bot.domain.times import local_day, local_text
from bot.services.places import prework_channel
from bot.services.ports import Ids, Tx

#: an acknowledgement that comes later than this says nothing any more
HEARD_LIFE = timedelta(hours=6)
#: cards of one writer that may wait before each further one keeps its distance
MOST_AT_ONCE, SPACE = 10, timedelta(seconds=5)


def pass_on(tx: Tx, letter: Letter, section: Section, now: datetime, ids: Ids, *, tell: bool = True) -> None:
    """Sends a letter to the teachers' room, records it, and tells its writer when it will be read.

    A class that takes no letters keeps it in the record alone, and its writer hears that.
    """
    hours = hours_of(tx.messaging.of(section.id).reads)
    if hours.replies:
        tx.outbox.add(_to_desk(tx, letter, now), now, ids)
    tx.history.add(_line("letter", letter))
    if tell:
        tx.outbox.add(_heard(tx, letter, section, now), now, ids)


def _to_desk(tx: Tx, letter: Letter, now: datetime) -> list[Effect]:
    """Whoever sends letter upon letter waits behind the others: one lane carries all (Discord: 5 in 5 s a thread)."""
    waiting, last = tx.letters.on_the_way(letter.person)
    due_at = max(now, last + SPACE if last and waiting >= MOST_AT_ONCE else last or now)
    return [
        Effect(
            key=f"{Kind.LETTER}:{letter.id}:{part}",
            kind=Kind.LETTER,
            way=Way.DESK,
            due_at=due_at,
            person=letter.person,
            section=letter.section,
            about=letter.id,
            args={"part": part},
        )
        for part in range(1, len(parts_of(letter.body)) + 1)
    ]


def _line(what: str, letter: Letter) -> HistoryLine:
    actor = letter.author or (letter.person if letter.party is Party.STUDENT else None)
    body = {"via": letter.via.value, "party": letter.party.value, "words": letter.body}
    return HistoryLine(letter.at, what, body, letter.section, letter.person, actor)


def record_answer(tx: Tx, answer: Letter) -> None:
    tx.history.add(_line("answer", answer))


def _heard(tx: Tx, letter: Letter, section: Section, now: datetime) -> list[Effect]:
    """Once in each closed time, and on Discord once a day in the hours in which letters are read (N6, N10)."""
    hours = hours_of(tx.messaging.of(section.id).reads)
    reads_at = next_read(now, section.zone, hours, tx.letters.holidays(section.id))
    if reads_at == now and letter.via is Via.SMS and not letter.files:
        return []  # a text costs; it will be answered soon
    period = f"{local_day(now, section.zone)}" if reads_at in (now, None) else f"{reads_at:%Y-%m-%dT%H:%M}"
    later = reads_at if reads_at and reads_at > now else None
    key = (
        f"{Kind.HEARD}:{section.id}:{letter.person}:{letter.party}:{hours.replies:d}:{bool(later):d}:{period}"
        # who was told without a file hears of files all the same
        + (":files" if letter.files and letter.via is Via.SMS else "")
    )
    return [
        Effect(
            key=key,
            kind=Kind.HEARD,
            way=ways_back(letter.party, letter.via)[0],
            due_at=now,
            person=letter.person,
            section=section.id,
            about=letter.id,
            args={"reads_at": later.isoformat() if later else None, "off": not hours.replies},
            expires_at=min(each for each in (later, now + HEARD_LIFE) if each),
        )
    ]


def ask_class(tx: Tx, letter: Letter, now: datetime) -> Effect:
    """Asked once for all that waits."""
    first = tx.letters.undirected(letter.person)[0]
    return Effect(
        key=f"{Kind.HEARD}:which:{first.id}",
        kind=Kind.HEARD,
        way=Way.DM,
        due_at=now,
        person=letter.person,
        about=first.id,
    )


def open_ways(tx: Tx, letter: Letter, *, fits: bool) -> list[Way]:
    """By which an answer to that letter can go, the one it came by first; ``fits`` tells whether into a text."""
    who = tx.people.account(letter.person)
    section = tx.sections.get(letter.section or 0)
    enrolled = tx.sections.enrolment(section.id, letter.person) is not None
    closed_at = who.dm_closed_at if who else None
    wrote_since = letter.via is Via.DM and (closed_at is None or closed_at < letter.at)
    is_open = {
        Way.DM: who is not None and who.dm_channel is not None and (who.dm_open or wrote_since),
        Way.THREAD: enrolled
        and tx.sections.place(section.guild, prework_channel(section), "channel") is not None,
        Way.SMS: fits and tx.phones.number_to_text(letter.person) is not None,
        Way.GUARDIAN: tx.guardians.in_class(section.id).number_to_text(letter.person) is not None,
    }
    return [way for way in ways_back(letter.party, letter.via) if is_open[way]]


def next_answer_way(tx: Tx, delivery: Delivery) -> Way | None:
    """After a way that could not deliver an answer: the next of those it may go back by."""
    letter = tx.letters.get(delivery.about or 0)
    order = ways_back(letter.party, letter.via)
    rest = order[order.index(delivery.way) + 1 :] if delivery.way in order else ()
    open_now = open_ways(tx, letter, fits=delivery.args.get("fits", False))
    return next((each for each in rest if each in open_now), None)


def answer_note(delivery: Delivery, now: datetime) -> Effect:
    """An answer arrived: its thread in the teachers' room says so, by which way."""
    return Effect(
        key=f"{delivery.key}:note",
        kind=Kind.ANSWER,
        way=Way.DESK,
        due_at=now,
        person=delivery.person,
        section=delivery.section,
        about=delivery.about,
        args={"by": delivery.way.value},
    )


def letter_content(tx: Tx, delivery: Delivery, now: datetime) -> LetterCard | str:
    letter = tx.letters.get(delivery.about or 0)
    who, section = tx.people.account(letter.person), tx.sections.get(letter.section or 0)
    if who is None:
        return "the person was erased"
    parts, part = parts_of(letter.body), int(delivery.args["part"])
    return LetterCard(
        student=who.discord,
        party=letter.party,
        class_name=section.name,
        via=letter.via,
        words=parts[part - 1],
        part=part,
        parts=len(parts),
        files=letter.files,
        at=letter.at,
        handle=letter.handle,
        left=tx.sections.enrolment(section.id, letter.person) is None,
    )


def answer_content(tx: Tx, delivery: Delivery, now: datetime) -> AnswerCard | AnswerNote | str:
    """To the one who asked; in the teachers' room the note that it arrived."""
    answer = tx.letters.get(delivery.about or 0)
    section = tx.sections.get(answer.section or 0)
    if delivery.way is not Way.DESK:
        return AnswerCard(section.name, delivery.args["teacher"], answer.body, section.handle)
    who, teacher = tx.people.account(answer.person), tx.people.account(answer.author or 0)
    if who is None or teacher is None:
        return "the person was erased"
    return AnswerNote(who.discord, answer.party, teacher.discord, answer.body, Way(delivery.args["by"]))


def heard_content(tx: Tx, delivery: Delivery, now: datetime) -> Heard | AskClass | str:
    letter = tx.letters.get(delivery.about or 0)
    if delivery.section is None:
        classes = tx.letters.classes(letter.person)
        if letter.section is not None:
            return "the class was chosen meanwhile"
        return AskClass(tuple((each.name, each.handle) for each in classes))
    section = tx.sections.get(delivery.section)
    stored = delivery.args["reads_at"]
    reads_at = datetime.fromisoformat(stored) if stored else None
    reads_local = local_text(reads_at, section.zone) if reads_at else ""
    return Heard(section.name, reads_at, reads_local, delivery.args["off"], letter.files)
