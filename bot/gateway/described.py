"""What the OpenAPI document says of every route beside its own answers: who may call it, and how it says no."""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from bot.gateway.login import COOKIE, current_person
from bot.gateway.protection import SAFE_METHODS

REFUSAL = {
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "a name for programs"},
        "message": {"type": "string", "description": "a sentence for people, in their language"},
    },
}
SCHEMES = {
    "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
    "token": {"type": "http", "scheme": "bearer"},
}
WORDS = {
    400: "Not a request that can be read",
    401: "Not logged in, or not who it says",
    403: "From a foreign site, or not allowed to this person",
    404: "Not there",
    408: "The body came too slowly",
    409: "Something else stands against it",
    410: "No longer there",
    413: "Larger than is taken",
    422: "Not of the form described here",
    429: "Too often; come back after the seconds in Retry-After",
    502: "Another service gave no usable answer",
    503: "The store is busy or away; come back after the seconds in Retry-After",
}

# What single routes refuse beside what follows from their form.
ALSO: dict[str, tuple[int, ...]] = {
    "/api/login": (401,),
    "/api/embed": (401, 404),
    "/api/oidc/login": (404, 502),
    "/api/oidc/callback": (401, 403, 404, 502),
    "/api/invitation": (404, 409),
    "/api/invitation/look": (404,),
    "/api/admin/users/rights": (404, 409),
    "/api/admin/users/unlock": (404,),
    "/api/admin/users/remove": (404, 409),
    "/api/admin/invitations/withdraw": (404,),
    "/api/admin/links/end": (404,),
    "/api/admin/builds/{number}/changes": (404,),
    "/api/links/end": (404,),
    "/api/files/{token}": (410,),
    "/report": (401, 403, 404),
}


def describe_routes(routes: Iterable[BaseRoute], document: dict[str, Any]) -> None:
    """Adds to the document, in place, who may call each of its routes and the refusals it may answer with."""
    document["components"].setdefault("schemas", {})["Refusal"] = REFUSAL
    document["components"]["securitySchemes"] = SCHEMES
    for route in routes:
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        for method in route.methods or ():
            operation = document["paths"][route.path_format][method.lower()]
            protected = current_person in _calls(route.dependant)
            if protected:
                operation["security"] = [{name: []} for name in SCHEMES]
            for status in _refusals(route, method, protected=protected):
                known = operation["responses"].setdefault(str(status), {"description": WORDS[status]})
                if "content" not in known or status == 422:
                    known["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    document["components"]["schemas"].pop("HTTPValidationError", None)
    document["components"]["schemas"].pop("ValidationError", None)


def _refusals(route: APIRoute, method: str, *, protected: bool) -> Iterator[int]:
    """The statuses that the route itself declares without content, and those that come with what it is."""
    yield from (int(status) for status, said in route.responses.items() if int(status) >= 400 and "model" not in said)
    if protected:
        yield from (401, 403)
    if method not in SAFE_METHODS:
        yield from (400, 403, 408, 413, 422)
    dependant = route.dependant
    if dependant.path_params or dependant.query_params or dependant.body_params:
        yield 422
    yield from ALSO.get(route.path_format, ())
    yield from (429, 503)


def _calls(dependant: Dependant) -> set[Any]:
    """All that the route depends on, at any depth."""
    found = {dependant.call}
    for one in dependant.dependencies:
        found |= _calls(one)
    return found
