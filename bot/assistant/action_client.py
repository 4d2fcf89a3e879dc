"""How Rasa calls the action server: a short wait, one attempt, and an honest apology instead of silence."""

import json
import logging
from typing import Any

import aiohttp
import rasa.core.actions.action
import rasa.core.processor
from rasa.core.actions.action import Action, ActionExecutionRejection, RemoteAction
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import BotUttered, Event, FollowupAction, deserialise_events
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError

from persona_store.answer import Answer
from persona_store.settings import Language, settings
from persona_store.wording import say

logger = logging.getLogger(__name__)

_LANGUAGE_SLOT = "language"
_APOLOGY = "error.actions_down"


class ActionServerError(RasaException):
    """The action server did not run an action: down, too slow, or the action failed. Holds no personal data."""


class ApologisingAction(Action):
    """Runs an action of Rasa; when the action server fails, the person gets an apology and the turn ends.

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
        except ActionServerError as error:
            logger.error("%s", error)
            # Listening at once keeps rules that wait for the action's slots from going astray.
            return [BotUttered(data={"custom": _apology(tracker)}), FollowupAction(ACTION_LISTEN_NAME)]
        return events


def install_action_client() -> None:
    """Rasa waits 300 s for the action server, longer than a conversation's lock lives, and then says nothing."""
    processor = rasa.core.processor.MessageProcessor
    run_action = processor._run_action

    async def _run_action(self: Any, action: Action, *args: Any, **kwargs: Any) -> bool:
        done: bool = await run_action(self, ApologisingAction(action), *args, **kwargs)
        return done

    processor._run_action = _run_action
    RemoteAction.run = _run_remote


async def _run_remote(action: RemoteAction, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
    """Run `action` on the action server; raises ActionServerError or Rasa's ActionExecutionRejection."""
    endpoint, name = action.action_endpoint, action.name()
    if endpoint is None:
        raise ActionServerError(f"The action '{name}' cannot run: endpoints.yml names no action server.")
    seconds = settings().action_timeout_seconds
    try:
        result = await endpoint.request(
            json=action._action_call_format(tracker, domain),
            method="post",
            timeout=aiohttp.ClientTimeout(total=seconds),
        )
    except ClientResponseError as error:
        raise _refusal(name, error) from None
    except TimeoutError:
        raise ActionServerError(f"The action '{name}' took longer than {seconds:g} s.") from None
    except aiohttp.ClientError:
        raise ActionServerError(f"The action '{name}' did not run: no action server at {endpoint.url}.") from None
    if not isinstance(result, dict):
        raise ActionServerError(f"The action '{name}' did not run: its server answered with something else than JSON.")
    action._validate_action_result(result)
    utterances = await action._utter_responses(result.get("responses", []), output_channel, nlg, tracker)
    return [*utterances, *deserialise_events(result.get("events", []))]


def _refusal(name: str, error: ClientResponseError) -> RasaException:
    """What an HTTP error of the action server means; 400 is how an action lets Rasa choose another one."""
    if error.status == 400:
        try:
            return ActionExecutionRejection(name, json.loads(error.text).get("error"))
        except (ValueError, AttributeError):
            return ActionServerError(f"The action '{name}' was refused by its server.")
    return ActionServerError(
        f"The action '{name}' failed with status {error.status}; see the log of the action server."
    )


def _apology(tracker: Any) -> dict[str, Any]:
    chosen = tracker.slots[_LANGUAGE_SLOT].value if _LANGUAGE_SLOT in tracker.slots else None
    language: Language = chosen if chosen in ("de", "en") else settings().language
    return Answer("error", language, say(_APOLOGY, language)).as_dict()
