"""What was found wrong with a class's roles and channels; and classes that do without roles and channels of units."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Columns are added in place: no table is rebuilt."""
    op.add_column("place", sa.Column("flaw", sa.String(length=8), nullable=True))
    op.add_column(
        "section", sa.Column("unit_places", sa.Boolean(), server_default=sa.text("1"), nullable=False)
    )
