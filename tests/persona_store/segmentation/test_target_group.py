"""Target groups: proposed from where customers are, named, used by builds, and told when a contact is outside."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Engine, func, select, update

from persona_store.build import build
from persona_store.database import session_scope
from persona_store.database.models import Company, Contact, Membership
from persona_store.errors import InputError
from persona_store.matching import match_contact
from persona_store.segmentation.target_group import (
    active_group,
    count_inside,
    is_inside,
    list_groups,
    read_filters,
    remove_group,
    set_group,
    switch_off,
    use_group,
)
from persona_store.segmentation.target_proposal import propose_group

Fill = Callable[..., NDArray[np.intp]]


def test_customers_are_found_where_they_are(engine: Engine, planted_crm: Fill) -> None:
    planted_crm(engine, contacts=800)
    with session_scope(engine) as session:
        proposal = propose_group(session, "b2b")
    assert proposal.why_none is None
    assert proposal.everyone is not None and proposal.inside is not None
    assert proposal.inside.low > proposal.everyone.high
    assert proposal.inside.n >= proposal.everyone.n / 2
    lean = {(one.attribute, one.level): one.lean for one in proposal.levels}
    assert lean["function", "executive"] == "over"
    assert lean["function", "student"] == "under"
    assert not any("student" in levels for levels in proposal.filters.values())


def test_no_group_is_proposed_where_customers_are_anywhere_or_few(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine, contacts=800)
    with session_scope(sqlite_engine, writes=True) as session:
        session.execute(update(Contact).values(outcome=Contact.id % 3 == 0))
        assert propose_group(session, "b2b").why_none == "no_difference"
        session.execute(update(Contact).values(outcome=Contact.id % 40 == 0))
        assert propose_group(session, "b2b").why_none == "too_few_customers"
        assert propose_group(session, "b2c").everyone is None


def test_words_of_either_language_become_levels(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    words = [("Branche", "Bau"), ("industry", "manufacturing"), ("company_size", "KMU"), ("level", "Geschäftsleitung")]
    with session_scope(sqlite_engine) as session:
        filters = read_filters(session, "b2b", [*words, ("Funktion", "unbekannt")])
        assert filters == {
            "industry": ["construction", "manufacturing"],
            "company_size": ["1-10", "11-50", "51-250"],
            "level": ["c_level"],
            "function": ["unknown"],
        }
        for name, value in (("Schuhgröße", "44"), ("region", "Atlantis"), ("downloads", "3+")):
            with pytest.raises(InputError):
                read_filters(session, "b2b", [(name, value)])


def test_a_build_runs_inside_the_group_and_others_are_told_so(engine: Engine, planted_crm: Fill) -> None:
    planted_crm(engine, contacts=800)
    with session_scope(engine, writes=True) as session:
        set_group(session, "Ohne Hochschulen", "b2b", {"industry": ["construction", "manufacturing", "retail"]})
        group = use_group(session, "Ohne Hochschulen")
        inside, everyone = count_inside(session, group)
        outsider = session.scalar(
            select(Contact.id).join(Company).where(Company.industry == "education").order_by(Contact.id).limit(1)
        )
    report = build(engine)
    market = report.markets[0]
    assert (market.target_group, market.contacts, market.outside) == ("Ohne Hochschulen", inside, everyone - inside)
    assert outsider is not None
    with session_scope(engine) as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == inside
        assert session.scalar(select(Membership.persona_id).where(Membership.contact_id == outsider)) is None
        match = match_contact(session, outsider)
        assert match.outside_group == "Ohne Hochschulen"
        assert sum(one.probability for one in match.personas) == pytest.approx(1.0)
        member = session.scalar(select(Membership.contact_id).limit(1))
        assert member is not None
        assert match_contact(session, member).outside_group is None


def test_an_unknown_value_is_outside_unless_the_group_lets_it_in(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        session.get_one(Company, 1).industry = None
    with session_scope(sqlite_engine, writes=True) as session:
        industries = ["construction", "manufacturing", "education", "retail"]
        set_group(session, "bekannt", "b2b", {"industry": industries})
        use_group(session, "bekannt")
        strict = active_group(session, "b2b")
        assert strict is not None and not is_inside(session, 1, strict)
        set_group(session, "bekannt", "b2b", {"industry": [*industries, "unknown"]})
        lenient = active_group(session, "b2b")
        assert lenient is not None and is_inside(session, 1, lenient)
        assert not is_inside(session, 999_999, lenient)


def test_one_group_a_market_is_in_use_and_names_are_checked(engine: Engine) -> None:
    with session_scope(engine, writes=True) as session:
        for name in ("eins", "zwei"):
            set_group(session, name, "b2b", {"industry": ["retail"]})
            use_group(session, name)
        assert [(one.name, one.active) for one in list_groups(session)] == [("eins", False), ("zwei", True)]
        switch_off(session, "b2b")
        assert active_group(session, "b2b") is None
        remove_group(session, "eins")
        assert [one.name for one in list_groups(session)] == ["zwei"]
        for bad in (
            lambda: set_group(session, " ", "b2b", {"industry": ["retail"]}),
            lambda: set_group(session, "leer", "b2b", {}),
            lambda: set_group(session, "zwei", "b2c", {"region": ["Bayern"]}),
            lambda: use_group(session, "eins"),
            lambda: remove_group(session, "eins"),
        ):
            with pytest.raises(InputError):
                bad()


def test_a_group_without_contacts_is_refused(sqlite_engine: Engine, planted_crm: Fill) -> None:
    planted_crm(sqlite_engine)
    with session_scope(sqlite_engine, writes=True) as session:
        set_group(session, "niemand", "b2b", {"industry": ["hospitality"]})
        use_group(session, "niemand")
    with pytest.raises(InputError, match="niemand"):
        build(sqlite_engine)
