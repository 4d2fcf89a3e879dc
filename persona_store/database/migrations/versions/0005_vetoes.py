"""Objections to verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    op.create_table(
        "vetoes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=60), nullable=False),
        sa.Column("identity_id", sa.Integer(), nullable=True),
        sa.Column("build_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["build_id"], ["builds.id"], name=op.f("fk_vetoes_build_id_builds")),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_vetoes_contact_id_contacts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["persona_identities.id"], name=op.f("fk_vetoes_identity_id_persona_identities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vetoes")),
    )
    with op.batch_alter_table("vetoes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vetoes_contact_id"), ["contact_id"], unique=False)


def downgrade() -> None:
    """Takes the change back."""
    op.drop_table("vetoes")
