"""Content and ideas of marketers; what guidance learns at a build."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "contents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("persona", sa.String(length=300), nullable=True),
        sa.Column("function", sa.String(length=200), nullable=True),
        sa.Column("phase", sa.String(length=200), nullable=True),
        sa.Column("channel", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contents")),
        sa.UniqueConstraint("key", name=op.f("uq_contents_key")),
    )
    op.create_table(
        "ideas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("persona", sa.String(length=300), nullable=True),
        sa.Column("impact", sa.Integer(), nullable=False),
        sa.Column("effort", sa.Integer(), nullable=False),
        sa.Column("measured_impact", sa.Double(), nullable=True),
        sa.Column("measured_low", sa.Double(), nullable=True),
        sa.Column("measured_high", sa.Double(), nullable=True),
        sa.Column("measured_n", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ideas")),
        sa.UniqueConstraint("key", name=op.f("uq_ideas_key")),
    )
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.create_table(
        "guidance_models",
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("market", sa.String(length=3), nullable=False),
        sa.Column("counted_to", sa.Integer(), nullable=False),
        sa.Column("weights", json, nullable=False),
        sa.Column("times", json, nullable=False),
        sa.Column("hand_over", json, nullable=False),
        sa.Column("centre", json, nullable=False),
        sa.ForeignKeyConstraint(
            ["build_id"], ["builds.id"], name=op.f("fk_guidance_models_build_id_builds"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("build_id", "market", name=op.f("pk_guidance_models")),
    )
    # Counts of builds made before know nothing of people: each attempt counts as one person's, as it did then.
    with op.batch_alter_table("channel_counts") as batch:
        batch.add_column(sa.Column("contacts", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("squares", sa.Double(), nullable=False, server_default="0"))
    op.execute("UPDATE channel_counts SET contacts = n, squares = n")


def downgrade() -> None:
    """Takes the change back."""
    with op.batch_alter_table("channel_counts") as batch:
        batch.drop_column("squares")
        batch.drop_column("contacts")
    op.drop_table("guidance_models")
    op.drop_table("ideas")
    op.drop_table("contents")
