"""Keys of interactions in an index that can be made after a load; words of names stored in the order of contacts."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change."""
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.drop_constraint("uq_interactions_key", type_="unique")
        batch_op.create_index("ix_interactions_key", ["key"], unique=True)
    if op.get_context().dialect.name == "sqlite":
        clustered = {"sqlite_with_rowid": False}
        with op.batch_alter_table("contact_tokens", schema=None, recreate="always", table_kwargs=clustered):
            pass


def downgrade() -> None:
    """Takes the change back."""
    if op.get_context().dialect.name == "sqlite":
        with op.batch_alter_table("contact_tokens", schema=None, recreate="always"):
            pass
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.drop_index("ix_interactions_key")
        batch_op.create_unique_constraint("uq_interactions_key", ["key"])
