"""Rows of the outbox as they stand in the file: one that cannot be read is the fault of its own, and of no other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.domain.apart import MINE
from bot.domain.outbox import Delivery, Kind, State, Unreadable, Way
from bot.storage.columns import Instant
from bot.storage.tables import outbox

_COLUMNS = (
    outbox.c.id,
    outbox.c.dedupe_key,
    outbox.c.kind,
    outbox.c.way,
    outbox.c.person_id,
    outbox.c.section_id,
    outbox.c.about_id,
    outbox.c.args,
    outbox.c.nonce,
    outbox.c.state,
    outbox.c.due_at,
    outbox.c.expires_at,
    outbox.c.tries,
    outbox.c.called_at,
    outbox.c.lease,
    outbox.c.why,
    outbox.c.channel_id,
    outbox.c.result,
    outbox.c.created_at,
)

#: as they stand in the file: a value that cannot be read is the fault of its row, and of no other
RAW: tuple[sa.ColumnElement[Any], ...] = tuple(
    sa.type_coerce(each, sa.types.NULLTYPE).label(each.name) for each in _COLUMNS
)
_INSTANTS = tuple(place for place, each in enumerate(_COLUMNS) if isinstance(each.type, Instant))
_ARGS = [each.name for each in _COLUMNS].index("args")


def delivery_of(row: Sequence[Any]) -> Delivery:
    """Raises KeyError, TypeError, ValueError or OverflowError where the row holds what nobody wrote there."""
    values = list(row)
    for place in _INSTANTS:
        values[place] = _instant(values[place], _ANY)
    values[_ARGS] = json.loads(values[_ARGS])
    if not isinstance(values[_ARGS], dict):
        raise TypeError("args are no object")
    number, key, kind, way, person, section, about, args, nonce, state, *rest = values
    return Delivery(
        number, key, Kind(kind), Way(way), person, section, about, args, nonce, State(state), *rest
    )


def read(row: Sequence[Any]) -> Delivery | Unreadable:
    try:
        return delivery_of(row)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        section = row[5] if isinstance(row[5], int) else None
        return Unreadable(
            row[0], section, str(row[2])[:40], f"{MINE}: its row cannot be read ({type(error).__name__})"
        )


def readable(rows: sa.Result[*tuple[Any, ...]]) -> list[Delivery]:
    """For looks at many rows: one that cannot be read is left out, and ended when it is due."""
    return [each for each in map(read, rows.all()) if isinstance(each, Delivery)]


_instant = Instant().process_result_value
_ANY: Any = None
