"""The compatibility layer: each gap between Rasa 3.6.21 and current libraries, and that it is mended."""

import importlib
import logging
import subprocess
import sys
from collections import Counter
from typing import Any

import numpy as np
import packaging.version
import pytest

from bot.assistant import compat
from bot.assistant.graph import run_graph
from bot.assistant.standins import ABSENT_PACKAGES, AbsentPackageError, StandInModule, standing_in


def test_another_rasa_is_refused() -> None:
    with pytest.raises(compat.WrongRasaVersionError, match=r"3\.6\.21, but 3\.6\.20"):
        compat.check_version("3.6.20")


def test_rasa_must_not_be_imported_first() -> None:
    code = "import rasa; from bot.assistant import compat; compat.install()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "call install() first" in done.stderr


def test_every_command_of_rasa_is_there() -> None:
    from rasa.__main__ import create_argument_parser

    usage = create_argument_parser().format_help()
    assert all(command in usage for command in ("train", "shell", "test", "data", "run", "visualize"))


def test_nothing_of_the_stand_ins_stays_behind() -> None:
    absent = [module for name, module in sys.modules.items() if name.partition(".")[0] in ABSENT_PACKAGES]
    assert not any(isinstance(module, StandInModule) for module in absent)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("tensorflow")


def test_other_libraries_do_not_see_the_stand_ins() -> None:
    from thinc.compat import has_tensorflow

    assert not has_tensorflow


def test_old_names_are_gone_again() -> None:
    assert not hasattr(np, "VisibleDeprecationWarning")
    assert not hasattr(packaging.version, "LegacyVersion")
    assert "dask" not in sys.modules or sys.modules["dask"].__spec__ is not None  # the real one may be loaded by now


def test_a_stand_in_can_be_imported_subclassed_and_used_as_decorator() -> None:
    with standing_in():
        module = importlib.import_module("keras.layers.core")

        class Layer(module.Dense):  # type: ignore[misc, name-defined]
            pass

        module.register(name="x")(Layer)
        assert issubclass(Layer, module.Dense)
    with pytest.raises(AbsentPackageError, match=r"keras\.layers\.core\.Dense|Layer"):
        Layer()


def test_an_installed_package_comes_before_its_stand_in() -> None:
    with standing_in():
        from google.protobuf import message

        importlib.import_module("google.cloud.storage")
    assert message.Message.__doc__
    with pytest.raises(ImportError):
        importlib.import_module("google.cloud.storage")


def test_a_tensorflow_component_says_what_is_missing(agent: Any) -> None:
    from rasa.nlu.classifiers.diet_classifier import DIET

    with pytest.raises(AbsentPackageError, match=r"config\.yml"):
        DIET()


def test_the_graph_runs_each_node_once_in_order() -> None:
    calls: Counter[str] = Counter()

    def node(name: str) -> Any:
        def run(*inputs: tuple[str, Any]) -> tuple[str, Any]:
            calls[name] += 1
            return name, [name, *inputs]

        return run

    graph = {"in": ("in", 7), "a": (node("a"), "in"), "b": (node("b"), "a", "unknown"), "c": (node("c"), "a", "b")}
    [(name, result)] = run_graph(graph, ["c"])
    assert name == "c"
    assert result == ["c", ("a", ["a", ("in", 7)]), ("b", ["b", ("a", ["a", ("in", 7)]), "unknown"])]
    assert set(calls.values()) == {1}


def test_telemetry_is_off_even_if_somebody_turns_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import rasa.telemetry

    monkeypatch.setenv("RASA_TELEMETRY_ENABLED", "true")
    rasa.telemetry.toggle_telemetry_reporting(True)
    assert rasa.telemetry.is_telemetry_enabled() is False
    assert rasa.telemetry.initialize_telemetry() is False


def remote_action() -> Any:
    from rasa.core.actions.action import RemoteAction

    return RemoteAction("action_echo", None)


def test_action_results_are_checked() -> None:
    from rasa.shared.exceptions import RasaException

    assert remote_action()._validate_action_result({"events": [{"event": "restart"}], "responses": [{"text": "hi"}]})
    with pytest.raises(RasaException, match=r"action_echo.*\$\.responses"):
        remote_action()._validate_action_result({"events": [], "responses": "Frau Weber"})


def test_the_message_of_a_bad_action_result_does_not_quote_it() -> None:
    from rasa.shared.exceptions import RasaException

    with pytest.raises(RasaException) as raised:
        remote_action()._validate_action_result({"responses": "Frau Weber"})
    assert "Weber" not in str(raised.value)


def test_the_schema_is_not_checked_again_with_every_result(monkeypatch: pytest.MonkeyPatch) -> None:
    from jsonschema import Draft202012Validator

    checks: list[Any] = []
    monkeypatch.setattr(Draft202012Validator, "check_schema", lambda *given: checks.append(given))
    assert remote_action()._validate_action_result({"events": [], "responses": []})
    assert checks == []


def test_the_class_of_an_event_is_looked_up_once() -> None:
    from rasa.shared.core.events import Event, SlotSet

    Event.resolve_by_type("slot")
    before = Event.resolve_by_type.cache_info().hits
    assert Event.resolve_by_type("slot") is SlotSet
    assert Event.resolve_by_type.cache_info().hits == before + 1


def test_a_tracker_store_that_cannot_be_loaded_is_an_error() -> None:
    from rasa.core.tracker_store import TrackerStore
    from rasa.shared.exceptions import RasaException
    from rasa.utils.endpoints import EndpointConfig

    with pytest.raises(RasaException, match=r"bot\.nowhere\.Store"):
        TrackerStore.create(EndpointConfig(type="bot.nowhere.Store"))


def test_no_store_in_memory_stands_behind_the_store(agent: Any) -> None:
    from rasa.core.agent import Agent
    from rasa.core.tracker_store import InMemoryTrackerStore
    from rasa.shared.core.domain import Domain

    store = InMemoryTrackerStore(Domain.empty())
    assert Agent(tracker_store=store).tracker_store is store


async def test_no_event_broker_needs_no_client() -> None:
    from rasa.core.brokers.broker import EventBroker

    assert await EventBroker.create(None) is None


def test_slots_may_share_their_definition_by_alias() -> None:
    from rasa.shared.core.domain import Domain

    domain = Domain.from_yaml("slots:\n  a: &text {type: text, mappings: [{type: custom}]}\n  b: *text\n")
    assert {slot.name: slot.type_name for slot in domain.slots if slot.name in "ab"} == {"a": "text", "b": "text"}


def test_without_matplotlib_reports_come_without_pictures(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import rasa.utils.plotting

    from bot.assistant import patches

    for name in ("plot_confusion_matrix", "plot_paired_histogram", "plot_curve"):
        monkeypatch.setattr(rasa.utils.plotting, name, None)  # restored after the test
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    patches.plots_only_with_matplotlib()
    with caplog.at_level(logging.WARNING):
        rasa.utils.plotting.plot_paired_histogram([[1], [2]], "title", "file.png")
    assert "matplotlib is not installed" in caplog.text


def test_the_structured_log_shows_no_messages_by_default(capfd: pytest.CaptureFixture[str]) -> None:
    import structlog

    structlog.get_logger("rasa.x").debug("processor.message.parse", parse_data_text="Frau Weber")
    printed = capfd.readouterr()
    assert "Weber" not in printed.out + printed.err
