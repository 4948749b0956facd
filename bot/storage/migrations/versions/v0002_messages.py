"""Messages: ladders of a class's own, guardians, letters, announcements, receipts, and a history nobody can edit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

#: the steps of 0001 by their numbers
FIRST_LADDER = ("dm1440", "dm180", "sms60")

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

TEXT_GUARDS = (
    (
        "CREATE TRIGGER text_needs_consent BEFORE UPDATE ON outbox WHEN NEW.state = 'calling' AND "
        "OLD.state IS NOT 'calling' AND NEW.way IN ('sms', 'guardian') AND NOT (CASE NEW.kind WHEN "
        "'texts_ended' THEN EXISTS (SELECT 1 FROM optout WHERE number_hash = json_extract(NEW.args, "
        "'$.mark') AND lifted_at IS NULL AND via = 'text' AND NEW.called_at - at BETWEEN 0 AND "
        "300000000) WHEN 'text_help' THEN NOT EXISTS (SELECT 1 FROM optout WHERE number_hash = "
        "json_extract(NEW.args, '$.mark') AND lifted_at IS NULL) AND (EXISTS (SELECT 1 FROM phone "
        "WHERE number_hash = json_extract(NEW.args, '$.mark') AND stopped_at IS NULL) OR EXISTS "
        "(SELECT 1 FROM guardian WHERE number_hash = json_extract(NEW.args, '$.mark') AND stopped_at "
        "IS NULL)) ELSE CASE NEW.way WHEN 'sms' THEN EXISTS (SELECT 1 FROM phone AS holder WHERE "
        "holder.person_id = NEW.person_id AND holder.stopped_at IS NULL AND holder.paused_why = '' "
        "AND CASE NEW.kind WHEN 'phone_code' THEN holder.code IS NOT NULL ELSE holder.confirmed_at IS "
        "NOT NULL END AND NOT EXISTS (SELECT 1 FROM optout WHERE optout.number_hash = "
        "holder.number_hash AND optout.lifted_at IS NULL)) ELSE EXISTS (SELECT 1 FROM guardian AS "
        "holder WHERE holder.person_id = NEW.person_id AND holder.stopped_at IS NULL AND "
        "holder.paused_why = '' AND CASE NEW.kind WHEN 'guardian_code' THEN holder.code IS NOT NULL "
        "ELSE holder.confirmed_at IS NOT NULL END AND NOT EXISTS (SELECT 1 FROM optout WHERE "
        "optout.number_hash = holder.number_hash AND optout.lifted_at IS NULL)) END END) BEGIN SELECT "
        "RAISE(ABORT, 'no live consent to this text'); END"
    ),
    (
        "CREATE TRIGGER text_is_never_born_calling BEFORE INSERT ON outbox WHEN NEW.state = 'calling' "
        "AND NEW.way IN ('sms', 'guardian') BEGIN SELECT RAISE(ABORT, 'no live consent to this "
        "text'); END"
    ),
    (
        "CREATE TRIGGER text_forgets_its_number AFTER UPDATE OF state ON outbox WHEN NEW.kind IN "
        "('texts_ended', 'text_help') AND NEW.state IN ('sent', 'failed', 'expired', 'suppressed') "
        "BEGIN UPDATE outbox SET args = json_remove(args, '$.sealed') WHERE id = NEW.id; END"
    ),
)


def upgrade() -> None:
    """Columns are added in place: no table is rebuilt."""
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("chain", name=op.f("uq_history_chain")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_history_person_id"), "history", ["person_id"], unique=False)
    op.create_index(op.f("ix_history_section_id"), "history", ["section_id"], unique=False)
    op.create_table(
        "optout",
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number_hash", name=op.f("pk_optout")),
    )
    op.create_table(
        "receipt",
        sa.Column("sid", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=25), nullable=True),
        sa.Column("status", sa.String(length=24), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_nonce"), "receipt", ["nonce"], unique=False)
    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("texts_too", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("wall", sa.String(length=16), nullable=False),
        sa.Column("until", sa.String(length=10), nullable=True),
        sa.Column("runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.String(length=100), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('draft', 'waiting', 'running', 'done', 'undone', 'stopped')",
            name=op.f("ck_announcement_state"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_announcement_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
        sa.UniqueConstraint("handle", name=op.f("uq_announcement_handle")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_announcement_state_next_at", "announcement", ["state", "next_at"], unique=False)
    op.create_index("ix_announcement_person_id_state", "announcement", ["person_id", "state"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=True),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_absence_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_absence_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_index("ix_absence_section_id_person_id", "absence", ["section_id", "person_id"], unique=False)
    op.create_table(
        "guardian",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=False),
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
            ["person_id"], ["person.id"], name=op.f("fk_guardian_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_guardian_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_guardian")),
    )
    op.create_index(op.f("ix_guardian_number_hash"), "guardian", ["number_hash"], unique=False)
    op.create_table(
        "holiday",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=60), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_holiday_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", "first", name=op.f("pk_holiday")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(length=8), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), server_default="0", nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("external", sa.String(length=64), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_letter_direction")),
        sa.CheckConstraint("party IN ('student', 'guardian')", name=op.f("ck_letter_party")),
        sa.CheckConstraint("via IN ('dm', 'thread', 'sms')", name=op.f("ck_letter_via")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_letter_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_letter_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("external", name=op.f("uq_letter_external")),
        sa.UniqueConstraint("handle", name=op.f("uq_letter_handle")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_letter_person_id"), "letter", ["person_id"], unique=False)
    op.create_index("ix_letter_section_id_settled_at", "letter", ["section_id", "settled_at"], unique=False)
    op.create_table(
        "messaging",
        sa.Column("section_id", sa.Integer(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=True),
        sa.Column("ladder_since", sa.BigInteger(), nullable=True),
        sa.Column("dm_opens", sa.String(length=5), nullable=True),
        sa.Column("dm_closes", sa.String(length=5), nullable=True),
        sa.Column("days_off", sa.String(length=13), server_default="6,7", nullable=False),
        sa.Column("guardian_rule", sa.String(length=8), server_default="off", nullable=False),
        sa.Column("reads", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "guardian_rule IN ('off', 'student', 'teacher')", name=op.f("ck_messaging_guardian_rule")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_messaging_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section_id", name=op.f("pk_messaging")),
    )
    op.add_column(
        "consent", sa.Column("party", sa.String(length=8), server_default="student", nullable=False)
    )
    op.add_column(
        "consent", sa.Column("number_hash", sa.String(length=64), server_default="", nullable=False)
    )
    op.add_column("consent", sa.Column("by_person_id", sa.Integer(), nullable=True))
    op.add_column("account", sa.Column("dm_seen_id", sa.BigInteger(), nullable=True))
    op.add_column("enrolment", sa.Column("staff_thread_id", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("got_it_at", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("segments", sa.Integer(), nullable=True))
    op.create_index("ix_outbox_nonce", "outbox", ["nonce"], unique=False)
    op.create_index("ix_outbox_person_id_due_at", "outbox", ["person_id", "due_at"], unique=False)
    op.create_index("ix_outbox_result", "outbox", ["result"], unique=False)
    op.create_index("ix_outbox_section_id_due_at", "outbox", ["section_id", "due_at"], unique=False)
    is_text = sa.text("way IN ('sms', 'guardian')")
    op.create_index(
        "ix_outbox_texts_called_at", "outbox", ["called_at"], sqlite_where=is_text, postgresql_where=is_text
    )
    op.add_column("phone", sa.Column("zones", sa.String(length=400), server_default="", nullable=False))
    op.add_column("phone", sa.Column("paused_why", sa.String(length=100), server_default="", nullable=False))
    op.add_column("prework", sa.Column("next_at", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_prework_next_at"), "prework", ["next_at"], unique=False)
    op.execute("UPDATE prework SET next_at = 0 WHERE posted_at IS NOT NULL")
    for number, key in enumerate(FIRST_LADDER):
        op.execute(_renamed(number, key))
    for guard in (*GUARDS, *TEXT_GUARDS):
        op.execute(guard)


def _renamed(number: int, key: str) -> str:
    """A step that went out under its number must not go out again under its name."""
    mine = f"kind IN ('nudge', 'unreached') AND json_extract(args, '$.step') = {number}"
    cause = "'nudge:' || about_id || ':' || person_id || ':'"
    return (  # all of it is written above
        f"UPDATE outbox SET args = json_set(args, '$.step', '{key}'), dedupe_key = "  # noqa: S608
        f"replace(dedupe_key, {cause} || '{number}', {cause} || '{key}') WHERE {mine}"
    )
