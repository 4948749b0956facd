"""The part of the schema that is about messages: how a class wants to be reminded, who may be texted, what was said.

Dates are local to the class, ISO 8601; instants as in ``bot.storage.tables``.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import event

from bot.storage.columns import NO_PERSON, OF_PERSON, Instant, an_id, described, metadata, table, to
from bot.storage.text_guards import TEXT_GUARDS

messaging = table(
    "messaging",
    to("section", primary_key=True),
    #: steps as bot.domain.nudging writes them; NULL for the usual ones
    sa.Column("ladder", sa.JSON),
    #: when that was said last: no step from before is caught up on
    sa.Column("ladder_since", Instant),
    #: "07:00"; NULL for the installation's own hours for DMs and threads
    sa.Column("dm_opens", sa.String(5)),
    sa.Column("dm_closes", sa.String(5)),
    #: ISO weekdays on which nobody is reminded, such as "6,7"
    sa.Column("days_off", sa.String(13), nullable=False, server_default="6,7"),
    #: who may give a guardian's number
    sa.Column("guardian_rule", sa.String(8), nullable=False, server_default="off"),
    #: when the teacher reads what students write; NULL for the usual hours
    sa.Column("reads", sa.JSON),
    sa.CheckConstraint("guardian_rule IN ('off', 'student', 'teacher')", name="guardian_rule"),
    about=described("how a class wants to be reminded", retention="with the class", **NO_PERSON),
)

holiday = table(
    "holiday",
    to("section", primary_key=True),
    sa.Column("first", sa.String(10), primary_key=True),
    sa.Column("last", sa.String(10), nullable=False),
    sa.Column("name", sa.String(60), nullable=False, server_default=""),
    about=described("days on which a class is not reminded", retention="with the class", **NO_PERSON),
)

absence = table(
    "absence",
    an_id(),
    to("section"),
    to("person", index=True),
    sa.Column("first", sa.String(10), nullable=False),
    #: NULL while nobody knows
    sa.Column("last", sa.String(10)),
    sa.Column("noted_by", sa.Integer, nullable=False),
    sa.Column("noted_at", Instant, nullable=False),
    sa.Index("ix_absence_section_id_person_id", "section_id", "person_id"),
    about=described(
        "when a student is away, so that nobody reminds them", retention="with the class", **OF_PERSON
    ),
)

guardian = table(
    "guardian",
    to("section", primary_key=True),
    to("person", primary_key=True, index=True),
    sa.Column("number", sa.LargeBinary, nullable=False),
    sa.Column("number_hash", sa.String(64), nullable=False, index=True),
    #: zones that the number may be in, comma-separated
    sa.Column("zones", sa.String(400), nullable=False, server_default=""),
    sa.Column("code", sa.LargeBinary),
    sa.Column("code_expires_at", Instant),
    sa.Column("code_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("given_by", sa.Integer, nullable=False),
    sa.Column("given_at", Instant, nullable=False),
    sa.Column("confirmed_at", Instant),
    sa.Column("stopped_at", Instant),
    sa.Column("paused_why", sa.String(100), nullable=False, server_default=""),
    about=described(
        "the number of a student's guardian in one class, who confirmed it",
        retention="until stopped or erased",
        **OF_PERSON,
    ),
)

optout = table(
    "optout",
    sa.Column("number_hash", sa.String(64), primary_key=True),
    sa.Column("via", sa.String(16), nullable=False),
    sa.Column("at", Instant, nullable=False),
    #: a START from the same number
    sa.Column("lifted_at", Instant),
    about=described(
        "numbers, as keyed hashes, that asked never to be texted", retention="always", **NO_PERSON
    ),
)

letter = table(
    "letter",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("section", nullable=True),
    #: the student it is from, to, or about
    to("person", index=True),
    sa.Column("party", sa.String(8), nullable=False),
    sa.Column("direction", sa.String(3), nullable=False),
    sa.Column("via", sa.String(8), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("files", sa.Integer, nullable=False, server_default="0"),
    #: the teacher who wrote it
    sa.Column("author_id", sa.Integer),
    #: Discord's or Twilio's id, so that one that is told twice is kept once
    sa.Column("external", sa.String(64), unique=True),
    sa.Column("at", Instant, nullable=False),
    #: when a teacher answered it, or said that it needs no answer
    sa.Column("settled_at", Instant),
    sa.CheckConstraint("party IN ('student', 'guardian')", name="party"),
    sa.CheckConstraint("direction IN ('in', 'out')", name="direction"),
    sa.CheckConstraint("via IN ('dm', 'thread', 'sms')", name="via"),
    sa.Index("ix_letter_section_id_settled_at", "section_id", "settled_at"),
    about=described(
        "what students and guardians wrote to a teacher, and the answers",
        retention="with the class",
        **OF_PERSON,
    ),
)

announcement = table(
    "announcement",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("person"),
    sa.Column("body", sa.Text, nullable=False),
    #: {"sections": [ids], "group": "all" | "behind" | "not_watched" | "unit:slug" | "people", "people": [ids]}
    sa.Column("audience", sa.JSON, nullable=False),
    #: on Discord in quiet hours too
    sa.Column("urgent", sa.Boolean, nullable=False),
    #: by text as well, where a phone is known
    sa.Column("texts_too", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    #: the run that comes or is being begun; NULL when there is none, and in a draft that is for "now"
    sa.Column("next_at", Instant),
    sa.Column("zone", sa.String(64), nullable=False),
    #: the first run's wall time as promised
    sa.Column("wall", sa.String(16), nullable=False),
    #: repeated weekly up to this local day
    sa.Column("until", sa.String(10)),
    sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("file_name", sa.String(100)),
    #: the last column, so that no other is read past it
    sa.Column("file", sa.LargeBinary),
    sa.CheckConstraint("state IN ('draft', 'waiting', 'running', 'done', 'undone', 'stopped')", name="state"),
    sa.Index("ix_announcement_state_next_at", "state", "next_at"),
    sa.Index("ix_announcement_person_id_state", "person_id", "state"),
    about=described("a teacher's message to a class or a group", retention="with the class", **OF_PERSON),
)

receipt = table(
    "receipt",
    #: Twilio's id of the text
    sa.Column("sid", sa.String(64), primary_key=True),
    #: of the outbox row, as our own callback address carries it
    sa.Column("nonce", sa.String(25), index=True),
    sa.Column("status", sa.String(24), nullable=False),
    #: how far along the status is; it only ever rises
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("error_code", sa.Integer),
    sa.Column("at", Instant, nullable=False),
    about=described("what became of a text after it was accepted", retention="one year", **NO_PERSON),
)

history = table(
    "history",
    an_id(),
    sa.Column("at", Instant, nullable=False),
    #: plain numbers, no links: the record outlives what it is about
    sa.Column("section_id", sa.Integer, index=True),
    sa.Column("person_id", sa.Integer, index=True),
    sa.Column("actor_id", sa.Integer),
    sa.Column("what", sa.String(32), nullable=False),
    #: NULL once erased; the chain holds without it
    sa.Column("body", sa.JSON),
    #: SHA-256 of the body as canonical JSON
    sa.Column("digest", sa.String(64), nullable=False),
    #: SHA-256 over the line before and this one
    sa.Column("chain", sa.String(64), nullable=False, unique=True),
    about=described(
        "what was said and done, which nobody can edit (N24)", retention="until erased", **OF_PERSON
    ),
)

#: the database refuses to rewrite the record; only a body may be blanked, when its person is erased
HISTORY_GUARDS = (
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
for _guard in HISTORY_GUARDS:
    event.listen(history, "after_create", sa.DDL(_guard))


def _guard_texts(_target: object, connection: sa.Connection, *, tables: list[sa.Table], **_: object) -> None:
    """The guards ask three other tables, so they come with the whole schema."""
    if optout in tables:
        for guard in TEXT_GUARDS:
            connection.execute(sa.DDL(guard))


event.listen(metadata, "after_create", _guard_texts)

set_aside = table(
    "set_aside",
    #: of the list that the app runs, and the thing's name within it
    sa.Column("job", sa.String(40), primary_key=True),
    sa.Column("item", sa.String(80), primary_key=True),
    to("section", nullable=True),
    #: how often it raised, one time after the other
    sa.Column("tries", sa.Integer, nullable=False),
    #: what was raised and where; never what people wrote
    sa.Column("why", sa.String(300), nullable=False),
    sa.Column("first_at", Instant, nullable=False),
    sa.Column("again_at", Instant, nullable=False),
    #: when it was given up for a day, and its teacher told
    sa.Column("told_at", Instant),
    about=described(
        "what a job could not do, so that it holds up nothing else",
        retention="until it is done, or nobody asks for it any more",
        **NO_PERSON,
    ),
)
