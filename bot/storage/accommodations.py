"""What makes a check fair for one student of a class."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.accommodations import NONE, Accommodation
from bot.storage.mastery_tables import accommodation
from bot.storage.prepared import Prepared

_OF = Prepared(
    sa.select(accommodation.c.more_time, accommodation.c.more_tries, accommodation.c.fewer_options).where(
        accommodation.c.section_id == sa.bindparam("section"),
        accommodation.c.person_id == sa.bindparam("person"),
    )
)


class StoredAccommodations:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, section: int, person: int) -> Accommodation:
        row = _OF.first(self._db, section=section, person=person)
        return Accommodation(*tuple(row)) if row else NONE

    def keep(self, section: int, person: int, given: Accommodation, by: int, at: datetime) -> None:
        values = {
            "more_time": given.more_time,
            "more_tries": given.more_tries,
            "fewer_options": given.fewer_options,
            "noted_by": by,
            "noted_at": at,
        }
        row = insert(accommodation).values(section_id=section, person_id=person, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["section_id", "person_id"], set_=values))
