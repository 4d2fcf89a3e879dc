"""The action server: runs the custom actions of the package `actions` for Rasa, on 127.0.0.1 only."""

import argparse
import asyncio
import gc
import logging
import sys
import warnings
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

from bot.assistant.forgetting import remember_to_forget
from bot.assistant.logs import configure_logs, failure
from persona_store.database import set_deadline
from persona_store.lexicon import describe
from persona_store.settings import settings

LOCALHOST = "127.0.0.1"
ACTIONS_PACKAGE = "actions"

MESSAGE_KEY = "message"  # of a message's metadata: the id that the client gave to it
MOST_REMEMBERED = 500  # calls: those of the last minutes, which is when clients send again

Call = tuple[str, str, str, int]

# What rasa-sdk's endpoint itself turns into an answer for Rasa.
_ANSWERED = (ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException)

logger = logging.getLogger(__name__)


class ActionFailedError(RuntimeError):
    """An action raised; answered with status 500."""


class QuietExecutor(ActionExecutor):
    """Runs actions, for a message that the client sends again not a second time.

    Of a failed action it logs type and place, not the message, which may quote what somebody wrote.
    """

    def __init__(self) -> None:
        super().__init__()
        self._called: OrderedDict[Call, asyncio.Task[Any]] = OrderedDict()

    async def run(self, action_call: dict[str, Any]) -> Any:
        """The result of the called action; raises what rasa-sdk answers with an HTTP error.

        Calls for a message with an id of the client's are remembered: when Rasa gave up on such an action, or broke
        down before it kept the answer, and the client sends the message again, the first run's result comes.
        """
        call = _call(action_call)
        if call is None:
            return await self._run(action_call)
        task = self._called.get(call)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._called[call] = asyncio.create_task(self._run(action_call))
            while len(self._called) > MOST_REMEMBERED:
                self._called.popitem(last=False)
        return await asyncio.shield(task)  # who hangs up does not end what others may ask for

    async def _run(self, action_call: dict[str, Any]) -> Any:
        set_deadline(action_call.get("seconds"))
        try:
            return await super().run(action_call)
        except _ANSWERED:
            raise
        except Exception as error:
            logger.error("The action %s failed: %s", action_call.get("next_action"), failure(error))
            raise ActionFailedError("An action failed; its place is in the log above.") from None


def _call(action_call: dict[str, Any]) -> Call | None:
    """Which action is to run, for which message, at which place of its turn; None for a message without an id."""
    tracker = action_call.get("tracker") or {}
    metadata = (tracker.get("latest_message") or {}).get("metadata") or {}
    message = metadata.get(MESSAGE_KEY)
    if not isinstance(message, str):
        return None
    events = tracker.get("events") or []
    return str(action_call.get("sender_id")), message, str(action_call.get("next_action")), len(events)


def _not_logged_yet(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ActionFailedError))


def serve(port: int, package: str = ACTIONS_PACKAGE) -> None:
    """Run the actions of `package` until SIGTERM or SIGINT."""
    logging.getLogger("rasa_sdk.endpoint").addFilter(_not_logged_yet)
    executor = QuietExecutor()
    executor.register_package(package)
    describe("")  # loads the lexicon's pipeline, a second that nobody should wait for in a turn
    app = create_app(executor, cors_origins=[])
    logger.info("%d actions are ready.", len(executor.list_actions()))
    gc.freeze()  # what is loaded stays: looking through it for garbage holds everybody up for a quarter of a second
    app.run(host=LOCALHOST, port=port, single_process=True, motd=False, access_log=False)


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m bot.assistant.action_server --port N`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.assistant.action_server", description=main.__doc__)
    parser.add_argument("--port", type=int, default=settings().actions_port)
    parser.add_argument("--actions", default=ACTIONS_PACKAGE, help="package with the custom actions")
    options = parser.parse_args(argv)
    configure_logs()
    remember_to_forget()
    # rasa-sdk wants its version to be Rasa's; that the two work together is what our tests are for.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk might not be compatible")
    serve(options.port, options.actions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
