"""Charts as pictures, drawn by a process of its own: drawing holds Python's lock for up to a second a chart."""

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from persona_store.draw import Kind

CHART_SECONDS = 20.0  # on a busy machine; a calm one takes one


def drawn(kind: "Kind", specs: Sequence[dict[str, Any]]) -> list[bytes]:
    """The charts as pictures, by one process for all of them.

    Raises subprocess.SubprocessError when one of them cannot be drawn, or not in CHART_SECONDS for each.
    """
    done = subprocess.run(
        [sys.executable, "-m", "persona_store.draw"],
        input=json.dumps({"kind": kind, "specs": list(specs)}).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=CHART_SECONDS * max(1, len(specs)),
        check=True,
    )
    return [b64decode(picture) for picture in json.loads(done.stdout)]
