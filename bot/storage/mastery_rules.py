"""How each class checks mastery."""

from __future__ import annotations

import json
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.domain.mastery_rules import USUAL, MasteryRules, rules_from_json, rules_to_json
from bot.storage.mastery_tables import mastery_rules
from bot.storage.prepared import Prepared

_OF = Prepared(
    sa.select(sa.type_coerce(mastery_rules.c.body, sa.Text)).where(
        mastery_rules.c.section_id == sa.bindparam("section")
    )
)


@lru_cache(maxsize=256)
def _rules(body: str) -> MasteryRules:
    """Every press of a class's students reads the same rules."""
    return rules_from_json(json.loads(body))


class StoredMasteryRules:
    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, section: int) -> MasteryRules:
        row = _OF.first(self._db, section=section)
        return _rules(row[0]) if row else USUAL

    def keep(self, section: int, rules: MasteryRules) -> None:
        values = {"body": rules_to_json(rules)}
        row = insert(mastery_rules).values(section_id=section, **values)
        self._db.execute(row.on_conflict_do_update(index_elements=["section_id"], set_=values))
