"""The database itself refuses a text without a live consent (RB11): no path in the code can go round it.

A row that is to be called needs a confirmed number that was neither stopped nor paused and did not ask for silence;
a code needs a number that waits for it; the one confirmation of a stop goes out within five minutes of it (RB9).
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
)


def _of(table: str, code_kind: str) -> str:
    return (  # the names are ours
        f"EXISTS (SELECT 1 FROM {table} AS holder "  # noqa: S608
        "WHERE holder.person_id = NEW.person_id "
        "AND holder.stopped_at IS NULL AND holder.paused_why = '' "
        f"AND CASE NEW.kind WHEN '{code_kind}' THEN holder.code IS NOT NULL "
        "ELSE holder.confirmed_at IS NOT NULL END AND NOT EXISTS (SELECT 1 FROM optout "
        "WHERE optout.number_hash = holder.number_hash AND optout.lifted_at IS NULL))"
    )


_CONSENTED = (
    _HEARD
    + f"ELSE CASE NEW.way WHEN 'sms' THEN {_of('phone', 'phone_code')} "
    + f"ELSE {_of('guardian', 'guardian_code')} END END"
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
        "WHEN NEW.kind IN ('texts_ended', 'text_help') "
        "AND NEW.state IN ('sent', 'failed', 'expired', 'suppressed') "
        "BEGIN UPDATE outbox SET args = json_remove(args, '$.sealed') WHERE id = NEW.id; END"
    ),
)
