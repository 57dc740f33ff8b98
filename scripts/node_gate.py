"""Runs the TypeScript gate of the same name, for pipelines that call these gates with Python. Needs Node and `npm ci`."""

import os
import shutil
import subprocess
import sys


def run(script):
    """Runs scripts/check-docs-drift.ts for scripts/check_docs_drift.py, and ends with its exit status."""
    folder, name = os.path.split(os.path.abspath(script))
    gate = os.path.join(folder, name[: -len(".py")].replace("_", "-") + ".ts")
    node = shutil.which("node")
    if node is None:
        sys.exit("Node is not on the PATH. Install Node 20.19 or newer.")
    command = [node, "--conditions=development", "--import", "tsx", gate, *sys.argv[1:]]
    sys.exit(subprocess.run(command, cwd=os.path.dirname(folder), check=False).returncode)
