"""The outbox's rows between two workers whose leases run out: nothing goes out twice, nothing is lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.pool import StaticPool

from bot.domain.outbox import UNDER_WAY, Delivery, Effect, Kind, State, Way
from bot.storage.message_tables import announcement
from bot.storage.outbox import StoredOutbox
from bot.storage.tables import metadata, outbox
from tests.builders import NOW, Ids

LEASE = timedelta(seconds=60)
EVERY_WAY = tuple(Way)
_IDS = sa.select(outbox.c.id).order_by(outbox.c.id)


class Store:
    """An outbox alone in a SQLite of its own; each use is a transaction."""

    def __init__(self) -> None:
        self.engine = sa.create_engine("sqlite://", poolclass=StaticPool)
        metadata.create_all(self.engine, tables=[outbox, announcement])
        self.nonces = Ids()

    @contextmanager
    def open(self) -> Iterator[StoredOutbox]:
        with self.engine.begin() as connection:
            yield StoredOutbox(connection)

    def add(self, *effects: Effect) -> int:
        with self.open() as box:
            return box.add(effects, NOW, self.nonces)

    def claim(
        self, now: datetime = NOW, *, lease: str = "A", limit: int = 25, ways: tuple[Way, ...] = EVERY_WAY
    ) -> list[Delivery]:
        with self.open() as box:
            claimed = box.claim(now, ways, limit, lease, now + LEASE)
            return [each for each in claimed if isinstance(each, Delivery)]

    def claim_one(self, now: datetime = NOW, lease: str = "A") -> int:
        (row,) = self.claim(now, lease=lease, limit=1)
        return row.id

    def rows(self) -> list[Delivery]:
        with self.open() as box, self.engine.connect() as connection:
            return [box.get(each) for each in connection.execute(_IDS).scalars()]

    def sent(self) -> set[int]:
        with self.engine.connect() as connection:
            return set(connection.execute(_IDS.where(outbox.c.state == State.SENT)).scalars())

    def do(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """One of the outbox's methods in a transaction of its own."""
        with self.open() as box:
            return getattr(box, name)(*args, **kwargs)

    def close(self) -> None:
        self.engine.dispose()


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    yield made
    made.close()


def effect(
    key: str = "k", *, due: datetime = NOW, kind: Kind = Kind.NUDGE, way: Way = Way.DM, **more: Any
) -> Effect:
    return Effect(key=key, kind=kind, way=way, due_at=due, **more)


# --- one row -----------------------------------------------------------------------------------------


def test_the_same_cause_makes_one_row_however_often_it_comes(store: Store) -> None:
    assert store.add(effect("a"), effect("b")) == 2
    assert store.add(effect("b"), effect("c"), effect("c")) == 1
    assert store.add() == 0
    assert [each.key for each in store.rows()] == ["a", "b", "c"]


def test_a_row_keeps_the_nonce_it_was_born_with_through_every_try(store: Store) -> None:
    store.add(effect())
    (row,) = store.rows()
    for minute in range(3):
        now = NOW + timedelta(minutes=minute)
        assert store.claim_one(now) == row.id
        assert store.do("call", row.id, "A", now)
        assert store.do("wait", row.id, "A", now, "Discord is busy")
    (again,) = store.rows()
    assert (again.nonce, again.tries) == (row.nonce, 3)


def test_what_is_due_is_claimed_oldest_first_by_the_ways_asked_for_and_up_to_the_limit(store: Store) -> None:
    second = timedelta(seconds=1)
    store.add(
        effect("later", due=NOW + second),
        effect("now", due=NOW),
        effect("text", due=NOW - 9 * second, way=Way.SMS),
        effect("earlier", due=NOW - second),
        effect("same", due=NOW - second),
    )
    assert [each.key for each in store.claim(limit=2, ways=(Way.DM,))] == ["earlier", "same"]
    assert [each.key for each in store.claim(ways=(Way.DM,))] == ["now"]
    assert store.do("next_due", (Way.DM,)) == NOW + second
    assert store.do("next_due", EVERY_WAY) == NOW - 9 * second


@pytest.mark.parametrize("state", [State.SENT, State.FAILED, State.EXPIRED, State.SUPPRESSED])
def test_an_end_is_an_end(store: Store, state: State) -> None:
    store.add(effect())
    row = store.claim_one()
    assert store.do("call", row, "A", NOW)
    assert store.do("end", row, "A", state, NOW, why="x" * 400, channel=7, result="9")
    moves: tuple[tuple[Any, ...], ...] = (
        ("call", row, "A", NOW),
        ("end", row, "A", State.FAILED, NOW),
        ("wait", row, "A", NOW, ""),
        ("doubt", row, "A", ""),
    )
    for name, *rest in moves:
        assert store.do(name, *rest) is False
    (ended,) = store.rows()
    assert (ended.state, ended.channel, ended.result, len(ended.why)) == (state, 7, "9", 300)
    assert store.claim(NOW + timedelta(days=1)) == []
    assert state not in UNDER_WAY


def test_whoever_lost_the_lease_changes_nothing(store: Store) -> None:
    store.add(effect())
    row = store.claim_one(lease="A")
    later = NOW + LEASE
    store.do("free", later, everyone=False)
    assert store.claim_one(later, lease="B") == row
    assert store.do("call", row, "A", later) is False
    assert store.do("wait", row, "A", later, "") is False
    assert store.do("call", row, "B", later) is True
    assert store.do("end", row, "A", State.FAILED, later) is False
    assert store.do("end", row, "B", State.SENT, later) is True


def test_what_was_only_leased_is_free_again_when_the_lease_ends_and_what_was_called_is_adopted(
    store: Store,
) -> None:
    store.add(effect("leased"), effect("called"), effect("doubted"))
    leased, called, doubted = (each.id for each in store.claim())
    for row in (called, doubted):
        store.do("call", row, "A", NOW)
    store.do("doubt", doubted, "A", "no answer")
    just_before, at_end = NOW + LEASE - timedelta(microseconds=1), NOW + LEASE
    store.do("free", just_before, everyone=False)
    assert store.do("adopt", just_before, "B", at_end, everyone=False) == []
    store.do("free", at_end, everyone=False)
    assert [each.id for each in store.do("adopt", at_end, "B", at_end + LEASE, everyone=False)] == [
        called,
        doubted,
    ]
    assert [each.id for each in store.claim(at_end, lease="C")] == [leased]


def test_a_process_that_is_alone_takes_over_everything_at_once(store: Store) -> None:
    store.add(effect("leased"), effect("called"), effect("due", due=NOW + LEASE))
    _, called = (each.id for each in store.claim())
    store.do("call", called, "A", NOW)
    store.do("free", NOW, everyone=True)
    assert [each.id for each in store.do("adopt", NOW, "B", NOW + LEASE, everyone=True)] == [called]
    assert [each.key for each in store.claim(lease="B")] == ["leased"]


# --- many rows ---------------------------------------------------------------------------------------


def test_openings_are_counted_by_when_they_are_due_and_by_when_they_were_called(store: Store) -> None:
    minute = timedelta(minutes=1)
    store.add(
        *(effect(str(n), kind=Kind.OPEN_INBOX, due=NOW + n * minute) for n in range(4)), effect("nudge")
    )
    assert store.do("times_since", Kind.OPEN_INBOX, NOW + minute) == [NOW + n * minute for n in (1, 2, 3)]
    for row in store.claim(NOW + 3 * minute, limit=3):
        store.do("call", row.id, "A", NOW + 3 * minute)
    assert len(store.do("calls_since", Kind.OPEN_INBOX, NOW + 2 * minute)) == 2
    assert store.do("calls_since", Kind.OPEN_INBOX, NOW + 3 * minute) == []


def test_holding_back_moves_what_would_come_before_and_leaves_the_rest(store: Store) -> None:
    minute = timedelta(minutes=1)
    store.add(
        *(effect(str(n), kind=Kind.OPEN_INBOX, due=NOW + n * minute) for n in (0, 1, 5)), effect("nudge")
    )
    store.do("hold_back", Kind.OPEN_INBOX, NOW + 3 * minute)
    assert [(each.due_at - NOW) / minute for each in store.rows()] == [3, 3, 5, 0]


def test_a_mended_server_hurries_what_waited_for_it_and_nothing_else(store: Store) -> None:
    hour = NOW + timedelta(hours=1)
    store.add(
        effect("role", way=Way.ROLE, kind=Kind.GRANT_ROLE, section=1),
        effect("other", way=Way.ROLE, kind=Kind.GRANT_ROLE, section=2),
        effect("person", section=1),
    )
    for row in store.claim():
        store.do("wait", row.id, "A", hour, f"why {row.key}")
    store.add(effect("planned", way=Way.CHANNEL, kind=Kind.POST_PREWORK, section=1, due=hour))
    assert [each.why for each in store.do("waiting", 1)] == ["why role"]
    assert store.do("hurry", [1], NOW) == 1
    assert [each.key for each in store.claim()] == ["role"]


# --- any order of things -----------------------------------------------------------------------------


WORKERS = st.sampled_from(("one", "two"))


class TwoWorkers(RuleBasedStateMachine):
    """Two workers stall, crash and take over from each other. What each call really did is kept beside."""

    def __init__(self) -> None:
        super().__init__()
        self.store, self.now = Store(), NOW
        self.leases = {"one": "one-0", "two": "two-0"}
        self.numbers = itertools.count(1)
        self.keys: set[str] = set()
        #: what a living worker believes to hold, however stale: (lease, row)
        self.claimed: list[tuple[str, int]] = []
        #: the same in mid-call, with whether the call counted
        self.calls: list[tuple[str, int, bool]] = []
        #: rows that arrived: the outside world
        self.arrived: list[int] = []

    @initialize()
    def there_is_something_to_do(self) -> None:
        self.a_cause_comes_up("a")

    @rule(key=st.sampled_from("ab"))
    def a_cause_comes_up(self, key: str) -> None:
        assert self.store.add(effect(key, due=self.now)) == (key not in self.keys)
        self.keys.add(key)

    @rule(seconds=st.sampled_from((5, 61)))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(worker=WORKERS, limit=st.just(3))
    def it_claims(self, worker: str, limit: int) -> None:
        lease = self.leases[worker]
        rows = [(lease, each.id) for each in self.store.claim(self.now, lease=lease, limit=limit)]
        # the courier ends a call well before its lease: whoever takes a row up again has let go of the older call
        self.calls = [each for each in self.calls if each[:2] not in rows]
        self.claimed += rows

    @precondition(lambda self: self.claimed)
    @rule(pick=st.integers(0, 5), counts=st.booleans())
    def it_calls(self, pick: int, counts: bool) -> None:
        lease, row = self.claimed.pop(pick % len(self.claimed))
        if not self.store.do("call", row, lease, self.now):
            return
        self.calls.append((lease, row, counts))
        if counts:
            self.arrived.append(row)

    @precondition(lambda self: self.calls)
    @rule(pick=st.integers(0, 5), knows=st.booleans())
    def it_finishes(self, pick: int, knows: bool) -> None:
        lease, row, counted = self.calls.pop(pick % len(self.calls))
        if not knows:
            self.store.do("doubt", row, lease, "no answer came")
        elif counted:
            self.store.do("end", row, lease, State.SENT, self.now)
        else:
            self.store.do("wait", row, lease, self.now, "busy")

    @rule(worker=WORKERS)
    def it_dies_and_starts_again(self, worker: str) -> None:
        dead = self.leases[worker]
        self.claimed = [each for each in self.claimed if each[0] != dead]
        self.calls = [each for each in self.calls if each[0] != dead]
        self.leases[worker] = f"{worker}-{next(self.numbers)}"

    @rule(worker=WORKERS)
    def it_takes_over_what_is_stale(self, worker: str) -> None:
        lease = self.leases[worker]
        self.store.do("free", self.now, everyone=False)
        for each in self.store.do("adopt", self.now, lease, self.now + LEASE, everyone=False):
            if (lease, each.id) in {(held, row) for held, row, _ in self.calls}:
                continue  # the courier leaves alone what is still in its own hands
            if each.id in self.arrived:  # it looks, and there it stands
                assert self.store.do("end", each.id, lease, State.SENT, self.now)
            else:
                assert self.store.do("wait", each.id, lease, self.now, "")

    @invariant()
    def nothing_arrived_twice(self) -> None:
        assert len(self.arrived) == len(set(self.arrived))

    @invariant()
    def what_is_called_sent_did_arrive(self) -> None:
        assert self.store.sent() <= set(self.arrived)

    def teardown(self) -> None:
        """In the end everything arrives."""
        self.it_dies_and_starts_again("two")
        while self.calls:
            self.it_finishes(0, knows=True)
        self.now += timedelta(minutes=5)
        self.it_takes_over_what_is_stale("one")
        self.it_claims("one", 25)
        while self.claimed:
            self.it_calls(0, counts=True)
        while self.calls:
            self.it_finishes(0, knows=True)
        rows = self.store.rows()
        assert sorted(self.arrived) == [each.id for each in rows]
        assert all(each.state is State.SENT for each in rows)
        assert {each.key for each in rows} == self.keys
        self.store.close()


TestTwoWorkers = TwoWorkers.TestCase
TestTwoWorkers.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
