"""The page that stops texts, for whoever has no Discord at hand."""

from __future__ import annotations

from bot.domain.records import Asker
from bot.services.ports import Database, Tx
from bot.services.ports.links import StopLinks


class StopPageService:
    """``links`` is None where no page is served."""

    def __init__(self, database: Database, links: StopLinks | None) -> None:
        self._db, self._links = database, links

    async def link(self, asker: Asker) -> str | None:
        """The address of the asker's own page; None where there is none, or nobody to stop texts for."""
        if self._links is None:
            return None
        person = await self._db.read(_person, asker)
        return None if person is None else self._links.make(person, "student")


def _person(tx: Tx, asker: Asker) -> int | None:
    me = tx.people.of(asker.account)
    return None if me is None else me.person
