"""The database itself refuses a text without a live consent (RB11): no path in the code can go round it.

A row that is to be called needs a confirmed number that was neither stopped nor paused and did not ask for silence;
a guardian's is the one that the message's own class knows; a code needs a number that waits for it; the one
confirmation of a stop, and the answer to a START, go out within five minutes of it (RB9); and a guardian whose
number somebody else let go hears of that within a day.
"""

from __future__ import annotations

#: what the refusal says; ``StoredOutbox.call`` knows it by these words
NO_CONSENT = "no live consent to this text"

_HEARD = (
    "CASE NEW.kind "
    "WHEN 'texts_ended' THEN EXISTS (SELECT 1 FROM optout WHERE number_hash = json_extract(NEW.args, '$.mark') "
    "AND lifted_at IS NULL AND via = 'text' AND NEW.called_at - at BETWEEN 0 AND 300000000) "
    "WHEN 'text_help' THEN NOT EXISTS (SELECT 1 FROM optout "
    "WHERE number_hash = json_extract(NEW.args, '$.mark') AND lifted_at IS NULL) AND ("
    "EXISTS (SELECT 1 FROM phone WHERE number_hash = json_extract(NEW.args, '$.mark') AND stopped_at IS NULL) OR "
    "EXISTS (SELECT 1 FROM guardian WHERE number_hash = json_extract(NEW.args, '$.mark') AND stopped_at IS NULL)) "
    "WHEN 'texts_again' THEN NOT EXISTS (SELECT 1 FROM optout "
    "WHERE number_hash = json_extract(NEW.args, '$.mark') AND lifted_at IS NULL) AND ("
    "EXISTS (SELECT 1 FROM optout WHERE number_hash = json_extract(NEW.args, '$.mark') "
    "AND NEW.called_at - lifted_at BETWEEN 0 AND 300000000) OR "
    "EXISTS (SELECT 1 FROM consent WHERE number_hash = json_extract(NEW.args, '$.mark') AND act = 'confirmed' "
    "AND via = 'text' AND NEW.called_at - at BETWEEN 0 AND 300000000)) "
    "WHEN 'guardian_ended' THEN NOT EXISTS (SELECT 1 FROM optout "
    "WHERE number_hash = json_extract(NEW.args, '$.mark') AND lifted_at IS NULL) AND "
    "EXISTS (SELECT 1 FROM consent WHERE number_hash = json_extract(NEW.args, '$.mark') AND party = 'guardian' "
    "AND person_id = NEW.person_id AND section_id = NEW.section_id AND act = 'stopped' "
    "AND via IN ('discord', 'replaced') AND NEW.called_at - at BETWEEN 0 AND 86400000000) "
)


def _of(table: str, code_kind: str, also: str = "") -> str:
    return (  # the names are ours
        f"EXISTS (SELECT 1 FROM {table} AS holder "  # noqa: S608
        f"WHERE holder.person_id = NEW.person_id {also}"
        "AND holder.stopped_at IS NULL AND holder.paused_why = '' "
        f"AND CASE NEW.kind WHEN '{code_kind}' THEN holder.code IS NOT NULL "
        "ELSE holder.confirmed_at IS NOT NULL END AND NOT EXISTS (SELECT 1 FROM optout "
        "WHERE optout.number_hash = holder.number_hash AND optout.lifted_at IS NULL))"
    )


_CONSENTED = (
    _HEARD
    + f"ELSE CASE NEW.way WHEN 'sms' THEN {_of('phone', 'phone_code')} "
    + f"ELSE {_of('guardian', 'guardian_code', 'AND holder.section_id = NEW.section_id ')} END END"
)

TEXT_GUARDS = (
    (
        "CREATE TRIGGER text_needs_consent BEFORE UPDATE ON outbox "
        "WHEN NEW.state = 'calling' AND OLD.state IS NOT 'calling' AND NEW.way IN ('sms', 'guardian') "
        f"AND NOT ({_CONSENTED}) BEGIN SELECT RAISE(ABORT, '{NO_CONSENT}'); END"
    ),
    (
        "CREATE TRIGGER text_is_never_born_calling BEFORE INSERT ON outbox "
        "WHEN NEW.state = 'calling' AND NEW.way IN ('sms', 'guardian') "
        f"BEGIN SELECT RAISE(ABORT, '{NO_CONSENT}'); END"
    ),
    (
        "CREATE TRIGGER text_forgets_its_number AFTER UPDATE OF state ON outbox "
        "WHEN NEW.kind IN ('texts_ended', 'texts_again', 'text_help', 'guardian_ended') "
        "AND NEW.state IN ('sent', 'failed', 'expired', 'suppressed') "
        "BEGIN UPDATE outbox SET args = json_remove(args, '$.sealed') WHERE id = NEW.id; END"
    ),
)
