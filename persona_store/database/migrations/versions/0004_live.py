"""What arrived since the newest build."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "live_events",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.Column("waits_for", sa.String(length=200), nullable=True),
        sa.Column(
            "payload", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_events")),
    )
    with op.batch_alter_table("live_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_events_waits_for"), ["waits_for"], unique=False)
        batch_op.create_index(batch_op.f("ix_live_events_received_at"), ["received_at"], unique=False)

    op.create_table(
        "live_states",
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("market", sa.String(length=3), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("drift", sa.Double(), nullable=True),
        sa.Column(
            "statistics", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["build_id"], ["builds.id"], name=op.f("fk_live_states_build_id_builds")),
        sa.PrimaryKeyConstraint("build_id", "market", name=op.f("pk_live_states")),
    )
    op.create_table(
        "live_members",
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("market", sa.String(length=3), nullable=False),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.Column("posterior", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["build_id"], ["builds.id"], name=op.f("fk_live_members_build_id_builds")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_live_members_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("build_id", "contact_id", name=op.f("pk_live_members")),
    )
    op.create_table(
        "live_clocks",
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column(
            "fields", sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_live_clocks_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_live_clocks")),
    )
    with op.batch_alter_table("live_clocks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_live_clocks_contact_id"), ["contact_id"], unique=False)


def downgrade() -> None:
    """Takes the change back."""
    op.drop_table("live_clocks")
    op.drop_table("live_members")
    op.drop_table("live_states")
    op.drop_table("live_events")
