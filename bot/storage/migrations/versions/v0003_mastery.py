"""Mastery: contracts, rules, remediation, rulings, regrades, pictures, and what attempts keep besides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Columns are added in place: no table is rebuilt."""
    op.create_table(
        "picture",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("png", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_picture")),
        info={
            "purpose": "a picture of a question, drawn once",
            "retention": "with the course",
            "export": "not about a person",
            "erase": "not about a person",
        },
        sqlite_autoincrement=False,
    )
    op.create_table(
        "task_done",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("unit_slug", sa.String(length=40), nullable=False),
        sa.Column("task_slug", sa.String(length=40), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_task_done_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_task_done_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(
            "person_id", "course_id", "unit_slug", "task_slug", name=op.f("pk_task_done")
        ),
        info={
            "purpose": "tasks of a unit that a student ticked",
            "retention": "with the course",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=False,
    )
    op.create_table(
        "accommodation",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("more_time", sa.Integer(), server_default="0", nullable=False),
        sa.Column("more_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fewer_options", sa.Integer(), server_default="0", nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_accommodation_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_accommodation_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "person_id", name=op.f("pk_accommodation")),
        info={
            "purpose": "what makes a check fair for one student",
            "retention": "with the class",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=False,
    )
    op.create_index(op.f("ix_accommodation_person_id"), "accommodation", ["person_id"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("bar", sa.Integer(), nullable=False),
        sa.Column("tier", sa.String(length=40), server_default="", nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("signed_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("signed_at", sa.BigInteger(), nullable=False),
        sa.Column("guardian_wording", sa.Text(), server_default="", nullable=False),
        sa.Column("guardian_name", sa.String(length=80), server_default="", nullable=False),
        sa.Column("guardian_via", sa.String(length=8), server_default="", nullable=False),
        sa.Column("guardian_signed_at", sa.BigInteger(), nullable=True),
        sa.Column("in_force_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contract_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_contract_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("handle", name=op.f("uq_contract_handle")),
        info={
            "purpose": "a student's and guardian's agreement to a bar; a signed one is never rewritten",
            "retention": "with the class",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_contract_person_id"), "contract", ["person_id"], unique=False)
    op.create_index("ix_contract_section_id_person_id", "contract", ["section_id", "person_id"], unique=False)
    op.create_table(
        "summative",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("unit_slug", sa.String(length=40), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("closes_at", sa.BigInteger(), nullable=False),
        sa.Column("result_at", sa.BigInteger(), nullable=False),
        sa.Column("oral", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_summative_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "unit_slug", name=op.f("pk_summative")),
        info={
            "purpose": "when a class takes a summative check",
            "retention": "with the class",
            "export": "not about a person",
            "erase": "not about a person",
        },
        sqlite_autoincrement=False,
    )
    op.create_table(
        "mastery_rules",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_mastery_rules_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", name=op.f("pk_mastery_rules")),
        info={
            "purpose": "how a class checks mastery",
            "retention": "with the class",
            "export": "not about a person",
            "erase": "not about a person",
        },
        sqlite_autoincrement=False,
    )
    op.create_table(
        "retake_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_slug", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=500), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("why", sa.String(length=500), server_default="", nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_retake_request_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_retake_request_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retake_request")),
        sa.UniqueConstraint("handle", name=op.f("uq_retake_request_handle")),
        info={
            "purpose": "a student's request to be checked again",
            "retention": "with the class",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_retake_request_person_id"), "retake_request", ["person_id"], unique=False)
    op.create_index(
        "ix_retake_request_section_id_decided_at",
        "retake_request",
        ["section_id", "decided_at"],
        unique=False,
    )
    op.create_table(
        "ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("unit_slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('override', 'excuse')", name=op.f("ck_ruling_kind")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_ruling_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_ruling_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_ruling_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruling")),
        sa.UniqueConstraint("handle", name=op.f("uq_ruling_handle")),
        info={
            "purpose": "a teacher's word over a check, with its reason",
            "retention": "with the course",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=True,
    )
    op.create_index("ix_ruling_person_id_course_id", "ruling", ["person_id", "course_id"], unique=False)
    op.create_table(
        "hand_in_file",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_hand_in_file_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", "place", name=op.f("pk_hand_in_file")),
        info={
            "purpose": "a file that a student handed in to be marked",
            "retention": "with the course",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=False,
    )
    op.create_table(
        "journal",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("avoid", sa.Text(), nullable=False),
        sa.Column("right", sa.Text(), server_default="", nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_journal_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "position", name=op.f("pk_journal")),
        info={
            "purpose": "a student's error journal",
            "retention": "with the course",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=False,
    )
    op.create_table(
        "oral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("positions", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("note", sa.String(length=500), server_default="", nullable=False),
        sa.Column("missed_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_oral_attempt_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oral")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_oral_attempt_id")),
        sa.UniqueConstraint("handle", name=op.f("uq_oral_handle")),
        info={
            "purpose": "two minutes of talk that confirm a summative check",
            "retention": "with the course",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=True,
    )
    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("change", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("takes_back", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_regrade_question_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_regrade_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
        sa.UniqueConstraint("handle", name=op.f("uq_regrade_handle")),
        info={
            "purpose": "a faulty question marked anew",
            "retention": "with the course",
            "export": "not about a person",
            "erase": "not about a person",
        },
        sqlite_autoincrement=True,
    )
    op.create_index("ix_regrade_section_id", "regrade", ["section_id"], unique=False)
    op.create_index("ix_regrade_question_id", "regrade", ["question_id"], unique=False)
    op.create_table(
        "remediation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("objective", sa.String(length=40), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("detail", sa.JSON(), server_default="{}", nullable=False),
        sa.Column("chosen_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('video', 'practice', 'peer', 'group', 'one_to_one')", name=op.f("ck_remediation_kind")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_remediation_attempt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_remediation_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remediation")),
        sa.UniqueConstraint("handle", name=op.f("uq_remediation_handle")),
        info={
            "purpose": "work between two attempts",
            "retention": "with the course",
            "export": "by person",
            "erase": "with the person",
        },
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_remediation_attempt_id"), "remediation", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_remediation_person_id"), "remediation", ["person_id"], unique=False)
    op.add_column(
        "attempt", sa.Column("purpose", sa.String(length=8), server_default="check", nullable=False)
    )
    op.add_column("attempt", sa.Column("ends_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_attempt_held",
        "attempt",
        ["section_id", "unit_slug"],
        unique=False,
        sqlite_where=sa.text("submitted_at IS NOT NULL AND passed IS NULL"),
    )
    op.create_index(
        "ix_attempt_ends_at",
        "attempt",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("submitted_at IS NULL AND ends_at IS NOT NULL"),
    )
    op.create_index("ix_attempt_section_id_unit_slug", "attempt", ["section_id", "unit_slug"], unique=False)
    op.add_column("attempt", sa.Column("contract_id", sa.Integer(), nullable=True))
    op.add_column(
        "attempt_item", sa.Column("variant", sa.String(length=32), server_default="", nullable=False)
    )
    op.add_column("attempt_item", sa.Column("comment", sa.Text(), server_default="", nullable=False))
    op.add_column("attempt_item", sa.Column("marked_by", sa.Integer(), nullable=True))
    op.add_column("attempt_item", sa.Column("marked_at", sa.BigInteger(), nullable=True))
    op.add_column("progress", sa.Column("recheck_at", sa.BigInteger(), nullable=True))
    op.add_column("progress", sa.Column("recheck_days", sa.Integer(), nullable=True))
    op.add_column("progress", sa.Column("recheck_asked_at", sa.BigInteger(), nullable=True))
    op.add_column("progress", sa.Column("shaky_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_progress_unplanned",
        "progress",
        ["course_id", "person_id"],
        unique=False,
        sqlite_where=sa.text("mastered_at IS NOT NULL AND recheck_at IS NULL"),
    )
    op.create_index(
        "ix_progress_recheck_at",
        "progress",
        ["recheck_at"],
        unique=False,
        sqlite_where=sa.text("recheck_at IS NOT NULL AND recheck_asked_at IS NULL"),
    )
    op.create_index(
        "ix_progress_recheck_asked_at",
        "progress",
        ["recheck_asked_at"],
        unique=False,
        sqlite_where=sa.text("recheck_asked_at IS NOT NULL"),
    )
    op.add_column("window", sa.Column("purpose", sa.String(length=8), server_default="help", nullable=False))
