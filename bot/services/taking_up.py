"""What was in mid-call when a process died or a call got lost, taken up again: to be looked for before any repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.apart import Fault
from bot.domain.messages import Closed, Parcel, Stumbled, Wait
from bot.domain.outbox import Delivery, State
from bot.domain.phone_zones import TEXTS
from bot.services.chronicle import end
from bot.services.giving_up import spoil, stumble
from bot.services.going_back import WHY, is_held_back
from bot.services.parcels import Terms, parcel_of
from bot.services.ports import Ids, Tx
from bot.services.texting import release_texts

#: how long one call may take before another worker may ask what became of it
LEASE = timedelta(seconds=60)


def resume(
    tx: Tx, terms: Terms, lease: str, now: datetime, everyone: bool, ids: Ids
) -> tuple[Sequence[tuple[Delivery, Parcel]], Sequence[tuple[Delivery, Fault]]]:
    tx.outbox.free(now, everyone=everyone)
    if everyone:
        release_texts(tx)
    spoil(tx, tx.outbox.lost(now), now, ids)
    pairs: list[tuple[Delivery, Parcel]] = []
    faults: list[tuple[Delivery, Fault]] = []
    adopted = tx.outbox.adopt(now, lease, now + LEASE, everyone=everyone)
    spoil(tx, adopted, now, ids)
    for delivery in (each for each in adopted if isinstance(each, Delivery)):
        parcel = tx.apart(_taken_up, tx, delivery, terms, lease, now)
        if isinstance(parcel, Fault):
            faults.append((delivery, parcel))
            stumble(tx, delivery, Stumbled(parcel.said, called=True), lease, now, ids)
        elif parcel is not None:
            pairs.append((replace(delivery, lease=lease), parcel))
    return pairs, faults


def _taken_up(tx: Tx, delivery: Delivery, terms: Terms, lease: str, now: datetime) -> Parcel | None:
    """What to look for, or None where the row has come to an end or waits."""
    if is_held_back(tx, delivery):
        end(tx, delivery, lease, State.EXPIRED, now, why=WHY)
        return None
    if delivery.expires_at is not None and now >= delivery.expires_at:
        why = "it may have gone out; by now it is of no use"
        end(tx, delivery, lease, State.EXPIRED, now, why=why)
        return None
    parcel = parcel_of(tx, delivery, terms, now)
    if isinstance(parcel, str):
        end(tx, delivery, lease, State.SUPPRESSED, now, why=f"{parcel}; it may have gone out just before")
    elif isinstance(parcel, Closed) and delivery.way in TEXTS:
        # it cannot be looked for without its number, and another way might tell it a second time
        end(tx, delivery, lease, State.FAILED, now, why=f"{parcel.why}; it may have gone out just before")
    elif isinstance(parcel, Closed | Wait):
        tx.outbox.wait(delivery.id, lease, now, parcel.why)
    else:
        return parcel
    return None
