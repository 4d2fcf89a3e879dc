"""Starts Rasa with the compatibility layer: its own command line, or the server that the gateway talks to."""

import argparse
import gc
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from persona_store.settings import PROJECT_ROOT, settings

LOCALHOST = "127.0.0.1"
MODELS = PROJECT_ROOT / "models"
ENDPOINTS = PROJECT_ROOT / "endpoints.yml"
CREDENTIALS = PROJECT_ROOT / "credentials.yml"
# Read once before anybody asks: the lexicon and the encoder are loaded with the first message, which takes a second.
FIRST_MESSAGE = "Passt Frau Meier zu Persona 1?"

# NumPy's threads cost more than they bring on single sentences, and would fight with the other processes.
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

logger = logging.getLogger(__name__)


def prepare() -> None:
    """Load the compatibility layer; before anything else of Rasa, and before NumPy where possible."""
    for name in _THREAD_LIMITS:
        os.environ.setdefault(name, "1")
    # Rasa passes the address of the action server from here into endpoints.yml.
    os.environ.setdefault("PERSONABOT_ACTIONS_PORT", str(settings().actions_port))
    from bot.assistant import compat

    compat.install()


def rasa_main(argv: Sequence[str]) -> int:
    """Rasa's own command line (train, shell, test, data validate, run, visualize, ...); returns its exit code."""
    prepare()
    from rasa.__main__ import main

    before = sys.argv
    sys.argv = ["rasa", *argv]
    try:
        main()
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv = before
    return 0


def serve(port: int, model: Path = MODELS, endpoints: Path = ENDPOINTS, credentials: Path = CREDENTIALS) -> None:
    """Serve the newest model in `model` on 127.0.0.1 until SIGTERM or SIGINT.

    Only the channels of `credentials` are reachable, not Rasa's HTTP API. The port opens when the assistant is
    ready. Raises FileNotFoundError when there is no model, RuntimeError when it cannot be loaded.
    """
    prepare()
    from rasa.core.run import configure_app, create_http_input_channels
    from rasa.core.utils import AvailableEndpoints
    from rasa.model import get_latest_model

    newest = get_latest_model(model)
    if newest is None:
        raise FileNotFoundError(f"There is no trained assistant in {model}. Train it with: personabot train")
    available = AvailableEndpoints.read_endpoints(str(endpoints))
    app = configure_app(
        create_http_input_channels(None, str(credentials)), enable_api=False, endpoints=available, port=port
    )
    app.register_listener(partial(_load_agent, newest, available), "before_server_start")
    app.run(host=LOCALHOST, port=port)


async def _load_agent(model: str, endpoints: Any, app: Any) -> None:
    from rasa.core.agent import load_agent

    app.ctx.agent = await load_agent(model_path=model, endpoints=endpoints)
    if not app.ctx.agent.is_ready():  # Rasa only logs why, and would go on without ever answering
        raise RuntimeError(f"The trained assistant {model} cannot be loaded. Train it again: personabot train --force")
    await app.ctx.agent.parse_message(FIRST_MESSAGE)
    gc.freeze()  # as in the action server
    logger.info("Rasa is ready.")


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m bot.assistant.launcher run --port N`: the server; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bot.assistant.launcher", description=main.__doc__)
    run = parser.add_subparsers(required=True).add_parser("run", help="serve the trained assistant on 127.0.0.1")
    run.add_argument("--port", type=int, default=settings().rasa_port)
    run.add_argument("--model", type=Path, default=MODELS, help="a model, or a folder with models")
    run.add_argument("--endpoints", type=Path, default=ENDPOINTS)
    run.add_argument("--credentials", type=Path, default=CREDENTIALS)
    options = parser.parse_args(argv)
    from bot.assistant.logs import configure_logs

    configure_logs()
    try:
        serve(options.port, options.model, options.endpoints, options.credentials)
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
