"""What raises every time is set aside: by job and item, and for rows of the outbox a count of such faults."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """A table more, and a column added in place: no table is rebuilt."""
    op.create_table(
        "set_aside",
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("section_id", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("again_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["section_id"], ["section.id"], name=op.f("fk_set_aside_section_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job", "item", name=op.f("pk_set_aside")),
        info={
            "purpose": "what a job could not do, so that it holds up nothing else",
            "retention": "until it is done, or nobody asks for it any more",
            "export": "not about a person",
            "erase": "not about a person",
        },
        sqlite_autoincrement=False,
    )
    op.add_column("outbox", sa.Column("faults", sa.Integer(), server_default="0", nullable=False))
    op.create_index(
        "ix_outbox_faults", "outbox", ["ended_at"], unique=False, sqlite_where=sa.text("faults > 0")
    )
