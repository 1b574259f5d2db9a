"""Which call of a visit was spoken."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Visits of earlier versions: nobody knows."""
    op.add_column("visits", sa.Column("announced", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("visits", "announced")
