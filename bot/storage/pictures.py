"""Pictures of questions, and files that students hand in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.course import Picture
from bot.domain.hand_ins import HandInFile
from bot.domain.photos import cleaned
from bot.storage.mastery_tables import hand_in_file, picture
from bot.storage.prepared import Prepared

_PNG = Prepared(sa.select(picture.c.png).where(picture.c.digest == sa.bindparam("digest")))
_FILES = sa.select(
    hand_in_file.c.place, hand_in_file.c.name, hand_in_file.c.content_type, hand_in_file.c.body
)


class StoredPictures:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, pictures: Iterable[Picture]) -> None:
        for each in pictures:
            width, height = each.size
            row = insert(picture).values(digest=each.digest, png=each.png, width=width, height=height)
            self._db.execute(row.on_conflict_do_nothing())

    def png(self, digest: str) -> bytes | None:
        row = _PNG.first(self._db, digest=digest)
        return bytes(row[0]) if row else None


class StoredHandIns:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def add(self, attempt: int, position: int, file: HandInFile, at: datetime) -> None:
        self._db.execute(
            sa.insert(hand_in_file).values(
                attempt_id=attempt,
                position=position,
                place=file.place,
                name=file.name,
                content_type=file.content_type,
                body=file.data,
                at=at,
            )
        )

    def of_item(self, attempt: int, position: int) -> Sequence[HandInFile]:
        query = _FILES.where(hand_in_file.c.attempt_id == attempt, hand_in_file.c.position == position)
        rows = self._db.execute(query.order_by(hand_in_file.c.place))
        # photos of older versions were kept with all that the camera wrote
        return [HandInFile(place, name, kind, cleaned(body)) for place, name, kind, body in map(tuple, rows)]

    def remove(self, attempt: int, position: int) -> None:
        self._db.execute(
            sa.delete(hand_in_file).where(
                hand_in_file.c.attempt_id == attempt, hand_in_file.c.position == position
            )
        )
