"""The table of rights in the store: what each role may call."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from persona_store import administration, data_quality, lockout, overview, text_evidence, users
from persona_store.antipersona import pipeline, promising, standings, verdict, vetoes
from persona_store.database import session_scope
from persona_store.errors import MissingRight
from persona_store.exports import segment
from persona_store.figures import measure
from persona_store.guidance import approach, buying_centre, ideas, journey, persona_content
from persona_store.leads import assess
from persona_store.leads import storing as leads
from persona_store.matching import match
from persona_store.names import companies, lookups, search
from persona_store.privacy import basis, erasure, export, finding, objection
from persona_store.privacy.identity import Identity
from persona_store.privacy.rights import RIGHTS, Right, Rights, may, on_behalf_of
from persona_store.segmentation import buying, drift, identities, profiles, target_group, typical

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("sales", "marketing", "trainer", "admin", "", "root")
TODAY = date(2026, 6, 1)
SEGMENT = segment.Segment(1, 1, 1, "IT-Leitung", "IT heads", 100)


def measure_idea(session: Session, idea_id: int) -> Any:
    return ideas.measure_idea(session, idea_id, tried=(30, 210), before=(12, 200))


# What the store's calls ask for, each called with something the small store knows.
CALLS: dict[Right, list[tuple[Callable[..., Any], tuple[Any, ...]]]] = {
    "contacts": [
        (search.find_people, ("Eva Meier",)),
        (lookups.find_companies, ("Rosch",)),
        (companies.company_meant, ("Rosch",)),
        (companies.companies_in, (["rosch"],)),
        (finding.blocked_people, ("Still",)),
        (match.match_contact, (1,)),
        (verdict.judge_contact, (1,)),
        (pipeline.list_anti_personas, ()),
        (pipeline.all_listed, ([1],)),
        (promising.list_promising, ()),
        (approach.approach_contact, (1,)),
        (buying_centre.buying_centre, (1,)),
        (journey.contact_journey, (1,)),
        (journey.company_journeys, (1,)),
        (journey.next_step, (1, "de")),
        (buying.buying_behaviour, (1,)),
        (drift.moved_contacts, (1, 1)),
        (text_evidence.contact_texts, (1,)),
        (basis.data_basis, (1,)),
        (vetoes.list_vetoes, ()),
        (leads.known_as, ("Eva Meier", "Rosch GmbH")),
    ],
    "aggregates": [
        (profiles.list_profiles, ()),
        (profiles.persona_profile, (1,)),
        (approach.approach_role, ("it", "head")),
        (approach.approach_persona, (1,)),
        (journey.next_for_persona, (1, "decision", "de")),
        (text_evidence.summarise_texts, ()),
        (vetoes.veto_share, (1,)),
        (ideas.list_ideas, ("de",)),
        (measure, ("contacts",)),
        (data_quality.data_quality, ()),
        (assess.assess_lead, (None, "b2b")),
        (persona_content.persona_content, (1, "de")),
        (standings.standings, ([], "de")),
        (match.match_levels, ({}, "b2b")),
        (lookups.find_personas, ("Persona 1",)),
        (drift.compare_builds, (1, 1)),
        (overview.overview, ()),
    ],
    "export": [(segment.segment_of, (1,)), (segment.segment_csv, (SEGMENT, "de"))],
    "judge": [
        (vetoes.record_veto, (1, "anna", "good_lead")),
        (vetoes.give_reason, (1, "anna", "verdict", "Budget")),
        (vetoes.withdraw_veto, (1,)),
        (ideas.add_idea, ("Video", 3, 2)),
        (measure_idea, (1,)),
        (leads.store_lead, (None, "b2b", "Ida Önner", None, "anna", "…")),
    ],
    "object": [
        (objection.object_to_profiling, (1, "anna", TODAY)),
        (objection.withdraw_objection, (1, "anna")),
        (erasure.holdings, (1,)),
        (erasure.request_erasure, (1, "anna")),
        (export.export_person, (1,)),
    ],
    "erase": [(erasure.erase_person, (1, "anna")), (erasure.open_requests, ())],
    "administer": [
        (users.add_user, ("carl", "leuchtturm-gabel-november")),
        (users.remove_user, ("carl",)),
        (users.list_users, ()),
        (users.set_password, ("carl", "leuchtturm-gabel-november")),
        (users.invite, ("sales",)),
        (users.open_invitations, ()),
        (users.withdraw_invitation, (1,)),
        (lockout.unlock, ("carl",)),
        (lockout.locks, (["carl"],)),
        (administration.change_rights, ("carl", "sales")),
        (administration.dismiss, ("carl",)),
        (administration.audit_entries, (administration.AuditFilter(),)),
        (administration.audited, ()),
        (administration.last_logins, ()),
        (administration.personas_of, ([1],)),
        (identities.rename, (1,)),
        (identities.annotate, (1, "…")),
        (identities.pin, (1,)),
        (target_group.set_group, ("core", "b2b", {})),
        (target_group.use_group, ("core",)),
        (target_group.switch_off, ("b2b",)),
        (target_group.remove_group, ("core",)),
    ],
}

# Calls with a session or an engine that ask for no right, and why none is needed.
FREE = {
    # open the store, or say who asks and what somebody did
    "session_scope", "in_turn", "migrate", "demand", "asker_of", "on_behalf_of", "record", "done_lately",
    # what the operator's processes do, which answer nobody: import, build, events of the CRM
    "import_files", "build", "apply_events", "apply_waiting", "catch_up", "settle",
    # ask for their rights by what is wanted of them (tested below)
    "describe_typical",
    # who somebody is: before there is an asker, or the asker's own account
    "check_password", "find_user", "user_called", "begin_try", "forgive", "accept_invitation", "invitation_of",
    "signed_on", "shut_out", "new_code", "redeem", "linked_user", "links_of", "unlink", "language_spoken",
    "note_language", "keep_buttons", "pressed", "retire_buttons", "note_sent",
    # names of personas, builds and attributes, the state of the store: nobody's data
    "find_persona", "list_builds", "live_status", "state_of", "describe_attributes", "vanished",
    "make_quiz", "market_of", "model_of", "list_groups", "read_filters", "count_inside", "propose_group",
    "statement_reader", "check_hypothesis",
    # which entry a double stands for, of a contact that is already known
    "original",
}  # fmt: skip


def refused(engine: Engine, role: str, call: Callable[..., Any], arguments: tuple[Any, ...], **named: Any) -> bool:
    """Whether the store refuses the call for want of a right; any other outcome is the call's own affair."""
    asker = Identity("somebody", role)
    try:
        if next(iter(inspect.signature(call).parameters)) == "engine":
            found = call(on_behalf_of(engine, asker), *arguments, **named)
            if isinstance(found, Iterator):
                list(found)
        else:
            with session_scope(engine, asker=asker) as session:
                call(session, *arguments, **named)
                session.rollback()
    except MissingRight:
        return True
    except Exception:
        return False
    return False


@pytest.mark.parametrize("role", ROLES)
def test_the_store_gives_each_role_what_its_rights_say(people: Engine, role: str) -> None:
    wrong = [
        f"{call.__name__} for {right}"
        for right, calls in CALLS.items()
        for call, arguments in calls
        if refused(people, role, call, arguments) == may(role, right)
    ]
    assert wrong == []


def test_names_of_typical_contacts_and_of_anti_personas_are_contact_data_and_the_rest_is_not(people: Engine) -> None:
    for call, named, plain in (
        (typical.describe_typical, {"named": True}, {"named": False}),
        (pipeline.list_anti_personas, {"limit": 20}, {"limit": 0}),
    ):
        arguments = (1,) if call is typical.describe_typical else ()
        assert refused(people, "trainer", call, arguments, **named)
        assert not refused(people, "trainer", call, arguments, **plain)
        assert not refused(people, "sales", call, arguments, **named)


def test_without_an_asker_nothing_is_given(people: Engine) -> None:
    plain = people.execution_options(asker=None)
    for calls in CALLS.values():
        for call, arguments in calls:
            if next(iter(inspect.signature(call).parameters)) == "session":
                with session_scope(plain) as session, pytest.raises(MissingRight):
                    call(session, *arguments)


def test_every_call_of_the_store_stands_in_the_table() -> None:
    """Whatever actions, gateway, Telegram and command line call with a session has its right, or a reason for none."""
    known = {call.__name__ for calls in CALLS.values() for call, _ in calls} | FREE
    assert {one: path for one, path in called_with_a_session().items() if one not in known} == {}


def test_every_right_stands_in_the_table_and_admins_have_all() -> None:
    assert set(CALLS) == set(get_args(Right)) == RIGHTS["admin"]
    assert set(RIGHTS) == set(get_args(Rights))


def called_with_a_session() -> dict[str, str]:
    found = {}
    for room in ("actions", "bot"):
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("persona_store"):
                    continue
                module = importlib.import_module(node.module or "")
                for name in node.names:
                    thing = getattr(module, name.name, None)
                    if inspect.isfunction(thing) and next(iter(inspect.signature(thing).parameters), None) in (
                        "session",
                        "engine",
                    ):
                        found[thing.__name__] = str(path.relative_to(ROOT))
    return found
