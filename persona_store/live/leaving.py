"""People who object leave the live classes at once, with everything that events have left about them."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from persona_store.database.models import Contact, LiveClock, LiveEvent, LiveMember, LiveState
from persona_store.live.events import refs_of
from persona_store.live.members import forget_members
from persona_store.live.state import close_state, open_state
from persona_store.segmentation.model import built_model
from persona_store.segmentation.registry import MARKETS


def leave_live(session: Session, contact_ids: Sequence[int]) -> None:
    """Takes contacts out of the classes and drops what waits for them; call it before their memberships are deleted."""
    models = [model for market in MARKETS if (model := built_model(session, market)) is not None]
    stored = set(session.execute(select(LiveState.build_id, LiveState.market)).all())
    states = [open_state(session, model) for model in models if (model.build_id, model.market) in stored]
    forget_members(session, states, contact_ids)
    for state in states:
        close_state(session, state)
    session.execute(delete(LiveMember).where(LiveMember.contact_id.in_(contact_ids)))
    session.execute(delete(LiveClock).where(LiveClock.contact_id.in_(contact_ids)))
    known = session.execute(select(Contact.external_id, Contact.email).where(Contact.id.in_(contact_ids))).all()
    refs = [ref for row in known for ref in refs_of(row.external_id, row.email)]
    left = {"waits_for": None, "payload": None, "dropped": True}
    session.execute(update(LiveEvent).where(LiveEvent.waits_for.in_(refs)).values(**left))
