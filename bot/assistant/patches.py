"""Mends of single functions of Rasa 3.6.21; each says why it is needed. Imported by `compat.install` only."""

import importlib.util
import json
import logging
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

import rasa.core.actions.action
import rasa.core.agent
import rasa.core.test
import rasa.core.tracker_store
import rasa.nlu.test
import rasa.telemetry
import rasa.utils.log_utils
import rasa.utils.plotting
import sanic.response
from jsonschema import Draft202012Validator
from rasa.core.brokers import broker
from rasa.core.brokers.broker import EventBroker
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.constants import USER
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.utils.common import class_from_module_path
from rasa.shared.utils.schemas.events import EVENT_SCHEMA
from sanic import Sanic
from sanic.response import ResponseStream

from bot.assistant.action_client import install_action_client
from bot.assistant.once import answer_a_message_once
from bot.assistant.rereading import read_personas_by_number

logger = logging.getLogger(__name__)


def apply_all() -> None:
    """Apply every mend once."""
    telemetry_off()
    validate_action_results_once()
    find_event_classes_once()
    rules_of_texts_only_where_there_are()
    tracker_store_without_fallback()
    event_broker_without_clients()
    slots_by_yaml_alias()
    one_process_server()
    streamed_answers()
    reports_without_entities()
    plots_only_with_matplotlib()
    install_action_client()
    answer_a_message_once()
    read_personas_by_number()


def telemetry_off() -> None:
    """Rasa would report usage to its maker, write a file with an id below $HOME, and load an error reporter."""
    rasa.telemetry.is_telemetry_enabled = lambda: False
    rasa.telemetry.initialize_telemetry = lambda: False
    rasa.telemetry.initialize_error_reporting = lambda: None
    rasa.telemetry.toggle_telemetry_reporting = lambda is_enabled: None
    rasa.utils.log_utils.SentryProcessor = lambda event_level: _unchanged


def _unchanged(log: Any, method: str, event: Any) -> Any:
    """A step of structlog that passes the event on."""
    return event


def validate_action_results_once() -> None:
    """Rasa checks its own schema against the metaschema at every custom action: 70 % of the time of a turn.

    It then tries the schemas of all kinds of events on each event; here an event meets that of its own kind only.
    """
    outline = Draft202012Validator(_without_kinds(rasa.core.actions.action.RemoteAction.action_response_format_spec()))
    Draft202012Validator.check_schema(outline.schema)
    kinds = {kind["properties"]["event"]["const"]: Draft202012Validator(kind) for kind in EVENT_SCHEMA["oneOf"]}

    def faults(result: Any) -> Iterator[tuple[str, str]]:
        yield from ((error.json_path, str(error.validator)) for error in outline.iter_errors(result))
        for place, event in enumerate(result.get("events", [])):
            kind = kinds.get(event["event"])
            if kind is None:
                yield f"$.events[{place}].event", "oneOf"
                continue
            path = f"$.events[{place}]"
            yield from ((path + error.json_path[1:], str(error.validator)) for error in kind.iter_errors(event))

    def _validate_action_result(self: Any, result: Any) -> bool:
        for path, rule in faults(result):
            raise RasaException(
                f"The action '{self.name()}' returned something that Rasa cannot read, at '{path}' (rule '{rule}')."
            )
        return True

    rasa.core.actions.action.RemoteAction._validate_action_result = _validate_action_result


def _without_kinds(schema: dict[str, Any]) -> dict[str, Any]:
    event = {rule: value for rule, value in EVENT_SCHEMA.items() if rule != "oneOf"}
    return {**schema, "properties": {**schema["properties"], "events": {"type": "array", "items": event}}}


def rules_of_texts_only_where_there_are() -> None:
    """Rasa looks for rules on the words of a message before those on its intent, even if no rule has words."""
    find = RulePolicy._find_action_from_rules

    def _find_action_from_rules(self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> Any:
        if use_text_for_last_user_input and not _has_texts(frozenset(self.lookup[RULES])):
            return None, None, False
        return find(self, tracker, domain, use_text_for_last_user_input)

    RulePolicy._find_action_from_rules = _find_action_from_rules


@lru_cache(maxsize=8)
def _has_texts(rules: frozenset[str]) -> bool:
    """Whether any rule, the JSON of its states, asks for a message by its words instead of its intent."""
    return any(TEXT in state.get(USER, {}) for rule in rules for state in json.loads(rule))


def find_event_classes_once() -> None:
    """Rasa walks through all classes of events for every event it reads: 20 % of the time of a turn."""
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))


def tracker_store_without_fallback() -> None:
    """Rasa falls back to memory when the store fails or its class is not found, and loses conversations silently.

    Its factory also imports the clients of MongoDB and DynamoDB each time.
    """

    def create(obj: Any, domain: Any = None, event_broker: Any = None) -> Any:
        if isinstance(obj, TrackerStore):
            return obj
        if obj is None or obj.type is None:
            return InMemoryTrackerStore(domain, event_broker)
        try:
            store_class = class_from_module_path(obj.type)
        except (AttributeError, ImportError) as error:
            raise RasaException(
                f"The tracker store '{obj.type}' in endpoints.yml cannot be loaded: {error}. "
                "Persona Bot brings 'bot.assistant.tracker_store.SqlTrackerStore'."
            ) from error
        return store_class(host=obj.url, domain=domain, event_broker=event_broker, **obj.kwargs)

    def _create_tracker_store(store: Any, domain: Any) -> Any:
        store = store if store is not None else InMemoryTrackerStore(domain)
        store.domain = domain
        return store

    rasa.core.tracker_store.TrackerStore.create = staticmethod(create)
    rasa.core.agent.Agent._create_tracker_store = staticmethod(_create_tracker_store)


def event_broker_without_clients() -> None:
    """Rasa's factory imports the client of RabbitMQ even when no event broker is wanted."""

    async def create(obj: Any, loop: Any = None) -> Any:
        if obj is None or isinstance(obj, EventBroker):
            return obj
        return await broker._create_from_endpoint_config(obj, loop)

    EventBroker.create = staticmethod(create)


def slots_by_yaml_alias() -> None:
    """Rasa takes the type out of each slot's entry, so a YAML alias (`role: *text_slot`) would have none left."""
    collect = Domain.collect_slots

    def collect_slots(slots: dict[str, Any]) -> Any:
        return collect({name: dict(entry) for name, entry in slots.items()})

    Domain.collect_slots = staticmethod(collect_slots)


def one_process_server() -> None:
    """Sanic since 22.9 starts its server in a forked worker, which gets neither the mends nor the loaded model."""
    run = Sanic.run

    def run_in_this_process(self: Sanic[Any, Any], *args: Any, workers: int = 1, **options: Any) -> None:
        if workers > 1:
            logger.warning("Rasa serves in one process; for more capacity start more of them behind the gateway.")
        run(self, *args, **{"single_process": True, "motd": False, "access_log": False} | options)

    vars_of_class: Any = Sanic
    vars_of_class.run = run_in_this_process


def streamed_answers() -> None:
    """Sanic 22 took out `response.stream`, with which `rasa shell` reads answers as they come."""

    def stream(streaming_fn: Callable[[Any], Any], content_type: str) -> ResponseStream:
        return ResponseStream(streaming_fn, content_type=content_type)

    vars(sanic.response)["stream"] = stream


def reports_without_entities() -> None:
    """`rasa test` reports on entities even where there are none, which scikit-learn refuses."""
    evaluate = rasa.nlu.test.evaluate_entities

    def evaluate_entities(results: Any, *args: Any, **kwargs: Any) -> Any:
        return evaluate(results, *args, **kwargs) if results else {}

    rasa.nlu.test.evaluate_entities = rasa.core.test.evaluate_entities = evaluate_entities


def plots_only_with_matplotlib() -> None:
    """`rasa test` draws histograms with matplotlib, which is installed for development only; reports need none."""
    if importlib.util.find_spec("matplotlib") is not None:
        return
    for name in ("plot_confusion_matrix", "plot_paired_histogram", "plot_curve"):
        setattr(rasa.utils.plotting, name, _not_drawn(name))


def _not_drawn(name: str) -> Callable[..., None]:
    def not_drawn(*args: Any, **kwargs: Any) -> None:
        logger.warning("%s: not drawn, because matplotlib is not installed. The reports are complete.", name)

    return not_drawn
