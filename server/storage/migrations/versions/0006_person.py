"""The day's keyed hash of the ID card with which a number was taken."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Earlier numbers were taken without a card."""
    op.add_column("tickets", sa.Column("person", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("tickets", "person")
