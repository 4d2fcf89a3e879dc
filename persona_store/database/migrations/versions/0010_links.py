"""Linked accounts of other channels, and what these must remember."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "channel_links",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("external_id", sa.String(length=64), nullable=False),
        _user("channel_links"),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.PrimaryKeyConstraint("channel", "external_id", name=op.f("pk_channel_links")),
    )
    op.create_table(
        "channel_link_codes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        _user("channel_link_codes"),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_channel_link_codes")),
    )
    op.create_table(
        "channel_updates",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("payload", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("claimed_by", sa.String(length=60), nullable=True),
        sa.Column("claimed_until", sa.DateTime(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "number", name=op.f("pk_channel_updates")),
    )
    op.create_table(
        "channel_buttons",
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("chat", sa.String(length=64), nullable=False),
        _user("channel_buttons"),
        sa.Column("send", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_channel_buttons")),
    )
    for table, column in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade() -> None:
    """Takes the change back."""
    for table, column in _INDEXED:
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)
    for table in ("channel_buttons", "channel_updates", "channel_link_codes", "channel_links"):
        op.drop_table(table)


_INDEXED = (
    ("channel_links", "user_id"),
    ("channel_link_codes", "user_id"),
    ("channel_updates", "received_at"),
    ("channel_updates", "claimed_until"),
    ("channel_buttons", "chat"),
    ("channel_buttons", "user_id"),
    ("channel_buttons", "expires_at"),
)


def _user(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("users.id", name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE")
    return sa.Column("user_id", sa.Integer(), key, nullable=False)
