"""The schema. Each table says why it holds what it holds, for how long, and how a person gets it or erases it.

Instants are whole microseconds since the epoch in UTC, so that they compare exactly and sort by number.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware datetime in UTC as an integer."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *parts: sa.Column[Any] | sa.SchemaItem, about: dict[str, str]) -> sa.Table:
    has_id = any(isinstance(part, sa.Column) and part.name == "id" for part in parts)
    # ids are never used twice, so that a stored one can never come to mean somebody else
    return sa.Table(name, metadata, *parts, info=about, sqlite_autoincrement=has_id)


def _about(purpose: str, *, retention: str, export: str, erase: str) -> dict[str, str]:
    return {"purpose": purpose, "retention": retention, "export": export, "erase": erase}


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _to(target: str, **options: Any) -> sa.Column[Any]:
    name = f"{target}_id"
    return sa.Column(name, sa.ForeignKey(f"{target}.id", ondelete="CASCADE"), **{"nullable": False, **options})


_NO_PERSON = {"export": "not about a person", "erase": "not about a person"}
_OF_PERSON = {"export": "by person", "erase": "with the person"}

person = _table(
    "person",
    _id(),
    sa.Column("zone", sa.String(64)),
    sa.Column("created_at", Instant, nullable=False),
    about=_about("one human, whatever accounts they have", retention="until erased", **_OF_PERSON),
)

account = _table(
    "account",
    sa.Column("discord_id", sa.BigInteger, primary_key=True, autoincrement=False),
    _to("person", index=True),
    sa.Column("dm_channel_id", sa.BigInteger),
    #: when the person pressed [Open my inbox]; nobody is written to by DM without it
    sa.Column("inbox_asked_at", Instant),
    #: Discord refused the last DM; cleared when the person opens the inbox again
    sa.Column("dm_closed_at", Instant),
    about=_about("a Discord account of a person", retention="until erased", **_OF_PERSON),
)

course = _table(
    "course",
    _id(),
    _to("person"),
    sa.Column("slug", sa.String(40), nullable=False),
    sa.Column("title", sa.String(80), nullable=False),
    sa.UniqueConstraint("person_id", "slug"),
    about=_about("a course, owned by the teacher who imported it", retention="until erased", **_OF_PERSON),
)

revision = _table(
    "revision",
    _id(),
    _to("course"),
    sa.Column("number", sa.Integer, nullable=False),
    #: SHA-256 of the course's canonical JSON: importing the same pack twice makes no new revision
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.UniqueConstraint("course_id", "number"),
    about=_about("a course as imported once; attempts and classes pin one", retention="with the course", **_NO_PERSON),
)

unit = _table(
    "unit",
    _id(),
    _to("revision"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("slug", sa.String(40), nullable=False),
    sa.Column("title", sa.String(80), nullable=False),
    #: the unit without its bank, as bot.domain.codec writes it
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("revision_id", "slug"),
    sa.UniqueConstraint("revision_id", "position"),
    about=_about("a unit of a revision", retention="with the course", **_NO_PERSON),
)

question = _table(
    "question",
    _id(),
    _to("unit"),
    sa.Column("slug", sa.String(80), nullable=False),
    sa.Column("objective", sa.String(40), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("unit_id", "slug"),
    about=_about("a question of a unit's bank", retention="with the course", **_NO_PERSON),
)

section = _table(
    "section",
    _id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    _to("course"),
    _to("revision"),
    sa.Column("zone", sa.String(64), nullable=False),
    #: percent, 1..100
    sa.Column("bar", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    #: the teacher's word that everybody in the class is old enough for Discord (RA23)
    sa.Column("age_confirmed_at", Instant, nullable=False),
    sa.Column("age_confirmed_by", sa.ForeignKey("person.id"), nullable=False),
    sa.UniqueConstraint("guild_id", "name"),
    about=_about("a class on a server", retention="until the teacher ends it", **_NO_PERSON),
)

staff = _table(
    "staff",
    _to("section", primary_key=True),
    _to("person", primary_key=True, index=True),
    sa.Column("part", sa.String(16), nullable=False),
    sa.CheckConstraint("part IN ('teacher', 'assistant')", name="part"),
    about=_about("who teaches a class", retention="with the class", **_OF_PERSON),
)

place = _table(
    "place",
    _id(),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    #: "section:3:student" or "course:2:unit:measurement": what the role or channel is for
    sa.Column("purpose", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("discord_id", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("guild_id", "purpose", "kind"),
    sa.CheckConstraint("kind IN ('role', 'channel')", name="kind"),
    about=_about("a role or channel that stands for something here", retention="with the class", **_NO_PERSON),
)

enrolment = _table(
    "enrolment",
    _to("section", primary_key=True),
    _to("person", primary_key=True, index=True),
    sa.Column("joined_at", Instant, nullable=False),
    sa.Column("age_confirmed_at", Instant, nullable=False),
    #: when they were last found to have left the server; nudges stop, nothing is lost
    sa.Column("left_at", Instant),
    #: the private thread that stands in for a closed DM
    sa.Column("thread_id", sa.BigInteger),
    about=_about("a student's place in a class", retention="with the class", **_OF_PERSON),
)

progress = _table(
    "progress",
    _to("person", primary_key=True),
    _to("course", primary_key=True),
    sa.Column("unit_slug", sa.String(40), primary_key=True),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("mastered_at", Instant),
    about=_about("which units of a course are open to a person, and mastered", retention="with the course", **_OF_PERSON),
)

prework = _table(
    "prework",
    _id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    _to("section"),
    _to("unit"),
    sa.Column("post_at", Instant, nullable=False),
    sa.Column("deadline", Instant, nullable=False),
    sa.Column("deadline_zone", sa.String(64), nullable=False),
    sa.Column("deadline_wall", sa.String(16), nullable=False),
    sa.Column("posted_at", Instant),
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger),
    sa.UniqueConstraint("section_id", "unit_id"),
    sa.Index("ix_prework_deadline", "deadline"),
    about=_about("pre-work given to a class, with its deadline", retention="with the class", **_NO_PERSON),
)

evidence = _table(
    "evidence",
    _to("prework", primary_key=True),
    _to("person", primary_key=True, index=True),
    sa.Column("started_at", Instant),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    #: the last hand-in as typed: {"answers": [...], "summary": "...", "question": "..."}; nothing typed is lost
    sa.Column("draft", sa.JSON),
    sa.Column("handed_in_at", Instant),
    #: why the last hand-in was not credited, in words; empty once credited
    sa.Column("reasons", sa.JSON),
    sa.Column("credited_at", Instant),
    sa.Column("late", sa.Boolean),
    about=_about("what shows that a student did the pre-work", retention="with the class", **_OF_PERSON),
)

phone = _table(
    "phone",
    _to("person", primary_key=True),
    sa.Column("number", sa.LargeBinary, nullable=False),
    #: keyed hash of the number, so that a text can be traced to its person without decrypting all
    sa.Column("number_hash", sa.String(64), nullable=False, index=True),
    sa.Column("code", sa.LargeBinary),
    sa.Column("code_expires_at", Instant),
    sa.Column("code_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("confirmed_at", Instant),
    sa.Column("stopped_at", Instant),
    about=_about("a number that its owner gave to be texted", retention="until stopped or erased", **_OF_PERSON),
)

consent = _table(
    "consent",
    _id(),
    _to("person", index=True),
    sa.Column("act", sa.String(16), nullable=False),
    sa.Column("via", sa.String(16), nullable=False),
    sa.Column("wording", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("act IN ('asked', 'confirmed', 'stopped')", name="act"),
    about=_about("the record of consent to texts; never rewritten", retention="four years", **_OF_PERSON),
)

window = _table(
    "window",
    _id(),
    _to("section", index=True),
    _to("person"),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("where", sa.String(200), nullable=False, server_default=""),
    about=_about("office hours of a teacher", retention="with the class", **_OF_PERSON),
)

slot = _table(
    "slot",
    _id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    _to("window", index=True),
    _to("section"),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Index("ix_slot_section_id_starts_at", "section_id", "starts_at"),
    about=_about("a piece of office hours that one student can book", retention="with the class", **_NO_PERSON),
)

booking = _table(
    "booking",
    _id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    _to("slot"),
    _to("person", index=True),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("booked_at", Instant, nullable=False),
    sa.Column("cancelled_at", Instant),
    #: the database refuses the second booking of a slot (RE1)
    sa.Index("uq_booking_live_slot", "slot_id", unique=True, sqlite_where=sa.text("cancelled_at IS NULL"),
             postgresql_where=sa.text("cancelled_at IS NULL")),
    about=_about("a student's slot", retention="with the class", **_OF_PERSON),
)

attempt = _table(
    "attempt",
    _id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    _to("person"),
    _to("section"),
    _to("course"),
    _to("unit"),
    sa.Column("unit_slug", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    #: percent; the bar as it stood when the attempt began
    sa.Column("bar", sa.Integer, nullable=False),
    sa.Column("seed", sa.String(32), nullable=False),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("submitted_at", Instant),
    #: exact, as "13/15" of 1
    sa.Column("score", sa.String(64)),
    sa.Column("passed", sa.Boolean),
    sa.Column("retake_at", Instant),
    sa.UniqueConstraint("person_id", "course_id", "unit_slug", "number"),
    #: one open attempt at a time, however many devices press [Start]
    sa.Index("uq_attempt_open", "person_id", "course_id", "unit_slug", unique=True,
             sqlite_where=sa.text("submitted_at IS NULL"), postgresql_where=sa.text("submitted_at IS NULL")),
    about=_about("one try at a mastery check", retention="with the course", **_OF_PERSON),
)

attempt_item = _table(
    "attempt_item",
    _to("attempt", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    _to("question"),
    #: the options as shown: indices into the question's own, comma-separated
    sa.Column("shown", sa.String(100), nullable=False, server_default=""),
    sa.Column("answer", sa.JSON),
    sa.Column("answered_at", Instant),
    #: exact, as "1/3"; set when the attempt is submitted
    sa.Column("credit", sa.String(64)),
    about=_about("one question of an attempt and its answer", retention="with the course", **_OF_PERSON),
)

outbox = _table(
    "outbox",
    _id(),
    #: who, what, which step: the same cause never makes two rows
    sa.Column("dedupe_key", sa.String(160), nullable=False, unique=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("way", sa.String(16), nullable=False),
    _to("person", nullable=True),
    _to("section", nullable=True),
    #: id of what it is about: a prework, a booking, an attempt ... by kind
    sa.Column("about_id", sa.Integer),
    sa.Column("args", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("nonce", sa.String(25), nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("expires_at", Instant),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("lease", sa.String(32)),
    sa.Column("lease_until", Instant),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("called_at", Instant),
    sa.Column("ended_at", Instant),
    #: why it waits, was dropped or could not be delivered, in words for the teacher
    sa.Column("why", sa.String(300), nullable=False, server_default=""),
    sa.Column("channel_id", sa.BigInteger),
    #: the message, thread or role that came of it; a text's sid
    sa.Column("result", sa.String(64)),
    sa.CheckConstraint(
        "state IN ('due', 'leased', 'calling', 'sent', 'uncertain', 'failed', 'expired', 'suppressed')", name="state"
    ),
    sa.Index("ix_outbox_state_way_due_at", "state", "way", "due_at"),
    sa.Index("ix_outbox_kind_about_id", "kind", "about_id"),
    about=_about("every effect outside the database, and what became of it", retention="one year", **_OF_PERSON),
)

draft = _table(
    "draft",
    _id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    _to("person", index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    about=_about("what a preview showed, until it is confirmed", retention="one day", **_OF_PERSON),
)

identify = _table(
    "identify",
    _id(),
    sa.Column("at", Instant, nullable=False, index=True),
    about=_about("gateway log-ins, so that a crash loop cannot spend the day's budget (RA13)", retention="one day", **_NO_PERSON),
)

fact = _table(
    "fact",
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    about=_about("what the installation remembers of itself", retention="always", **_NO_PERSON),
)
