"""Takes out of the record what opens something: links that sign, handles, and links that people quoted.

Up to here a line about a message kept every field of it, among them the link by which a guardian signs a contract. What
a line may keep is named below; all else goes. A line that is cut says which facts were taken out, and one line at the
end of the chain holds the digest of what is left of each, so that the rest stays proven and older exports can still be
compared: digests and chain of the lines themselves are not touched. A line that was not as it was written before is cut
as well, but is not vouched for.

Guardians whose contract still waits get a text with a new link: those of before are closed.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from alembic import op

revision = "0005"
down_revision = "0003"

GUARDS = (
    (
        "CREATE TRIGGER history_keeps_rows BEFORE DELETE ON history "
        "BEGIN SELECT RAISE(ABORT, 'the history is never deleted from'); END"
    ),
    (
        "CREATE TRIGGER history_keeps_words BEFORE UPDATE ON history "
        "WHEN NEW.body IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at "
        "OR NEW.section_id IS NOT OLD.section_id OR NEW.person_id IS NOT OLD.person_id "
        "OR NEW.actor_id IS NOT OLD.actor_id OR NEW.what IS NOT OLD.what "
        "OR NEW.digest IS NOT OLD.digest OR NEW.chain IS NOT OLD.chain "
        "BEGIN SELECT RAISE(ABORT, 'the history is never rewritten'); END"
    ),
)

#: what a line may keep, by what it is about; the others nothing
LINES = {
    "message": {"kind", "way", "state", "why", "said"},
    "letter": {"via", "party", "words"},
    "answer": {"via", "party", "words"},
    "announcement": {"act", "words", "audience", "file", "urgent", "messages"},
    "texts_stopped": {"via", "party"},
    "contract": {"what", "bar", "tier", "wording", "name", "via"},
    "accommodation": {"more_time", "more_tries", "fewer_options"},
    "rules": {"ladder", "hours", "days_off", "guardians", "tiers", "guardian_signs"},
    "check_rules": {
        "tiers",
        "guardian_signs",
        "cooldown_hours",
        "limit",
        "window_days",
        "last_day",
        "counts",
        "only_missed",
        "by_request",
        "in_sessions",
        "musts_first",
        "test_out",
        "recheck_days",
    },
    "holiday": {"first", "last", "name", "removed"},
    "absence": {"first", "last", "back"},
    "remediation": {"unit", "kind"},
    "retake_request": {"unit", "granted"},
    "override": {"unit", "reason"},
    "override_undone": {"unit", "reason"},
    "excuse": {"unit", "reason"},
    "excuse_undone": {"unit", "reason"},
    "unit_taken_back": {"unit", "opened_at", "cause"},
    "regrade": {"question", "reason", "right", "value"},
    "regrade_undone": {"question", "reason", "right", "value"},
    "hand_marked": {"unit", "passed", "done_at", "comment"},
    "hand_mark_undone": {"unit"},
    "answer_marked": {"unit", "position", "percent"},
    "answer_mark_undone": {"unit", "position"},
}
NUDGE = {"class_name", "unit_title", "deadline", "deadline_local", "length_s", "started", "is_late"}
#: what a message that was sent may have said, by its kind; the others nothing
SAID = {
    "open_inbox": {"class_name"},
    "nudge": NUDGE,
    "slot_reminder": {"class_name", "starts_at", "starts_local", "ends_at"},
    "slot_cancelled": {"class_name", "starts_at", "starts_local"},
    "phone_code": {"minutes"},
    "guardian_code": {"class_name"},
    "texts_ended": {"is_sure"},
    "text_help": {"class_name"},
    "phone_paused": {"class_name", "why"},
    "unit_opened": {"class_name", "passed_title", "title"},
    "announcement": {"class_name", "words"},
    "unreached": {"student", "what", "tried"},
    "contract_link": {"class_name"},
    "contract_in_force": {"class_name", "tier", "bar"},
    "contract_to_sign": {"class_name", "for_guardian"},
    "answer": {"class_name", "teacher", "words"},
    "heard": {"class_name", "reads_at", "reads_local", "off", "files"},
    "retake_decided": {"class_name", "unit_title", "granted", "why"},
    "check_result": {"class_name", "unit_title", "passed", "bar", "why", "results_at"},
    "talk": {"class_name", "unit_title", "bar", "starts_at", "starts_local", "is_looked_at", "was_missed"},
    "unit_ruled": {"class_name", "unit_title", "ruling", "undone", "opened"},
    "result_changed": {"class_name", "unit_title", "passes", "opened", "closed"},
    "hand_marked": {"class_name", "unit_title", "passed", "comment", "opened"},
    "recheck": {"class_name", "units"},
}
#: our own signed links, wherever somebody quoted one
LINK = re.compile(r"(?<=/agree/)[\w.%~-]+|(?<=/stop/)[\w.%~-]+")
HIDDEN = "[…]"
AT_ONCE = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LINK_LIFE_US = timedelta(days=14) // timedelta(microseconds=1)

#: of each contract that waits for its guardian, when they were texted last; none where such a text is on its way
TEXTED = """
SELECT contract.id, contract.person_id, contract.section_id, max(outbox.called_at) FROM contract
JOIN outbox ON outbox.kind = 'contract_link' AND outbox.about_id = contract.id
WHERE contract.in_force_at IS NULL AND contract.ended_at IS NULL AND contract.guardian_signed_at IS NULL
GROUP BY contract.id HAVING max(outbox.called_at) IS NOT NULL AND sum(outbox.state IN
('due', 'leased', 'calling', 'uncertain')) = 0
"""
#: due at once; like the link that it stands for, of no use after two weeks
RENEW = (
    "INSERT INTO outbox (dedupe_key, kind, way, person_id, section_id, about_id, args, nonce, state, due_at, "
    "expires_at, tries, created_at) VALUES (?, 'contract_link', 'guardian', ?, ?, ?, '{\"renewed\": true}', ?, 'due', "
    "?, ?, 0, ?)"
)


def upgrade() -> None:
    """Rows are cut in place, and what was cut is overwritten in the file as well."""
    connection = op.get_bind()
    for table in ("history_keeps_rows", "history_keeps_words"):
        connection.exec_driver_sql(f"DROP TRIGGER {table}")
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    _clean(connection)
    for guard in GUARDS:
        connection.exec_driver_sql(guard)
    for contract, person, section, at in connection.exec_driver_sql(TEXTED).fetchall():
        key = f"contract_link:{contract}:renewed"
        row = (key, person, section, contract, _digest(key)[:16], at, at + LINK_LIFE_US, at)
        connection.exec_driver_sql(RENEW, row)


def _clean(connection: Any) -> None:
    last, chain = connection.exec_driver_sql(
        "SELECT coalesce(max(id), 0), (SELECT chain FROM history ORDER BY id DESC LIMIT 1) FROM history"
    ).one()
    if not last:
        return
    left: dict[int, str] = {}
    for first in range(0, last + 1, AT_ONCE):
        query = "SELECT id, what, body, digest FROM history WHERE id > ? AND id <= ? AND body IS NOT NULL"
        for number, what, text, digest in connection.exec_driver_sql(
            query, (first, first + AT_ONCE)
        ).fetchall():
            cut = _cut(what, text)
            if cut is None:
                continue
            connection.exec_driver_sql("UPDATE history SET body = ? WHERE id = ?", (json.dumps(cut), number))
            if _digest(json.dumps(json.loads(text), sort_keys=True)) == digest:
                left[number] = _digest(json.dumps(cut, sort_keys=True))
    _say(connection, chain, {"why": "no record may hold what opens something", "lines": left})


def _cut(what: str, text: str) -> dict[str, Any] | None:
    """What is left of a line; None when nothing is to be taken out, or it cannot be read."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    body = cast("dict[str, Any]", body)
    names = LINES.get(what, set())
    gone = [each for each in body if each not in names]
    left: dict[str, Any] = {each: value for each, value in body.items() if each in names}
    if what == "message" and isinstance(left.get("said"), dict):
        may: set[str] = SAID.get(str(left.get("kind")), set())
        gone += [each for each in left["said"] if each not in may]
        left["said"] = {each: value for each, value in left["said"].items() if each in may}
    bare = _without_links(left)
    if not gone and bare == left:
        return None
    return bare | {"taken_out": gone or ["link"]}


def _without_links(value: Any) -> Any:
    match value:
        case str():
            return LINK.sub(HIDDEN, value)
        case dict():
            return {name: _without_links(each) for name, each in cast("dict[str, Any]", value).items()}
        case list():
            return [_without_links(each) for each in cast("list[Any]", value)]
        case _:
            return value


def _say(connection: Any, before: str, body: dict[str, Any]) -> None:
    """Adds the line that tells of it: the first of the new form."""
    body = json.loads(json.dumps(body))
    now = connection.exec_driver_sql("SELECT CAST(strftime('%s', 'now') AS INTEGER)").scalar()
    at, digest = datetime.fromtimestamp(now, UTC), _digest(json.dumps(body, sort_keys=True))
    chain = _digest(json.dumps([2, before, at.isoformat(), None, None, None, "taken_out", digest]))
    connection.exec_driver_sql(
        "INSERT INTO history (at, what, body, digest, chain) VALUES (?, 'taken_out', ?, ?, ?)",
        ((at - EPOCH) // timedelta(microseconds=1), json.dumps(body), digest, chain),
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
