"""What answering needs is loaded at the start, what only a build needs is not."""

import subprocess
import sys

ANSWERING = """
import importlib, pkgutil, sys, actions
for module in pkgutil.walk_packages(actions.__path__, "actions."):
    importlib.import_module(module.name)
print(sorted({"sklearn", "pandas", "faker"} & set(sys.modules)))
"""


def test_actions_load_no_library_that_only_building_needs() -> None:
    done = subprocess.run([sys.executable, "-c", ANSWERING], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
