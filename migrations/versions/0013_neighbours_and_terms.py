"""Others of the same thread are found by an index; the terms by which open promises were counted are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_thread", "cases", ["brand", "network", "thread"])
    op.create_table(
        "terms",
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", name="pk_terms"),
    )


def downgrade() -> None:
    op.drop_table("terms")
    op.drop_index("ix_cases_thread", table_name="cases")
