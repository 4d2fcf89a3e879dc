"""Accounts: roles by their new names, logins elsewhere, invitations, failed logins."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

RENAMED = {"rep": "sales", "marketer": "marketing"}


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("users") as users:
        users.alter_column("password_hash", existing_type=sa.String(length=300), nullable=True)
        users.add_column(sa.Column("subject", sa.String(length=600), nullable=True))
        users.add_column(sa.Column("logins_since", sa.DateTime(), nullable=True))
        users.create_unique_constraint(op.f("uq_users_subject"), ["subject"])
    _rename(RENAMED)
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("rights", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("invited_by", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_table(
        "login_failures",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("locked_until", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_login_failures")),
    )
    op.create_index(op.f("ix_login_failures_name_hash"), "login_failures", ["name_hash"])
    op.create_index(op.f("ix_login_failures_last_at"), "login_failures", ["last_at"])


def downgrade() -> None:
    """Takes the change back; who has no password, or a role that was not there, can no longer log in."""
    op.drop_table("login_failures")
    op.drop_table("invitations")
    op.execute(sa.text("DELETE FROM users WHERE password_hash IS NULL OR rights = 'trainer'"))
    _rename({new: old for old, new in RENAMED.items()})
    with op.batch_alter_table("users") as users:
        users.drop_constraint(op.f("uq_users_subject"), type_="unique")
        users.drop_column("logins_since")
        users.drop_column("subject")
        users.alter_column("password_hash", existing_type=sa.String(length=300), nullable=False)


def _rename(names: dict[str, str]) -> None:
    rename = sa.text("UPDATE users SET rights = :new WHERE rights = :old")
    for old, new in names.items():
        op.get_bind().execute(rename, {"old": old, "new": new})
