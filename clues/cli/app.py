"""`clues app`: start the explainer app."""

import importlib
import importlib.util
import sys
from typing import Annotated

import typer

from clues.cli.optional import AskModel, ModelName, SendPhoto, WithOptions, chosen, say_spent
from clues.detector import check_optional
from clues.errors import MissingExtraError
from clues.paths import ROOT

_MAX_UPLOAD_MB = 25


def app_(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Address; this computer alone by default.")] = (
        "localhost"
    ),
    headless: Annotated[bool, typer.Option(help="Do not open a browser.")] = False,
    also: WithOptions = None,
    ask_model: AskModel = None,
    model: ModelName = None,
    yes_send_photo: SendPhoto = False,
) -> None:
    """Open the explainer app in the browser."""
    if importlib.util.find_spec("streamlit") is None:
        raise MissingExtraError("the app needs Streamlit: pip install 'clues[ui,detect]'.")
    added = chosen(also, ask_model, model, yes_send_photo)
    check_optional(added)
    options = {
        "server.port": port,
        "server.address": address,
        "server.headless": str(headless).lower(),
        "server.maxUploadSize": _MAX_UPLOAD_MB,
        "server.fileWatcherType": "none",
        "runner.postScriptGC": "false",  # a tenth of a second a click; `ui.start` sees to it
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
    sys.argv = ["streamlit", "run", str(ROOT / "ui" / "app.py")]
    sys.argv += [f"--{name}={value}" for name, value in options.items()]
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))  # where `ui` is
    try:
        # in this process, so that what is imported stays imported
        importlib.import_module("ui.start").main(added)
    finally:
        say_spent(added)
