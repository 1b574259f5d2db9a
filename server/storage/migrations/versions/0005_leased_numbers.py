"""Numbers leased to kiosks, numbers and finished visits told late, and which installation leases."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _only(condition: str) -> dict[str, Any]:
    """An index of some rows, in the words of both databases."""
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    """Everything before was given and finished by the server itself."""
    op.create_table(
        "leases",
        sa.Column("hall", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("kiosk", sa.Text(), nullable=False),
        sa.Column("leased_ms", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hall", "day", "series", "first"),
        sqlite_with_rowid=False,
    )
    op.add_column("tickets", sa.Column("received_ms", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("told_ms", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("doubts", sa.Text(), nullable=False, server_default=""))
    op.create_index("told_late", "tickets", ["hall"], **_only("told_ms IS NOT NULL"))
    op.add_column("visits", sa.Column("received_ms", sa.BigInteger(), nullable=True))
    op.add_column("devices", sa.Column("instance", sa.Text(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("devices", "instance")
    op.drop_column("visits", "received_ms")
    op.drop_index("told_late", table_name="tickets")
    for column in ("doubts", "told_ms", "received_ms"):
        op.drop_column("tickets", column)
    op.drop_table("leases")
