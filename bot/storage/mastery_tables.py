"""The part of the schema that is about mastery: rules, contracts, attempts, what follows from them, rulings.

Instants as in ``bot.storage.tables``; scores and credits are exact fractions as text.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.columns import NO_PERSON, OF_PERSON, Instant, an_id, described, table, to

mastery_rules = table(
    "mastery_rules",
    to("section", primary_key=True),
    #: as bot.domain.mastery_rules writes them
    sa.Column("body", sa.JSON, nullable=False),
    about=described("how a class checks mastery", retention="with the class", **NO_PERSON),
)

contract = table(
    "contract",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("section"),
    to("person", index=True),
    #: percent, 1..100
    sa.Column("bar", sa.Integer, nullable=False),
    sa.Column("tier", sa.String(40), nullable=False, server_default=""),
    #: what the student was shown when they signed, and the name that they typed
    sa.Column("wording", sa.Text, nullable=False),
    sa.Column("signed_name", sa.String(80), nullable=False, server_default=""),
    sa.Column("signed_at", Instant, nullable=False),
    #: what the guardian was shown, "" until then; how they signed, as bot.domain.contracts.Via
    sa.Column("guardian_wording", sa.Text, nullable=False, server_default=""),
    sa.Column("guardian_name", sa.String(80), nullable=False, server_default=""),
    sa.Column("guardian_via", sa.String(8), nullable=False, server_default=""),
    sa.Column("guardian_signed_at", Instant),
    #: from when on it is this student's bar, until when
    sa.Column("in_force_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Index("ix_contract_section_id_person_id", "section_id", "person_id"),
    about=described(
        "a student's and guardian's agreement to a bar; a signed one is never rewritten",
        retention="with the class",
        **OF_PERSON,
    ),
)

accommodation = table(
    "accommodation",
    to("section", primary_key=True),
    to("person", primary_key=True, index=True),
    #: percent on top of a time limit
    sa.Column("more_time", sa.Integer, nullable=False, server_default="0"),
    sa.Column("more_tries", sa.Integer, nullable=False, server_default="0"),
    #: wrong options taken away from each choice
    sa.Column("fewer_options", sa.Integer, nullable=False, server_default="0"),
    sa.Column("noted_by", sa.Integer, nullable=False),
    sa.Column("noted_at", Instant, nullable=False),
    about=described("what makes a check fair for one student", retention="with the class", **OF_PERSON),
)

attempt = table(
    "attempt",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("person"),
    to("section"),
    to("course"),
    to("unit"),
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
    #: "check", "test_out" (before the unit's work), "recheck" (long after), "hand" (marked by the teacher's tap)
    sa.Column("purpose", sa.String(8), nullable=False, server_default="check"),
    #: when its time is up; NULL without a time limit
    sa.Column("ends_at", Instant),
    #: the signed contract that the bar came from; NULL for the class's own bar
    sa.Column("contract_id", sa.Integer),
    sa.UniqueConstraint("person_id", "course_id", "unit_slug", "number"),
    sa.Index("ix_attempt_section_id_unit_slug", "section_id", "unit_slug"),
    #: one open attempt at a time, however many devices press [Start]
    #: by which the clock finds those whose time is up
    sa.Index(
        "ix_attempt_ends_at",
        "ends_at",
        sqlite_where=sa.text("submitted_at IS NULL AND ends_at IS NOT NULL"),
    ),
    #: by which the clock finds results that are kept back
    sa.Index(
        "ix_attempt_held",
        "section_id",
        "unit_slug",
        sqlite_where=sa.text("submitted_at IS NOT NULL AND passed IS NULL"),
    ),
    sa.Index(
        "uq_attempt_open",
        "person_id",
        "course_id",
        "unit_slug",
        unique=True,
        sqlite_where=sa.text("submitted_at IS NULL"),
    ),
    about=described("one try at a mastery check", retention="with the course", **OF_PERSON),
)

attempt_item = table(
    "attempt_item",
    to("attempt", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    to("question"),
    #: the options as shown: indices into the question's own, comma-separated
    sa.Column("shown", sa.String(100), nullable=False, server_default=""),
    #: of a parametric question, which numbers it was asked with
    sa.Column("variant", sa.String(32), nullable=False, server_default=""),
    sa.Column("answer", sa.JSON),
    sa.Column("answered_at", Instant),
    #: exact, as "1/3"; set when the attempt is submitted
    sa.Column("credit", sa.String(64)),
    #: what the teacher said who marked it by hand, and when
    sa.Column("comment", sa.Text, nullable=False, server_default=""),
    sa.Column("marked_by", sa.Integer),
    sa.Column("marked_at", Instant),
    about=described("one question of an attempt and its answer", retention="with the course", **OF_PERSON),
)

journal = table(
    "journal",
    to("attempt", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    #: in the student's words: why it went another way, and how to avoid it
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("avoid", sa.Text, nullable=False),
    sa.Column("right", sa.Text, nullable=False, server_default=""),
    sa.Column("written_at", Instant, nullable=False),
    about=described("a student's error journal", retention="with the course", **OF_PERSON),
)

remediation = table(
    "remediation",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("attempt", index=True),
    to("person", index=True),
    #: "" for the attempt as a whole
    sa.Column("objective", sa.String(40), nullable=False, server_default=""),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("detail", sa.JSON, nullable=False, server_default="{}"),
    sa.Column("chosen_at", Instant, nullable=False),
    sa.Column("done_at", Instant),
    #: who recorded it: the student or their teacher
    sa.Column("recorded_by", sa.Integer),
    sa.CheckConstraint("kind IN ('video', 'practice', 'peer', 'group', 'one_to_one')", name="kind"),
    about=described("work between two attempts", retention="with the course", **OF_PERSON),
)

task_done = table(
    "task_done",
    to("person", primary_key=True),
    to("course", primary_key=True),
    sa.Column("unit_slug", sa.String(40), primary_key=True),
    sa.Column("task_slug", sa.String(40), primary_key=True),
    sa.Column("done_at", Instant, nullable=False),
    about=described("tasks of a unit that a student ticked", retention="with the course", **OF_PERSON),
)

ruling = table(
    "ruling",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("section"),
    to("person"),
    to("course"),
    sa.Column("unit_slug", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("made_by", sa.Integer, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("undone_by", sa.Integer),
    sa.Column("undone_at", Instant),
    sa.CheckConstraint("kind IN ('override', 'excuse')", name="kind"),
    sa.Index("ix_ruling_person_id_course_id", "person_id", "course_id"),
    about=described(
        "a teacher's word over a check, with its reason", retention="with the course", **OF_PERSON
    ),
)

regrade = table(
    "regrade",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("section"),
    to("question"),
    #: how the question is marked instead, and what the attempts had before, so that it can be undone
    sa.Column("change", sa.JSON, nullable=False),
    sa.Column("before", sa.JSON, nullable=False),
    sa.Column("reason", sa.String(500), nullable=False),
    sa.Column("takes_back", sa.Boolean, nullable=False),
    sa.Column("made_by", sa.Integer, nullable=False),
    sa.Column("made_at", Instant, nullable=False),
    sa.Column("undone_by", sa.Integer),
    sa.Column("undone_at", Instant),
    sa.Index("ix_regrade_section_id", "section_id"),
    sa.Index("ix_regrade_question_id", "question_id"),
    about=described("a faulty question marked anew", retention="with the course", **NO_PERSON),
)

retake_request = table(
    "retake_request",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("section"),
    to("person", index=True),
    sa.Column("unit_slug", sa.String(40), nullable=False),
    sa.Column("said", sa.String(500), nullable=False),
    sa.Column("asked_at", Instant, nullable=False),
    sa.Column("granted", sa.Boolean),
    sa.Column("why", sa.String(500), nullable=False, server_default=""),
    sa.Column("decided_by", sa.Integer),
    sa.Column("decided_at", Instant),
    sa.Index("ix_retake_request_section_id_decided_at", "section_id", "decided_at"),
    about=described("a student's request to be checked again", retention="with the class", **OF_PERSON),
)

summative = table(
    "summative",
    to("section", primary_key=True),
    sa.Column("unit_slug", sa.String(40), primary_key=True),
    sa.Column("opens_at", Instant, nullable=False),
    sa.Column("closes_at", Instant, nullable=False),
    #: results and keys are kept back until then
    sa.Column("result_at", Instant, nullable=False),
    #: a pass is confirmed by a talk
    sa.Column("oral", sa.Boolean, nullable=False),
    about=described("when a class takes a summative check", retention="with the class", **NO_PERSON),
)

oral = table(
    "oral",
    an_id(),
    sa.Column("handle", sa.String(16), nullable=False, unique=True),
    to("attempt"),
    sa.Column("booking_id", sa.Integer),
    #: positions of the attempt that are asked about, comma-separated
    sa.Column("positions", sa.String(40), nullable=False),
    #: "confirmed", "mismatch" or "missed"; NULL until then
    sa.Column("outcome", sa.String(12)),
    sa.Column("note", sa.String(500), nullable=False, server_default=""),
    #: when the student did not come for the first time
    sa.Column("missed_at", Instant),
    sa.Column("decided_by", sa.Integer),
    sa.Column("decided_at", Instant),
    sa.UniqueConstraint("attempt_id"),
    about=described(
        "two minutes of talk that confirm a summative check", retention="with the course", **OF_PERSON
    ),
)

picture = table(
    "picture",
    #: SHA-256 of its bytes
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("png", sa.LargeBinary, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    about=described("a picture of a question, drawn once", retention="with the course", **NO_PERSON),
)

hand_in_file = table(
    "hand_in_file",
    to("attempt", primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("content_type", sa.String(40), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", Instant, nullable=False),
    about=described("a file that a student handed in to be marked", retention="with the course", **OF_PERSON),
)
