"""The table of rights: what each role may call in the store, ask in a conversation and request over HTTP."""

import ast
import importlib
import inspect
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from rasa_sdk.executor import ActionExecutor
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.gateway.app import ROOMS
from bot.gateway.sessions import start_session
from persona_store import administration, data_quality, lockout, overview, text_evidence, users
from persona_store.antipersona import pipeline, standings, verdict, vetoes
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
from persona_store.users import find_user
from persona_store.wording import say
from tests.actions.conftest import Talk
from tests.conftest import OPERATOR

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
    # open the store, or say who asks
    "session_scope", "migrate", "demand", "asker_of", "on_behalf_of", "record",
    # what the operator's processes do, which answer nobody: import, build, events of the CRM
    "import_files", "build", "apply_events", "apply_waiting", "settle",
    # ask for their rights by what is wanted of them (tested below)
    "describe_typical",
    # who somebody is: before there is an asker, or the asker's own account
    "check_password", "find_user", "begin_try", "forgive", "accept_invitation", "invitation_of", "signed_on",
    "shut_out", "new_code", "redeem", "linked_user", "links_of", "unlink", "language_spoken", "note_language",
    "keep_buttons", "pressed", "retire_buttons", "note_sent",
    # names of personas, builds and attributes, the state of the store: nobody's data
    "find_persona", "list_builds", "live_status", "state_of", "describe_attributes", "vanished", "has_build",
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


# intent → what is said, the names in it, and the right without which it is refused; None: open to every role
TALK: dict[str, tuple[str, dict[str, str], Right | None]] = {
    "match_persona": ("Welche Persona passt zu Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "ask_approach": ("Wie spreche ich Eva Meier an?", {"contact": "Eva Meier"}, "contacts"),
    "check_anti_persona": ("Lohnt sich Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "list_anti_personas": ("Welche Leads lohnen nicht?", {}, "contacts"),
    "veto_verdict": ("Nein, Eva Meier ist ein guter Lead", {"contact": "Eva Meier"}, "judge"),
    "describe_lead": ("IT-Leiter im Maschinenbau", {}, None),
    "qualify_lead": ("Ich habe einen neuen Lead", {}, None),
    "ask_buying_center": ("Wer entscheidet bei Rosch?", {"company": "Rosch"}, "contacts"),
    "ask_journey_phase": ("In welcher Phase ist Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "ask_next_message": ("Was schreibe ich Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "list_personas": ("Welche Personas gibt es?", {}, None),
    "describe_persona": ("Beschreib Persona 1", {"persona": "Persona 1"}, None),
    "compare_personas": ("Vergleich Persona 1 und Persona 2", {"persona": "Persona 1"}, None),
    "show_chart": ("Zeig Persona 1 als Bild", {"persona": "Persona 1"}, None),
    "ask_statistics": ("Wie viele Kontakte hat Persona 1?", {"persona": "Persona 1"}, None),
    "ask_content": ("Welche Themen passen zu Persona 1?", {"persona": "Persona 1"}, None),
    "export_segment": ("Exportier Persona 1", {"persona": "Persona 1"}, "export"),
    "list_ideas": ("Welche Ideen gibt es?", {}, None),
    "add_idea": ("Neue Idee: Video statt Text", {}, "judge"),
    "ask_changes": ("Was hat sich geändert?", {}, None),
    "ask_data_quality": ("Wie gut sind die Daten?", {}, None),
    "explain_concept": ("Was ist ein Buying Center?", {"concept": "Buying Center"}, None),
    "start_onboarding": ("Führ mich ein", {}, None),
    "start_quiz": ("Quiz bitte", {}, None),
    "practice_conversation": ("Üben wir mit Persona 1", {"persona": "Persona 1"}, None),
    "explain_reason": ("Warum?", {}, None),
    "ask_data_basis": ("Welche Daten haben wir über Eva Meier?", {"contact": "Eva Meier"}, "contacts"),
    "object_profiling": ("Eva Meier widerspricht dem Profiling", {"contact": "Eva Meier"}, "object"),
    "request_erasure": ("Lösch alle Daten von Eva Meier", {"contact": "Eva Meier"}, "object"),
    "give_feedback": ("Gut gemacht", {}, None),
    "out_of_scope": ("Wie wird das Wetter?", {}, None),
}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("role", get_args(Rights))
def test_each_role_hears_what_its_rights_say(
    people: Engine, executor: ActionExecutor, role: Rights, language: str
) -> None:
    refusals = {say(f"rights.refused.{right}", language) for right in get_args(Right)}  # type: ignore[arg-type]
    refusals.add(say("export.refused", language))  # type: ignore[arg-type]
    wrong = []
    for intent, (text, names, right) in TALK.items():
        talk = Talk(executor, conversation=f"{role}-{intent}", wish=language, rights=role)
        answer = talk.say(text, intent, **names)
        allowed = right is None or may(role, right)
        if (answer["text"] in refusals) == allowed:
            wrong.append(f"{intent}: {answer['text']}")
        if not allowed:
            assert answer.get("next_step") or answer.get("choices"), intent
        if not may(role, "contacts"):
            assert "Rosch GmbH" not in talk.read(), intent
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ('/match_persona{"contact": "#1"}', "match_persona"),
        ('/ask_approach{"contact": "#1"}', "ask_approach"),
        ('/ask_next_message{"contact": "#1"}', "ask_next_message"),
        ('/ask_buying_center{"company": "#1"}', "ask_buying_center"),
        ('/request_erasure{"contact": "#1"}', "request_erasure"),
        ("/inform", "inform"),
    ],
)
def test_buttons_typed_by_hand_open_nothing(people: Engine, executor: ActionExecutor, text: str, intent: str) -> None:
    talk = Talk(executor, conversation=f"typed-{intent}", rights="trainer")
    talk.answers = [{"choices": [{"label": "it", "send": text}]}]
    talk.press("it")
    assert "Meier" not in talk.read()
    assert "Rosch" not in talk.read()


# Who may request what; "anybody" needs no login.
ROUTES: dict[tuple[str, str], str] = {
    ("POST", "/api/login"): "anybody",
    ("GET", "/api/login/options"): "anybody",
    ("GET", "/api/oidc/login"): "anybody",
    ("GET", "/api/oidc/callback"): "anybody",
    ("POST", "/api/invitation"): "anybody",
    ("POST", "/api/invitation/look"): "anybody",
    ("POST", "/api/invitations"): "administer",
    ("POST", "/api/logout"): "anybody",
    ("GET", "/api/me"): "login",
    ("POST", "/api/embed"): "anybody",
    ("GET", "/web/words.json"): "anybody",
    ("POST", "/api/chat"): "login",
    ("GET", "/api/files/{token}"): "export",
    ("GET", "/api/overview"): "login",
    ("GET", "/report"): "login",
    ("GET", "/api/links"): "login",
    ("POST", "/api/links/code"): "login",
    ("POST", "/api/links/end"): "login",
    ("GET", "/api/admin/users"): "administer",
    ("POST", "/api/admin/users/rights"): "administer",
    ("POST", "/api/admin/users/remove"): "administer",
    ("POST", "/api/admin/users/unlock"): "administer",
    ("GET", "/api/admin/invitations"): "administer",
    ("POST", "/api/admin/invitations/withdraw"): "administer",
    ("GET", "/api/admin/links"): "administer",
    ("POST", "/api/admin/links/end"): "administer",
    ("GET", "/api/admin/audit"): "administer",
    ("GET", "/api/admin/builds"): "administer",
    ("GET", "/api/admin/builds/{number}/changes"): "administer",
    ("POST", "/api/crm/events"): "anybody",  # signed by the CRM
    ("POST", "/api/telegram"): "anybody",  # knows the webhook's secret
    ("GET", "/health"): "anybody",
    ("GET", "/metrics"): "anybody",
    ("GET", "/"): "anybody",
    ("GET", "/favicon.ico"): "anybody",
    ("GET", "/web/texts/{language}.json"): "anybody",
}
BODIES: dict[str, dict[str, Any]] = {
    "/api/chat": {"text": "Hallo", "conversation": "c"},
    "/api/invitations": {"rights": "sales"},
    "/api/links/code": {},
    "/api/links/end": {"channel": "telegram", "account": "1"},
    "/api/admin/users/rights": {"name": "nobody", "rights": "sales"},
    "/api/admin/users/remove": {"name": "nobody"},
    "/api/admin/users/unlock": {"name": "nobody"},
    "/api/admin/invitations/withdraw": {"id": 1},
    "/api/admin/links/end": {"channel": "telegram", "account": "1"},
}


def test_every_route_stands_in_the_table() -> None:
    routes = {
        (method, route.path)
        for room in ROOMS
        for route in room.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }
    assert routes == set(ROUTES)


async def test_each_role_may_request_what_its_rights_say(app: FastAPI, client: httpx.AsyncClient) -> None:
    with session_scope(app.state.engine, writes=True, asker=OPERATOR) as session:
        for role in get_args(Rights):
            users.invite(session, role, role)
            token = users.invite(session, role)
            users.accept_invitation(session, token, f"one of {role}", "leuchtturm-gabel-november")
    with session_scope(app.state.engine) as session:
        tokens = {
            role: start_session(find_user(session, f"one of {role}"), app.state.session_secret, 1)  # type: ignore[arg-type]
            for role in get_args(Rights)
        }
    for (method, path), needed in ROUTES.items():
        if needed == "anybody":
            continue
        address = path.replace("{token}", "x?conversation=c").replace("{number}", "1")
        for role, token in {None: None, **tokens}.items():
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            client.cookies.clear()
            status = (await client.request(method, address, json=BODIES.get(path), headers=headers)).status_code
            if role is None:
                assert status == 401, path
            elif needed == "login" or may(role, needed):  # type: ignore[arg-type]
                assert status != 401, (path, role)
                assert status != 403 or needed == "export", (path, role)  # the proof of a file is none
            else:
                assert status == 403, (path, role)
