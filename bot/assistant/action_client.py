"""How Rasa calls the action server: little to post, a short wait, one attempt, and an apology instead of silence."""

import asyncio
import json
import logging
import ssl
import time
from contextvars import ContextVar
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
import rasa
import rasa.core.actions.action
import rasa.core.processor
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import BotUttered, Event, FollowupAction, UserUttered, deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig, concat_url

from bot.assistant.logs import failure
from bot.written import written_in
from persona_store.answer import Answer
from persona_store.settings import Language, settings
from persona_store.wording import say

logger = logging.getLogger(__name__)

_LANGUAGE_SLOT = "language"
_APOLOGY = "error.actions_down"
_REJECTED = 400  # status by which an action lets Rasa choose another one
_RECONNECT_SECONDS = (0.1, 0.3)  # a server that does not listen yet; nothing was sent, so nothing can run twice
_CONNECT_SECONDS = 1.0
_IDLE_SECONDS = 15.0  # how long a connection waits for the next question; the action server would hang up after 120
_NEED_DOMAIN = ("validate_", "action_validate_")  # rasa-sdk reads forms from the domain; other actions get none

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, aiohttp.ClientSession] = WeakKeyDictionary()


class ActionServerError(RasaException):
    """The action server did not run an action: down, too slow, or the action failed. Holds no personal data."""


class ApologisingAction(Action):
    """Runs an action of Rasa; when that fails, the person gets an apology and the turn ends.

    Without this Rasa logs an error, says nothing, and goes on as if the action had run.
    """

    def __init__(self, action: Action) -> None:
        self._action = action

    def name(self) -> str:
        """Name of the action inside."""
        name: str = self._action.name()
        return name

    def event_for_successful_execution(self, prediction: Any) -> Any:
        """The event of the action inside."""
        return self._action.event_for_successful_execution(prediction)

    async def run(self, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
        """The events of the action inside, or the apology."""
        try:
            events: list[Event] = await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except ActionServerError as error:
            logger.error("%s", error)
        except Exception as error:  # whatever it returned: the person gets a sentence, the log the place
            logger.error("The action '%s' cannot be taken further: %s", self.name(), failure(error))
        else:
            return events
        # Listening at once keeps rules that wait for the action's slots from going astray.
        return [BotUttered(data={"custom": _apology(tracker)}), FollowupAction(ACTION_LISTEN_NAME)]


def begin_turn() -> None:
    """From now on all actions of this turn together may take `settings().action_timeout_seconds`."""
    _deadline.set(time.monotonic() + settings().action_timeout_seconds)


def install_action_client() -> None:
    """Rasa waits 300 s for the action server, longer than a conversation's lock lives, and then says nothing.

    It also posts all events and the whole domain to each action, over a new connection each time.
    """
    processor = rasa.core.processor.MessageProcessor
    run_action = processor._run_action

    async def _run_action(self: Any, action: Action, *args: Any, **kwargs: Any) -> bool:
        done: bool = await run_action(self, ApologisingAction(action), *args, **kwargs)
        return done

    processor._run_action = _run_action
    RemoteAction.run = _run_remote
    RemoteAction._action_call_format = _call


async def _run_remote(action: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
    """Run `action` on the action server; raises ActionServerError or Rasa's ActionExecutionRejection."""
    endpoint, name = action.action_endpoint, action.name()
    if endpoint is None:
        raise ActionServerError(f"The action '{name}' cannot run: endpoints.yml names no action server.")
    seconds = _seconds_left()
    call = {**action._action_call_format(tracker, domain), "seconds": seconds}
    try:
        async with asyncio.timeout(seconds):
            status, body = await _post(endpoint, json.dumps(call))
    except TimeoutError:
        raise ActionServerError(f"The action '{name}' took longer than {seconds:.1f} s.") from None
    except aiohttp.ClientError:
        raise ActionServerError(f"The action '{name}' did not run: no action server at {endpoint.url}.") from None
    try:
        result = json.loads(body)
    except (ValueError, RecursionError):
        result = None
    if status == _REJECTED and isinstance(result, dict):
        raise ActionExecutionRejection(name, result.get("error"))
    if status >= _REJECTED:
        raise ActionServerError(f"The action '{name}' failed with status {status}; see the log of the action server.")
    if not isinstance(result, dict):
        raise ActionServerError(f"The action '{name}' did not run: its server answered with something else than JSON.")
    action._validate_action_result(result)
    utterances = await action._utter_responses(result.get("responses", []), output_channel, nlg, tracker)
    return [*utterances, *deserialise_events(result.get("events", []))]


def _seconds_left() -> float:
    longest, deadline = settings().action_timeout_seconds, _deadline.get()
    return longest if deadline is None else max(0.0, min(longest, deadline - time.monotonic()))


def _call(action: RemoteAction, tracker: DialogueStateTracker, domain: Any) -> dict[str, Any]:
    """What an action needs to know: slots, the latest message, and what happened since; never the whole past.

    The domain goes only to actions of forms, which read it, and to those that ask for it in domain.yml.
    """
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = [_short(event) for event in _of_this_turn(tracker)]
    needed = action.name().startswith(_NEED_DOMAIN) or domain.does_custom_action_explicitly_need_domain(action.name())
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "domain": domain.as_dict() if needed else {},  # rasa-sdk refuses calls without one
        "version": rasa.__version__,
    }


def _of_this_turn(tracker: DialogueStateTracker) -> list[Event]:
    recent: list[Event] = []
    for event in reversed(tracker.events):
        recent.append(event)
        if isinstance(event, UserUttered):
            break
    return recent[::-1]


def _short(event: Event) -> dict[str, Any]:
    """The event without what `latest_message` says too."""
    described: dict[str, Any] = event.as_dict()
    described.pop("parse_data", None)
    return described


async def _post(endpoint: EndpointConfig, body: str) -> tuple[int, bytes]:
    """Status and body of the answer; tries again only while nobody listens, when nothing was sent yet."""
    for pause in (*_RECONNECT_SECONDS, None):
        try:
            async with _session().post(
                concat_url(endpoint.url, None),
                data=body,
                headers={"Content-Type": "application/json", **endpoint.headers},
                params=endpoint.combine_parameters({}),
                auth=_credentials(endpoint),
                ssl=_trusted(endpoint.cafile),
            ) as response:
                return response.status, await response.read()
        except aiohttp.ClientConnectorError:
            if pause is None:
                raise
            await asyncio.sleep(pause)
    raise AssertionError  # the last round returned or raised


def _session() -> aiohttp.ClientSession:
    """The connections of this event loop, kept open from one action to the next."""
    loop = asyncio.get_running_loop()
    session = _sessions.get(loop)
    if session is None or session.closed:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS)
        session = _sessions[loop] = aiohttp.ClientSession(connector=connector, timeout=timeout)
    return session


def _credentials(endpoint: EndpointConfig) -> aiohttp.BasicAuth | None:
    given = endpoint.basic_auth
    return aiohttp.BasicAuth(given["username"], given["password"]) if given else None


@cache
def _trusted(cafile: str | None) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=cafile) if cafile else True


def _apology(tracker: Any) -> dict[str, Any]:
    chosen = tracker.slots[_LANGUAGE_SLOT].value if _LANGUAGE_SLOT in tracker.slots else None
    said = tracker.latest_message
    wished = (said.metadata or {}).get("language") if said else None
    known = (chosen, written_in(said.text or "") if said else None, wished, settings().language)
    language: Language = next(one for one in known if one in ("de", "en"))
    return Answer("error", language, say(_APOLOGY, language)).as_dict()
