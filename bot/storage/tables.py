"""The schema. Each table says why it holds what it holds, for how long, and how a person gets it or erases it.

Instants are whole microseconds since the epoch in UTC, so that they compare exactly and sort by number.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage import mastery_tables, message_tables
from bot.storage.columns import NO_PERSON, OF_PERSON, Instant, an_id, described, metadata, table, to

person = table(
    "person",
    an_id(),
    sa.Column("zone", sa.String(64)),
    sa.Column("created_at", Instant, nullable=False),
    about=described("one human, whatever accounts they have", retention="until erased", **OF_PERSON),
)

account = table(
    "account",
    sa.Column("discord_id", sa.BigInteger, primary_key=True, autoincrement=False),
    to("person", index=True),
    sa.Column("dm_channel_id", sa.BigInteger),
    #: when the person pressed [Open my inbox]; nobody is written to by DM without it
    sa.Column("inbox_asked_at", Instant),
    #: Discord refused the last DM; cleared when the person opens the inbox again
    sa.Column("dm_closed_at", Instant),
    #: the newest message that they wrote to the bot and that was kept; what came after it is read back
    sa.Column("dm_seen_id", sa.BigInteger),
    about=described("a Discord account of a person", retention="until erased", **OF_PERSON),
)

course = table(
    "course",
    an_id(),
    to("person"),
    sa.Column("slug", sa.String(40), nullable=False),
    sa.Column("title", sa.String(80), nullable=False),
    sa.UniqueConstraint("person_id", "slug"),
    about=described("a course, owned by the teacher who imported it", retention="until erased", **OF_PERSON),
)

revision = table(
    "revision",
    an_id(),
    to("course"),
    sa.Column("number", sa.Integer, nullable=False),
    #: SHA-256 of the course's canonical JSON: importing the same pack twice makes no new revision
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.UniqueConstraint("course_id", "number"),
    about=described(
        "a course as imported once; attempts and classes pin one", retention="with the course", **NO_PERSON
    ),
)

unit = table(
    "unit",
    an_id(),
    to("revision"),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("slug", sa.String(40), nullable=False),
    sa.Column("title", sa.String(80), nullable=False),
    #: the unit without its bank, as bot.domain.codec writes it
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("revision_id", "slug"),
    sa.UniqueConstraint("revision_id", "position"),
    about=described("a unit of a revision", retention="with the course", **NO_PERSON),
)

question = table(
    "question",
    an_id(),
    to("unit"),
    sa.Column("slug", sa.String(80), nullable=False),
    sa.Column("objective", sa.String(40), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.UniqueConstraint("unit_id", "slug"),
    about=described("a question of a unit's bank", retention="with the course", **NO_PERSON),
)

section = table(
    "section",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.String(60), nullable=False),
    to("course"),
    to("revision"),
    sa.Column("zone", sa.String(64), nullable=False),
    #: percent, 1..100
    sa.Column("bar", sa.Integer, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    #: the teacher's word that everybody in the class is old enough for Discord (RA23)
    sa.Column("age_confirmed_at", Instant, nullable=False),
    sa.Column("age_confirmed_by", sa.Integer, sa.ForeignKey("person.id"), nullable=False),
    #: whether its units have roles and channels of their own, by which classmates can see who has got how far
    sa.Column("unit_places", sa.Boolean, nullable=False, server_default=sa.text("1")),
    sa.UniqueConstraint("guild_id", "name"),
    about=described("a class on a server", retention="until the teacher ends it", **NO_PERSON),
)

staff = table(
    "staff",
    to("section", primary_key=True),
    to("person", primary_key=True, index=True),
    sa.Column("part", sa.String(16), nullable=False),
    sa.CheckConstraint("part IN ('teacher', 'assistant')", name="part"),
    about=described("who teaches a class", retention="with the class", **OF_PERSON),
)

place = table(
    "place",
    an_id(),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    #: "section:3:student" or "course:2:unit:measurement": what the role or channel is for
    sa.Column("purpose", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("discord_id", sa.BigInteger, nullable=False),
    #: what was last found wrong with it, which its teachers were told (bot.domain.flaws); NULL for nothing
    sa.Column("flaw", sa.String(8)),
    sa.UniqueConstraint("guild_id", "purpose", "kind"),
    sa.CheckConstraint("kind IN ('role', 'channel')", name="kind"),
    about=described(
        "a role or channel that stands for something here", retention="with the class", **NO_PERSON
    ),
)

enrolment = table(
    "enrolment",
    to("section", primary_key=True),
    to("person", primary_key=True, index=True),
    sa.Column("joined_at", Instant, nullable=False),
    sa.Column("age_confirmed_at", Instant, nullable=False),
    #: when they were last found to have left the server; nudges stop, nothing is lost
    sa.Column("left_at", Instant),
    #: the private thread that stands in for a closed DM
    sa.Column("thread_id", sa.BigInteger),
    #: the thread in the teachers' room that holds what the student writes
    sa.Column("staff_thread_id", sa.BigInteger),
    about=described("a student's place in a class", retention="with the class", **OF_PERSON),
)

progress = table(
    "progress",
    to("person", primary_key=True),
    to("course", primary_key=True),
    sa.Column("unit_slug", sa.String(40), primary_key=True),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("mastered_at", Instant),
    #: when it is to be looked at again (K15)
    sa.Column("recheck_at", Instant),
    #: the span in days that ``recheck_at`` was set with
    sa.Column("recheck_days", sa.Integer),
    #: when the student was asked to look back at it; NULL once they did, or it lapsed
    sa.Column("recheck_asked_at", Instant),
    #: a recheck showed that it has faded; it stays mastered (K16)
    sa.Column("shaky_at", Instant),
    sa.Index(
        "ix_progress_unplanned",
        "course_id",
        "person_id",
        sqlite_where=sa.text("mastered_at IS NOT NULL AND recheck_at IS NULL"),
    ),
    sa.Index(
        "ix_progress_recheck_at",
        "recheck_at",
        sqlite_where=sa.text("recheck_at IS NOT NULL AND recheck_asked_at IS NULL"),
    ),
    sa.Index(
        "ix_progress_recheck_asked_at",
        "recheck_asked_at",
        sqlite_where=sa.text("recheck_asked_at IS NOT NULL"),
    ),
    about=described(
        "which units of a course are open to a person, and mastered",
        retention="with the course",
        **OF_PERSON,
    ),
)

prework = table(
    "prework",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("section"),
    to("unit"),
    sa.Column("post_at", Instant, nullable=False),
    sa.Column("deadline", Instant, nullable=False),
    sa.Column("deadline_zone", sa.String(64), nullable=False),
    sa.Column("deadline_wall", sa.String(16), nullable=False),
    sa.Column("posted_at", Instant),
    sa.Column("channel_id", sa.BigInteger),
    sa.Column("message_id", sa.BigInteger),
    #: when its reminders have to be looked at next; NULL before it is posted and when none is left
    sa.Column("next_at", Instant, index=True),
    sa.UniqueConstraint("section_id", "unit_id"),
    sa.Index("ix_prework_deadline", "deadline"),
    about=described("pre-work given to a class, with its deadline", retention="with the class", **NO_PERSON),
)

evidence = table(
    "evidence",
    to("prework", primary_key=True),
    to("person", primary_key=True, index=True),
    sa.Column("started_at", Instant),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    #: the last hand-in as typed: {"answers": [...], "summary": "...", "question": "..."}; nothing typed is lost
    sa.Column("draft", sa.JSON),
    sa.Column("handed_in_at", Instant),
    #: why the last hand-in was not credited, in words; empty once credited
    sa.Column("reasons", sa.JSON),
    sa.Column("credited_at", Instant),
    sa.Column("late", sa.Boolean),
    about=described("what shows that a student did the pre-work", retention="with the class", **OF_PERSON),
)

phone = table(
    "phone",
    to("person", primary_key=True),
    sa.Column("number", sa.LargeBinary, nullable=False),
    #: keyed hash of the number, so that a text can be traced to its person without decrypting all
    sa.Column("number_hash", sa.String(64), nullable=False, index=True),
    sa.Column("code", sa.LargeBinary),
    sa.Column("code_expires_at", Instant),
    sa.Column("code_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("confirmed_at", Instant),
    sa.Column("stopped_at", Instant),
    #: zones that the number may be in, comma-separated
    sa.Column("zones", sa.String(400), nullable=False, server_default=""),
    #: what the carrier said when it refused the number for good; "" while all is well
    sa.Column("paused_why", sa.String(100), nullable=False, server_default=""),
    about=described(
        "a number that its owner gave to be texted", retention="until stopped or erased", **OF_PERSON
    ),
)

consent = table(
    "consent",
    an_id(),
    to("person", index=True),
    sa.Column("act", sa.String(16), nullable=False),
    sa.Column("via", sa.String(16), nullable=False),
    sa.Column("wording", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    #: whose phone: the student's or the guardian's
    sa.Column("party", sa.String(8), nullable=False, server_default="student"),
    sa.Column("number_hash", sa.String(64), nullable=False, server_default=""),
    #: who did it, if not the owner of the number: a teacher on behalf, a student for a guardian
    sa.Column("by_person_id", sa.Integer),
    #: a guardian's: for which class; None on lines from before a guardian was one class's
    sa.Column("section_id", sa.Integer),
    sa.CheckConstraint("act IN ('asked', 'confirmed', 'stopped')", name="act"),
    about=described("the record of consent to texts; never rewritten", retention="four years", **OF_PERSON),
)

window = table(
    "window",
    an_id(),
    to("section", index=True),
    to("person"),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Column("where", sa.String(200), nullable=False, server_default=""),
    #: "help", or "retake" where checks are taken again
    sa.Column("purpose", sa.String(8), nullable=False, server_default="help"),
    about=described("office hours of a teacher", retention="with the class", **OF_PERSON),
)

slot = table(
    "slot",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("window", index=True),
    to("section"),
    sa.Column("starts_at", Instant, nullable=False),
    sa.Column("ends_at", Instant, nullable=False),
    sa.Index("ix_slot_section_id_starts_at", "section_id", "starts_at"),
    about=described(
        "a piece of office hours that one student can book", retention="with the class", **NO_PERSON
    ),
)

booking = table(
    "booking",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("slot"),
    to("person", index=True),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("booked_at", Instant, nullable=False),
    sa.Column("cancelled_at", Instant),
    #: the database refuses the second booking of a slot (RE1)
    sa.Index(
        "uq_booking_live_slot",
        "slot_id",
        unique=True,
        sqlite_where=sa.text("cancelled_at IS NULL"),
    ),
    about=described("a student's slot", retention="with the class", **OF_PERSON),
)

#: in the same words as the queries that are to find the index of texts
IS_TEXT = sa.text("way IN ('sms', 'guardian')")
HAS_FAULTS = sa.text("faults > 0")

outbox = table(
    "outbox",
    an_id(),
    #: who, what, which step: the same cause never makes two rows
    sa.Column("dedupe_key", sa.String(160), nullable=False, unique=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("way", sa.String(16), nullable=False),
    to("person", nullable=True),
    to("section", nullable=True),
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
    #: when its reader pressed [Got it]
    sa.Column("got_it_at", Instant),
    #: of a text, as it is billed
    sa.Column("segments", sa.Integer),
    #: how often something of ours raised over it
    sa.Column("faults", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint(
        "state IN ('due', 'leased', 'calling', 'sent', 'uncertain', 'failed', 'expired', 'suppressed')",
        name="state",
    ),
    sa.Index("ix_outbox_faults", "ended_at", sqlite_where=HAS_FAULTS, postgresql_where=HAS_FAULTS),
    sa.Index("ix_outbox_state_way_due_at", "state", "way", "due_at"),
    sa.Index("ix_outbox_kind_about_id", "kind", "about_id"),
    sa.Index("ix_outbox_nonce", "nonce"),
    sa.Index("ix_outbox_result", "result"),
    sa.Index("ix_outbox_person_id_due_at", "person_id", "due_at"),
    sa.Index("ix_outbox_section_id_due_at", "section_id", "due_at"),
    sa.Index("ix_outbox_texts_called_at", "called_at", sqlite_where=IS_TEXT, postgresql_where=IS_TEXT),
    about=described(
        "every effect outside the database, and what became of it", retention="one year", **OF_PERSON
    ),
)

draft = table(
    "draft",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("person", index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    about=described("what a preview showed, until it is confirmed", retention="one day", **OF_PERSON),
)

identify = table(
    "identify",
    an_id(),
    sa.Column("at", Instant, nullable=False, index=True),
    about=described(
        "gateway log-ins, so that a crash loop cannot spend the day's budget (RA13)",
        retention="one day",
        **NO_PERSON,
    ),
)

fact = table(
    "fact",
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    about=described("what the installation remembers of itself", retention="always", **NO_PERSON),
)

__all__ = ["Instant", "mastery_tables", "message_tables", "metadata"]
