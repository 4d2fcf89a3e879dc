"""Contacts that events have touched and whose classes follow in a moment."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "live_touched",
        sa.Column("contact_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name="fk_live_touched_contact_id_contacts", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contact_id", name="pk_live_touched"),
    )


def downgrade() -> None:
    """Takes the change back: what has not followed yet is left to the next build."""
    op.drop_table("live_touched")
