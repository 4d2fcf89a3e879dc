"""How often people and networks may do what before this gateway asks them to slow down.

What has to hold for all gateways together is counted in the store: failed logins of a name (persona_store.lockout), and
files.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import Request

from bot.gateway.brake import Brake, address_key
from bot.gateway.parts import parts
from bot.gateway.refusals import Refused

MINUTE, QUARTER, HOUR = 60.0, 15 * 60.0, 60 * 60.0  # seconds
MESSAGES_OF_A_PERSON = 300  # far more than anyone types, far less than a runaway program sends
MESSAGES_OF_A_NETWORK = 6_000  # an office of some hundred shares one; more than two cores can answer
CODES_OF_A_PERSON = 20  # each ends the one before; more is a mistake or mischief
FAILURES_OF_A_NETWORK = 50
SIGN_ONS_OF_A_NETWORK = 600  # an office that begins its day


@dataclass(slots=True)
class Brakes:
    """Per person: messages, codes for Telegram. Per network: messages and files, failed proofs, sign-ons begun."""

    messages: Brake = field(default_factory=lambda: Brake(MESSAGES_OF_A_PERSON, MINUTE))
    codes: Brake = field(default_factory=lambda: Brake(CODES_OF_A_PERSON, HOUR))
    network: Brake = field(default_factory=lambda: Brake(MESSAGES_OF_A_NETWORK, MINUTE))
    failures: Brake = field(default_factory=lambda: Brake(FAILURES_OF_A_NETWORK, QUARTER))
    sign_ons: Brake = field(default_factory=lambda: Brake(SIGN_ONS_OF_A_NETWORK, QUARTER))


def origin_of(request: Request) -> str:
    """The network that a request comes from."""
    return address_key(request.client.host if request.client else "")


def failure_key(path: str, origin: str) -> str:
    """Ways in are counted apart: who forgot a password keeps nobody from coming by a page that vouches for them."""
    return f"{path} {origin}"


@contextmanager
def proving(request: Request) -> Iterator[None]:
    """Around a proof of who somebody is, which has failed when it raises; raises Refused (429) after too many failures.

    It counts as failed until it has succeeded, so that many tries at once do not slip through.
    """
    failures, key = parts(request).brakes.failures, failure_key(request.url.path, origin_of(request))
    if wait := failures.wait(key):
        raise Refused(429, "login_braked", retry_after=wait, minutes=-(-wait // 60))
    failures.count(key)
    yield
    failures.take_back(key)
