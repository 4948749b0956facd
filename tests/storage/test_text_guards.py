"""The database refuses a text without a live consent, whatever the code above it believes (RB11)."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import StaticPool

from bot.domain.outbox import Effect, Kind, State, Way
from bot.domain.phones import ConsentAct, Holder, NewNumber
from bot.storage.database import Database
from bot.storage.message_tables import guardian
from bot.storage.tables import metadata, outbox, phone
from bot.storage.text_guards import NO_CONSENT, TEXT_GUARDS
from bot.storage.transaction import StoredTx
from tests.builders import NOW, Ids

MINUTE = timedelta(minutes=1)
PEOPLE, CLASSES, MARKS = (1, 2), (1, 2), ("m1", "m2")
KINDS = (
    (Kind.NUDGE, Way.SMS),
    (Kind.NUDGE, Way.GUARDIAN),
    (Kind.ANNOUNCEMENT, Way.SMS),
    (Kind.PHONE_CODE, Way.SMS),
    (Kind.GUARDIAN_CODE, Way.GUARDIAN),
    (Kind.TEXTS_ENDED, Way.SMS),
    (Kind.TEXT_HELP, Way.GUARDIAN),
    (Kind.TEXTS_AGAIN, Way.SMS),
    (Kind.GUARDIAN_ENDED, Way.GUARDIAN),
)


class Ledger:
    """What happened to each number, kept beside the database: slow and obvious."""

    def __init__(self) -> None:
        #: whose phone → what is known of that row
        self.rows: dict[Holder, dict[str, object]] = {}
        #: mark → (via, at) of a live opt-out
        self.silent: dict[str, tuple[str, datetime]] = {}
        #: mark → when a START was heard
        self.started: dict[str, datetime] = {}
        #: a guardian's number that somebody else let go → when
        self.let_go: dict[tuple[Holder, str], datetime] = {}

    def allows(self, kind: Kind, way: Way, holder: Holder, mark: str, now: datetime) -> bool:
        if kind is Kind.TEXTS_ENDED:
            via, at = self.silent.get(mark, ("", now))
            return via == "text" and timedelta() <= now - at <= 5 * MINUTE
        if kind is Kind.TEXT_HELP:
            live = [each for each in self.rows.values() if each["mark"] == mark and not each["stopped"]]
            return bool(live) and mark not in self.silent
        if kind is Kind.TEXTS_AGAIN:
            at = self.started.get(mark)
            return mark not in self.silent and at is not None and now - at <= 5 * MINUTE
        if kind is Kind.GUARDIAN_ENDED:
            at = self.let_go.get((holder, mark))
            return mark not in self.silent and at is not None and now - at <= timedelta(days=1)
        row = self.rows.get(holder)
        if row is None or row["stopped"] or row["paused"] or row["mark"] in self.silent:
            return False
        return bool(row["code"] if kind in (Kind.PHONE_CODE, Kind.GUARDIAN_CODE) else row["confirmed"])


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def one_history(connection: sa.Connection, dice: random.Random, ids: Ids) -> tuple[int, int]:
    """A dozen acts on three students' and guardians' numbers, sends between them; gives how many went and not."""
    for each in (outbox, phone, guardian, metadata.tables["optout"], metadata.tables["consent"]):
        connection.execute(sa.delete(each))
    tx, ledger, now, sent, refused = StoredTx(connection), Ledger(), NOW, 0, 0
    for _ in range(dice.randint(6, 16)):
        now += timedelta(seconds=dice.choice((1, 30, 400)))
        if dice.random() < 0.5:
            act(tx, ledger, dice, now)
            continue
        kind, way = dice.choice(KINDS)
        holder, mark = somebody(dice, "guardian" if way is Way.GUARDIAN else "student"), dice.choice(MARKS)
        went = send(tx, kind, way, holder, mark, now, ids)
        assert went == ledger.allows(kind, way, holder, mark, now), (kind, holder, mark, ledger.rows)
        sent, refused = sent + went, refused + (not went)
    return sent, refused


def somebody(dice: random.Random, party: str) -> Holder:
    """A student, or the guardian of one in one of two classes."""
    return Holder(dice.choice(PEOPLE), party, dice.choice(CLASSES) if party == "guardian" else None)


def act(  # noqa: C901, PLR0912  # one branch an act
    tx: StoredTx, ledger: Ledger, dice: random.Random, now: datetime
) -> None:
    holder, mark = somebody(dice, dice.choice(("student", "guardian"))), dice.choice(MARKS)
    person, guardians = holder.person, tx.guardians.in_class(holder.section or 0)
    numbers = guardians if holder.section else tx.phones
    row = ledger.rows.get(holder)
    match dice.choice(("give", "give", "confirm", "confirm", "stop", "pause", "silence", "lift", "start")):
        case "give":
            new = NewNumber(b"sealed", mark, (), b"code", now)
            if holder.section:
                guardians.keep(person, new, 1)
            else:
                tx.phones.give(person, new)
            ledger.rows[holder] = {
                "mark": mark,
                "code": True,
                "confirmed": False,
                "stopped": False,
                "paused": False,
            }
        case "confirm" if row and not row["stopped"]:
            numbers.confirm(person, now)
            row.update(confirmed=True, code=False)
        case "stop" if row and not row["stopped"]:
            assert numbers.stop(person, now)
            via, was = dice.choice(("discord", "teacher")), str(row["mark"])
            stopped = ConsentAct("stopped", via, was, "", holder.party, None, holder.section)
            tx.phones.record_consent(person, stopped, now)
            if via == "discord":
                ledger.let_go[holder, was] = now
            row.update(stopped=True, code=False, confirmed=False)
        case "pause" if row and not row["stopped"]:
            numbers.pause(person, "landline")
            row.update(paused=True)
        case "silence":
            via = dice.choice(("text", "discord"))
            tx.optouts.add(mark, via, now)
            if ledger.silent.get(mark, ("", now))[0] != "text":
                ledger.silent[mark] = (via, now)
        case "lift":
            if tx.optouts.lift(mark, now):
                ledger.started[mark] = now
            ledger.silent.pop(mark, None)
        case "start" if row and row["stopped"]:
            assert numbers.start_again(person, b"sealed", mark, now)
            started = ConsentAct("confirmed", "text", mark, "", holder.party, None, holder.section)
            tx.phones.record_consent(person, started, now)
            ledger.started[mark] = now
            row.update(stopped=False, paused=False, confirmed=True, code=False, mark=mark)
        case _:
            pass


def send(tx: StoredTx, kind: Kind, way: Way, holder: Holder, mark: str, now: datetime, ids: Ids) -> bool:
    goes_back = (Kind.TEXTS_ENDED, Kind.TEXTS_AGAIN, Kind.TEXT_HELP, Kind.GUARDIAN_ENDED)
    args = {"mark": mark, "sealed": "the number"} if kind in goes_back else {}
    effect = Effect(ids(), kind, way, now, person=holder.person, section=holder.section, args=args)
    tx.outbox.add([effect], now, ids)
    (row,) = tx.outbox.claim(now, (way,), 9, "lease", now + MINUTE)
    went = tx.outbox.call(row.id, "lease", now)
    after = tx.outbox.get(row.id)
    assert (after.state, after.why) == ((State.CALLING, "") if went else (State.SUPPRESSED, NO_CONSENT)), (
        "a refused text is at an end, not tried for ever"
    )
    if went:
        tx.outbox.end(row.id, "lease", State.SENT, now, result=ids())
    assert "sealed" not in tx.outbox.get(row.id).args, "a number is kept in a row for as long as it takes"
    return went


def fuzz(connection: sa.Connection, sends: int) -> None:
    dice, ids, sent, refused = random.Random(8), Ids(), 0, 0
    while sent + refused < sends:
        went, not_ = one_history(connection, dice, ids)
        sent, refused = sent + went, refused + not_
    assert sent > sends / 40  # of what is drawn, few have all that they need
    assert refused > sends / 2


def test_no_text_goes_out_without_a_live_consent(connection: sa.Connection) -> None:
    fuzz(connection, 1_000)


@pytest.mark.slow
def test_no_text_goes_out_without_a_live_consent_in_ten_thousand_sends(connection: sa.Connection) -> None:
    fuzz(connection, 10_000)


@pytest.mark.parametrize("way", ["sms", "guardian"])
def test_not_even_a_row_that_is_written_as_calling(connection: sa.Connection, way: str) -> None:
    row = {"dedupe_key": "k", "kind": "nudge", "nonce": "n", "due_at": NOW, "created_at": NOW, "args": {}}
    with pytest.raises(IntegrityError, match=NO_CONSENT):
        connection.execute(sa.insert(outbox).values(way=way, state="calling", **row))
    connection.execute(sa.insert(outbox).values(way=way, state="due", **row))
    for change in ({"state": "calling"}, {"state": "calling", "way": "sms"}):
        with pytest.raises(IntegrityError, match=NO_CONSENT):
            connection.execute(sa.update(outbox).values(**change))


async def test_a_migrated_file_has_the_same_guards_word_for_word(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "flipcord.sqlite3")) as file:
        rows = file.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    assert {each for (each,) in rows} >= set(TEXT_GUARDS)
