"""`clues app`: start the explainer app."""

import importlib.util
import os
import subprocess
import sys
from typing import Annotated

import typer

from clues.errors import MissingExtraError
from clues.paths import ROOT

_MAX_UPLOAD_MB = 25


def app_(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address; this computer alone by default.")] = (
        "localhost"
    ),
    headless: Annotated[bool, typer.Option(help="Do not open a browser.")] = False,
) -> None:
    """Open the explainer app in the browser."""
    if importlib.util.find_spec("streamlit") is None:
        raise MissingExtraError("the app needs Streamlit: pip install 'clues[ui,detect]'.")
    options = {
        "server.port": port,
        "server.address": address,
        "server.headless": str(headless).lower(),
        "server.maxUploadSize": _MAX_UPLOAD_MB,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "ui" / "app.py")]
    command += [f"--{name}={value}" for name, value in options.items()]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)
