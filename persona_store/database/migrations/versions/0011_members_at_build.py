"""A build tells what each contact counts for; what earlier versions gathered event by event is incomplete."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Applies the change: until the next build, events no longer move the classes of the newest one."""
    _forget()


def downgrade() -> None:
    """Takes the change back: earlier versions gather what they need event by event."""
    _forget()


def _forget() -> None:
    for table in ("live_members", "live_states"):
        op.execute(f"DELETE FROM {table}")  # noqa: S608 -- names of ours
