"""The outbox: every effect outside the database, written in the same transaction as its cause.

A row moves due → leased → calling → an end; each move asks for the lease it was given, so that a worker which
lost its lease changes nothing. Rows are never deleted here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import IntegrityError

from bot.domain.apart import MINE
from bot.domain.outbox import CARRY_FILES, UNDER_WAY, Delivery, Effect, Kind, State, Unreadable, Way
from bot.domain.phone_zones import TEXTS
from bot.domain.tally import Tally
from bot.storage.message_tables import announcement
from bot.storage.outbox_rows import RAW, delivery_of, read, readable
from bot.storage.tables import HAS_FAULTS, IS_TEXT, outbox
from bot.storage.text_guards import NO_CONSENT

_WAYS = frozenset(Way)
#: SQLite takes any text for later than every number
_IS_SOME_TIME = sa.type_coerce(outbox.c.due_at, sa.BigInteger) < 2**62
#: what is for a class's server, as against one person
TO_SERVER = outbox.c.way.in_((Way.ROLE, Way.SETUP, Way.CHANNEL, Way.ROOM, Way.DESK))

#: whose instants are steps of a ladder: made too early, they still come at their time
_PLANNED = (Kind.NUDGE, Kind.NUDGE_LIST, Kind.UNREACHED)

_TALLY = sa.select(outbox.c.state, outbox.c.way, sa.func.count(), sa.func.min(outbox.c.due_at)).group_by(
    outbox.c.state, outbox.c.way
)


class StoredOutbox:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, effects: Collection[Effect], at: datetime, nonces: Callable[[], str]) -> int:
        if not effects:
            return 0
        rows = [
            {
                "dedupe_key": effect.key,
                "kind": effect.kind,
                "way": effect.way,
                "person_id": effect.person,
                "section_id": effect.section,
                "about_id": effect.about,
                "args": effect.args,
                "nonce": nonces(),
                "state": State.DUE,
                "due_at": effect.due_at,
                "expires_at": effect.expires_at,
                "created_at": at,
            }
            for effect in effects
        ]
        made = insert(outbox).on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(outbox.c.id)
        return len(self._db.execute(made, rows).all())

    def claim(
        self,
        now: datetime,
        ways: Collection[Way],
        limit: int,
        lease: str,
        until: datetime,
        *,
        files: bool = False,
    ) -> Sequence[Delivery | Unreadable]:
        due = outbox.alias()
        has_file = sa.and_(
            due.c.kind == Kind.ANNOUNCEMENT,
            due.c.way.in_(CARRY_FILES),
            sa.exists().where(announcement.c.id == due.c.about_id, announcement.c.file_name.is_not(None)),
        )
        chosen = (
            sa.select(due.c.id)
            .where(due.c.state == State.DUE, due.c.way.in_(ways), due.c.due_at <= now)
            .where(has_file if files else ~has_file)
            .order_by(due.c.due_at, due.c.id)
            .limit(limit)
        )
        rows = self._db.execute(
            sa.update(outbox)
            .where(outbox.c.id.in_(chosen))
            .values(state=State.LEASED, lease=lease, lease_until=until, tries=outbox.c.tries + 1)
            .returning(*RAW)
        )
        found = [read(row) for row in rows]
        return sorted(
            found, key=lambda each: (each.due_at.timestamp() if isinstance(each, Delivery) else 0.0, each.id)
        )

    def get(self, delivery: int) -> Delivery:
        return delivery_of(self._db.execute(sa.select(*RAW).where(outbox.c.id == delivery)).one())

    def next_due(self, ways: Collection[Way]) -> datetime | None:
        query = sa.select(sa.func.min(outbox.c.due_at)).where(
            outbox.c.state == State.DUE, outbox.c.way.in_(ways), _IS_SOME_TIME
        )
        return self._db.execute(query).scalar()

    def lost(self, now: datetime) -> Sequence[Unreadable]:
        nobodys = sa.or_(outbox.c.way.not_in(tuple(Way)), sa.not_(_IS_SOME_TIME))
        query = sa.select(outbox.c.id, outbox.c.section_id, outbox.c.kind)
        rows = self._db.execute(query.where(outbox.c.state == State.DUE, nobodys))
        return [
            Unreadable(number, section, kind, f"{MINE}: its row cannot be read")
            for number, section, kind in rows
        ]

    def call(self, delivery: int, lease: str, at: datetime) -> bool:
        try:
            return self._move(delivery, lease, (State.LEASED,), state=State.CALLING, called_at=at)
        except IntegrityError as refused:
            if NO_CONSENT not in str(refused.orig):
                raise
            self.end(delivery, lease, State.SUPPRESSED, at, why=NO_CONSENT)
            return False

    def is_superseded(self, delivery: Delivery, now: datetime) -> bool:
        newer = sa.select(outbox.c.id).where(
            outbox.c.kind == delivery.kind,
            outbox.c.about_id == delivery.about,
            outbox.c.person_id == delivery.person,
            (outbox.c.way == Way.GUARDIAN) == (delivery.way is Way.GUARDIAN),
            outbox.c.id > delivery.id,
            outbox.c.state.in_((State.DUE, State.LEASED)),
            outbox.c.due_at <= now,
        )
        return self._db.execute(newer.limit(1)).first() is not None

    def end(
        self,
        delivery: int,
        lease: str,
        state: State,
        at: datetime,
        *,
        why: str = "",
        channel: int | None = None,
        result: str | None = None,
        segments: int | None = None,
    ) -> bool:
        return self._move(
            delivery,
            lease,
            (State.LEASED, State.CALLING, State.UNCERTAIN),
            state=state,
            ended_at=at,
            why=why[:300],
            channel_id=channel,
            result=result,
            segments=segments,
        )

    def spoil(self, delivery: int, why: str, at: datetime) -> None:
        self._db.execute(
            sa.update(outbox)
            .where(outbox.c.id == delivery, outbox.c.state.in_(UNDER_WAY))
            .values(
                state=State.FAILED,
                why=why[:300],
                ended_at=at,
                faults=outbox.c.faults + 1,
                # so that reports can be read, which show it among the others
                way=sa.case((outbox.c.way.in_(tuple(Way)), outbox.c.way), else_=Way.ROOM),
                args={},
                due_at=at,
                created_at=at,
                expires_at=None,
                called_at=None,
            )
        )

    def stumble(self, delivery: int) -> int:
        one = sa.update(outbox).where(outbox.c.id == delivery).values(faults=outbox.c.faults + 1)
        return self._db.execute(one.returning(outbox.c.faults)).scalar_one()

    def given_up(self, since: datetime) -> int:
        query = sa.select(sa.func.count()).where(HAS_FAULTS, outbox.c.ended_at >= since)
        return self._db.execute(query.where(outbox.c.state == State.FAILED)).scalar_one()

    def doubt(self, delivery: int, lease: str, why: str) -> bool:
        return self._move(delivery, lease, (State.CALLING,), state=State.UNCERTAIN, why=why[:300])

    def wait(self, delivery: int, lease: str, until: datetime, why: str) -> bool:
        states = (State.LEASED, State.CALLING, State.UNCERTAIN)
        return self._move(
            delivery,
            lease,
            states,
            state=State.DUE,
            due_at=until,
            why=why[:300],
            lease=None,
            lease_until=None,
        )

    def _move(self, delivery: int, held: str, states: tuple[State, ...], **values: object) -> bool:
        done = self._db.execute(
            sa.update(outbox)
            .where(outbox.c.id == delivery, outbox.c.lease == held, outbox.c.state.in_(states))
            .values(**values)
        )
        return done.rowcount == 1

    def hurry(self, section_ids: Collection[int], now: datetime) -> int:
        return self._db.execute(
            sa.update(outbox)
            .where(
                outbox.c.section_id.in_(section_ids),
                outbox.c.state == State.DUE,
                TO_SERVER,
                outbox.c.tries > 0,
                outbox.c.due_at > now,
            )
            .values(due_at=now)
        ).rowcount

    def free(self, now: datetime, *, everyone: bool) -> None:
        """Leases that ran out (or all, when this process is known to be the only one) go back to due.

        What was only leased had not been called: it is safe to take up again at once.
        """
        self._db.execute(
            sa.update(outbox)
            .where(outbox.c.state == State.LEASED, *_dead(now, everyone))
            .values(state=State.DUE, lease=None, lease_until=None)
        )

    def adopt(
        self, now: datetime, lease: str, until: datetime, *, everyone: bool
    ) -> Sequence[Delivery | Unreadable]:
        """Takes over what was in mid-call when its lease ended: nobody knows yet whether it went out."""
        rows = self._db.execute(
            sa.update(outbox)
            .where(outbox.c.state.in_((State.CALLING, State.UNCERTAIN)), *_dead(now, everyone))
            .values(lease=lease, lease_until=until)
            .returning(*RAW)
        )
        return [read(row) for row in rows]

    def times_since(self, kind: Kind, since: datetime) -> Sequence[datetime]:
        """Due times, from ``since`` on, of all rows of a kind, in order."""
        query = sa.select(outbox.c.due_at).where(
            outbox.c.kind == kind, outbox.c.due_at >= since, _IS_SOME_TIME
        )
        return list(self._db.execute(query.order_by(outbox.c.due_at)).scalars())

    def calls_since(self, kind: Kind, since: datetime) -> Sequence[datetime]:
        """When those of a kind that were called after ``since`` were called last, in order."""
        query = sa.select(outbox.c.called_at).where(
            outbox.c.kind == kind,
            outbox.c.called_at > since,
            sa.func.typeof(outbox.c.called_at) == "integer",
        )
        return list(self._db.execute(query.order_by(outbox.c.called_at)).scalars())

    def tally(self) -> Sequence[Tally]:
        """Read from the index on (state, way, due_at) alone: a year's rows are counted in milliseconds."""
        rows = self._db.execute(_TALLY)
        return [
            Tally(State(state), Way(way), number, first)
            for state, way, number, first in rows
            if way in _WAYS  # what no way has is ended before anything is claimed
        ]

    def hold_back(self, kind: Kind, until: datetime) -> None:
        """Nothing of that kind goes out before ``until``."""
        self._db.execute(
            sa.update(outbox)
            .where(outbox.c.kind == kind, outbox.c.state == State.DUE, outbox.c.due_at < until)
            .values(due_at=until)
        )

    def suppress(self, kind: Kind, about: int, why: str, at: datetime) -> Sequence[Delivery]:
        """Ends what has not been called yet; a worker that holds one of them finds its lease of no use."""
        rows = self._db.execute(
            sa.update(outbox)
            .where(
                outbox.c.kind == kind,
                outbox.c.about_id == about,
                outbox.c.state.in_((State.DUE, State.LEASED)),
            )
            .values(state=State.SUPPRESSED, why=why[:300], ended_at=at, lease=None, lease_until=None)
            .returning(*RAW)
        )
        return readable(rows)

    def due_until(self, until: datetime) -> Sequence[Delivery]:
        query = sa.select(*RAW).where(outbox.c.state.in_(UNDER_WAY), outbox.c.due_at <= until)
        return readable(self._db.execute(query))

    def doubt_all(self, ways: Collection[Way], since: datetime, until: datetime) -> None:
        self._db.execute(
            sa.update(outbox)
            .where(
                outbox.c.state.in_((State.DUE, State.LEASED)),
                outbox.c.way.in_(ways),
                outbox.c.created_at <= since,
                outbox.c.due_at <= until,
            )
            .values(state=State.UNCERTAIN, called_at=outbox.c.due_at, tries=outbox.c.tries + 1)
        )

    def waiting(self, section: int) -> Sequence[Delivery]:
        """What a class's server owes it: due rows that were tried and told why they wait."""
        query = sa.select(*RAW).where(
            outbox.c.section_id == section, outbox.c.state == State.DUE, outbox.c.why != "", TO_SERVER
        )
        return readable(self._db.execute(query.order_by(outbox.c.id)))

    def about(self, kind: Kind, about: int) -> Sequence[Delivery]:
        query = sa.select(*RAW).where(outbox.c.kind == kind, outbox.c.about_id == about)
        return readable(self._db.execute(query.order_by(outbox.c.id)))

    def roles_under_way(self, section: int) -> Sequence[Delivery]:
        query = sa.select(*RAW).where(
            outbox.c.kind.in_((Kind.GRANT_ROLE, Kind.TAKE_ROLE)),
            outbox.c.about_id == section,
            outbox.c.state.in_(UNDER_WAY),
        )
        return readable(self._db.execute(query))

    def chain(self, key: str) -> Sequence[Delivery]:
        after = sa.and_(
            outbox.c.dedupe_key >= f"{key}>", outbox.c.dedupe_key < f"{key}?"
        )  # "?" comes after ">"
        query = sa.select(*RAW).where(sa.or_(outbox.c.dedupe_key == key, after))
        return readable(self._db.execute(query.order_by(outbox.c.id)))

    def bill(self, delivery: int, segments: int) -> None:
        self._db.execute(
            sa.update(outbox)
            .where(outbox.c.id == delivery, outbox.c.segments.is_(None))
            .values(segments=segments)
        )

    def of_person(self, nonce: str, person: int) -> Delivery | None:
        row = self._db.execute(_OF_NONCE, {"nonce": nonce, "person": person}).first()
        return delivery_of(row) if row else None

    def set_right(self, now: datetime, lease_until: datetime) -> None:
        ahead = sa.and_(outbox.c.state == State.DUE, outbox.c.due_at > now)
        at_once = sa.and_(outbox.c.created_at > now, outbox.c.due_at == outbox.c.created_at)
        self._db.execute(
            sa.update(outbox)
            .where(ahead, outbox.c.kind.not_in(_PLANNED))
            # when an inbox is opened is asked again at its turn
            .where(sa.or_(at_once, outbox.c.tries > 0, outbox.c.kind == Kind.OPEN_INBOX))
            .values(due_at=now)
        )
        leased_ahead = outbox.c.state.in_(UNDER_WAY) & (outbox.c.lease_until > lease_until)
        self._db.execute(sa.update(outbox).where(leased_ahead).values(lease_until=lease_until))
        self._db.execute(sa.update(outbox).where(outbox.c.called_at > now).values(called_at=now))

    def got_it(self, delivery: int, at: datetime) -> None:
        first = sa.update(outbox).where(outbox.c.id == delivery, outbox.c.got_it_at.is_(None))
        self._db.execute(first.values(got_it_at=at))

    def text_of(self, sid: str, nonce: str | None) -> Delivery | None:
        for this in (outbox.c.result == sid, outbox.c.nonce == (nonce or "")):
            query = sa.select(*RAW).where(this, outbox.c.way.in_(TEXTS)).limit(1)
            if (row := self._db.execute(query).first()) is not None:
                return delivery_of(row)
        return None

    def proven(self, delivery: int, sid: str, at: datetime) -> bool:
        done = self._db.execute(
            sa.update(outbox)
            .where(outbox.c.id == delivery, outbox.c.state.in_(UNDER_WAY), outbox.c.called_at.is_not(None))
            .values(state=State.SENT, ended_at=at, why="", result=sid)
        )
        return done.rowcount == 1

    def segments_since(self, since: datetime) -> int:
        """One that waits for its fate counts as one; one that was refused costs nothing."""
        is_billed = outbox.c.state.in_((State.CALLING, State.UNCERTAIN, State.SENT))
        billed = sa.case((is_billed, sa.func.coalesce(outbox.c.segments, 1)), else_=0)
        query = sa.select(sa.func.total(billed)).where(IS_TEXT, outbox.c.called_at > since)
        return int(self._db.execute(query).scalar_one())


_OF_NONCE = sa.select(*RAW).where(
    outbox.c.nonce == sa.bindparam("nonce"), outbox.c.person_id == sa.bindparam("person")
)


def _dead(now: datetime, everyone: bool) -> tuple[sa.ColumnElement[bool], ...]:
    return () if everyone else (outbox.c.lease_until <= now,)
