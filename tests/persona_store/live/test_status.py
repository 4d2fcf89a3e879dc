"""What many commands ask at their start is loaded fast."""

import subprocess
import sys

HEAVY = ("numpy", "polars", "duckdb", "scipy", "sklearn", "spacy")


def test_the_live_status_loads_nothing_heavy() -> None:
    asked = f"import sys, persona_store.live.status; print([name for name in {HEAVY} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
