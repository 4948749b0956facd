"""A guardian belongs to one student in one class, and the record of consent says in which.

A number stays in the class under whose rule it was given. The other classes of that student, which texted it too,
keep it only where they would have had it by their own rule: where a teacher of that very class gave it, or where the
student gave it and students give numbers there, on the same server. Nobody whom a class does not know gains a word.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

GUARDS_BEFORE = ("text_needs_consent", "text_is_never_born_calling", "text_forgets_its_number")

TEXT_GUARDS = (
    (
        "CREATE TRIGGER text_needs_consent BEFORE UPDATE ON outbox WHEN NEW.state = 'calling' AND "
        "OLD.state IS NOT 'calling' AND NEW.way IN ('sms', 'guardian') AND NOT (CASE NEW.kind WHEN "
        "'texts_ended' THEN EXISTS (SELECT 1 FROM optout WHERE number_hash = json_extract(NEW.args, "
        "'$.mark') AND lifted_at IS NULL AND via = 'text' AND NEW.called_at - at BETWEEN 0 AND 300000000)"
        " WHEN 'text_help' THEN NOT EXISTS (SELECT 1 FROM optout WHERE number_hash = "
        "json_extract(NEW.args, '$.mark') AND lifted_at IS NULL) AND (EXISTS (SELECT 1 FROM phone WHERE "
        "number_hash = json_extract(NEW.args, '$.mark') AND stopped_at IS NULL) OR EXISTS (SELECT 1 FROM "
        "guardian WHERE number_hash = json_extract(NEW.args, '$.mark') AND stopped_at IS NULL)) WHEN "
        "'texts_again' THEN NOT EXISTS (SELECT 1 FROM optout WHERE number_hash = json_extract(NEW.args, "
        "'$.mark') AND lifted_at IS NULL) AND (EXISTS (SELECT 1 FROM optout WHERE number_hash = "
        "json_extract(NEW.args, '$.mark') AND NEW.called_at - lifted_at BETWEEN 0 AND 300000000) OR "
        "EXISTS (SELECT 1 FROM consent WHERE number_hash = json_extract(NEW.args, '$.mark') AND act = "
        "'confirmed' AND via = 'text' AND NEW.called_at - at BETWEEN 0 AND 300000000)) WHEN "
        "'guardian_ended' THEN NOT EXISTS (SELECT 1 FROM optout WHERE number_hash = "
        "json_extract(NEW.args, '$.mark') AND lifted_at IS NULL) AND EXISTS (SELECT 1 FROM consent WHERE "
        "number_hash = json_extract(NEW.args, '$.mark') AND party = 'guardian' AND person_id = "
        "NEW.person_id AND section_id = NEW.section_id AND act = 'stopped' AND via IN ('discord', "
        "'replaced') AND NEW.called_at - at BETWEEN 0 AND 86400000000) ELSE CASE NEW.way WHEN 'sms' THEN "
        "EXISTS (SELECT 1 FROM phone AS holder WHERE holder.person_id = NEW.person_id AND "
        "holder.stopped_at IS NULL AND holder.paused_why = '' AND CASE NEW.kind WHEN 'phone_code' THEN "
        "holder.code IS NOT NULL ELSE holder.confirmed_at IS NOT NULL END AND NOT EXISTS (SELECT 1 FROM "
        "optout WHERE optout.number_hash = holder.number_hash AND optout.lifted_at IS NULL)) ELSE EXISTS "
        "(SELECT 1 FROM guardian AS holder WHERE holder.person_id = NEW.person_id AND holder.section_id ="
        " NEW.section_id AND holder.stopped_at IS NULL AND holder.paused_why = '' AND CASE NEW.kind WHEN "
        "'guardian_code' THEN holder.code IS NOT NULL ELSE holder.confirmed_at IS NOT NULL END AND NOT "
        "EXISTS (SELECT 1 FROM optout WHERE optout.number_hash = holder.number_hash AND optout.lifted_at "
        "IS NULL)) END END) BEGIN SELECT RAISE(ABORT, 'no live consent to this text'); END"
    ),
    (
        "CREATE TRIGGER text_is_never_born_calling BEFORE INSERT ON outbox WHEN NEW.state = 'calling' AND"
        " NEW.way IN ('sms', 'guardian') BEGIN SELECT RAISE(ABORT, 'no live consent to this text'); END"
    ),
    (
        "CREATE TRIGGER text_forgets_its_number AFTER UPDATE OF state ON outbox WHEN NEW.kind IN "
        "('texts_ended', 'texts_again', 'text_help', 'guardian_ended') AND NEW.state IN ('sent', "
        "'failed', 'expired', 'suppressed') BEGIN UPDATE outbox SET args = json_remove(args, '$.sealed') "
        "WHERE id = NEW.id; END"
    ),
)

_COLUMNS = (
    "number, number_hash, zones, code, code_expires_at, code_tries, given_by, given_at, confirmed_at, stopped_at, "
    "paused_why"
)
_OF = ", ".join(f"guardian.{each}" for each in _COLUMNS.split(", "))
_OWN = (
    f"INSERT INTO guardian_of_class (section_id, person_id, {_COLUMNS}) "  # noqa: S608  # the names are ours
    f"SELECT section_id, person_id, {_COLUMNS} FROM guardian"
)
_ALSO = (
    f"INSERT INTO guardian_of_class (section_id, person_id, {_COLUMNS}) "  # noqa: S608  # the names are ours
    f"SELECT section.id, guardian.person_id, {_OF} FROM guardian "
    "JOIN section AS first ON first.id = guardian.section_id "
    "JOIN enrolment ON enrolment.person_id = guardian.person_id AND enrolment.left_at IS NULL "
    "JOIN section ON section.id = enrolment.section_id AND section.id != guardian.section_id "
    "JOIN messaging ON messaging.section_id = section.id "
    "WHERE guardian.confirmed_at IS NOT NULL AND guardian.stopped_at IS NULL AND messaging.guardian_rule != 'off' "
    "AND (EXISTS (SELECT 1 FROM staff WHERE staff.section_id = section.id AND staff.person_id = guardian.given_by) "
    "OR (messaging.guardian_rule = 'student' AND guardian.given_by = guardian.person_id "
    "AND section.guild_id = first.guild_id))"
)


def upgrade() -> None:
    """Nothing refers to the table of guardians, so it is made anew and filled; its guards are made anew, too."""
    for name in GUARDS_BEFORE:
        op.execute(f"DROP TRIGGER {name}")
    op.add_column("consent", sa.Column("section_id", sa.Integer(), nullable=True))
    op.create_table(
        "guardian_of_class",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("zones", sa.String(length=400), server_default="", nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("code_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("code_tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_why", sa.String(length=100), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_guardian_section_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_guardian_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "person_id", name=op.f("pk_guardian")),
    )
    op.execute(_OWN)
    op.execute(_ALSO)
    op.drop_table("guardian")
    op.rename_table("guardian_of_class", "guardian")
    op.create_index(op.f("ix_guardian_number_hash"), "guardian", ["number_hash"], unique=False)
    op.create_index(op.f("ix_guardian_person_id"), "guardian", ["person_id"], unique=False)
    for each in TEXT_GUARDS:
        op.execute(each)
