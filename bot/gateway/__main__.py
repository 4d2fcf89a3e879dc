"""Starts the gateway: `python -m bot.gateway [--host ADDRESS] [--port N]`."""

import argparse
import gc
import os

import uvicorn

from bot.gateway.patience import Patience
from persona_store.settings import settings

MOST_CONNECTIONS = 500  # beyond it people get "busy" at once instead of a page that never comes
GRACE_SECONDS = 8  # longer than the longest turn, so that a stop cuts no answer off


def main() -> None:
    """Serves until it is told to stop."""
    # On the few rows of an event a second thread costs Polars a third more than one alone; it is read at its import.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from bot.gateway.app import create_app

    known = settings()
    parser = argparse.ArgumentParser(prog="python -m bot.gateway", description="The web gateway of Persona Bot")
    parser.add_argument("--host", default=known.host, help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=known.port, help="port to listen on (default: %(default)s)")
    chosen = parser.parse_args()
    app = create_app(known)
    gc.freeze()  # as in the action server
    uvicorn.run(
        app,
        host=chosen.host,
        port=chosen.port,
        http=Patience,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the application reads them, from the proxies in PERSONABOT_TRUSTED_PROXIES only
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


if __name__ == "__main__":
    main()
