"""The table of rights over HTTP: what each role may request."""

from typing import Any, get_args

import httpx
from fastapi import FastAPI
from fastapi.routing import APIRoute

from bot.gateway.app import ROOMS
from bot.gateway.sessions import start_session
from persona_store import users
from persona_store.database import session_scope
from persona_store.privacy.rights import Rights, may
from persona_store.users import find_user
from tests.conftest import OPERATOR

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
