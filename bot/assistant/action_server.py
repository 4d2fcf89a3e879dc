"""The action server: runs the custom actions of the package `actions` for Rasa, on 127.0.0.1 only."""

import argparse
import logging
import sys
import warnings
from collections.abc import Sequence
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException

from bot.assistant.logs import configure_logs, failure
from persona_store.settings import settings

LOCALHOST = "127.0.0.1"
ACTIONS_PACKAGE = "actions"

# What rasa-sdk's endpoint itself turns into an answer for Rasa.
_ANSWERED = (ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException)

logger = logging.getLogger(__name__)


class ActionFailedError(RuntimeError):
    """An action raised; answered with status 500."""


class QuietExecutor(ActionExecutor):
    """Runs actions; of a failed one it logs type and place, not the message, which may quote what somebody wrote."""

    async def run(self, action_call: dict[str, Any]) -> Any:
        """The result of the called action; raises what rasa-sdk answers with an HTTP error."""
        try:
            return await super().run(action_call)
        except _ANSWERED:
            raise
        except Exception as error:
            logger.error("The action %s failed: %s", action_call.get("next_action"), failure(error))
            raise ActionFailedError("An action failed; its place is in the log above.") from None


def _not_logged_yet(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], ActionFailedError))


def serve(port: int, package: str = ACTIONS_PACKAGE) -> None:
    """Run the actions of `package` until SIGTERM or SIGINT."""
    logging.getLogger("rasa_sdk.endpoint").addFilter(_not_logged_yet)
    executor = QuietExecutor()
    executor.register_package(package)
    app = create_app(executor, cors_origins=[])
    logger.info("%d actions are ready.", len(executor.list_actions()))
    app.run(host=LOCALHOST, port=port, single_process=True, motd=False, access_log=False)


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m bot.assistant.action_server --port N`; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.assistant.action_server", description=main.__doc__)
    parser.add_argument("--port", type=int, default=settings().actions_port)
    parser.add_argument("--actions", default=ACTIONS_PACKAGE, help="package with the custom actions")
    options = parser.parse_args(argv)
    configure_logs()
    # rasa-sdk wants its version to be Rasa's; that the two work together is what our tests are for.
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk might not be compatible")
    serve(options.port, options.actions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
