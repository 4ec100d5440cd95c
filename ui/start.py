"""Start the server, and import what the pages need while the browser still loads itself."""

import importlib
import threading
import time

from streamlit import runtime
from streamlit.runtime.runtime import RuntimeState
from streamlit.web import cli

_imported = threading.Event()
_imported.set()  # unless `main` says otherwise: `streamlit run ui/app.py` works, too
_WAIT_S = 30.0


def main() -> None:
    """Run Streamlit's command line; its options are in `sys.argv`."""
    _imported.clear()
    threading.Thread(target=_prepare, daemon=True).start()
    cli.main(prog_name="streamlit")


def wait_for_imports() -> None:
    """Wait until the modules are there: two threads that import them get in each other's way."""
    _imported.wait(_WAIT_S)


def _prepare() -> None:
    while not runtime.exists() or runtime.get_instance().state is RuntimeState.INITIAL:
        time.sleep(0.02)  # it listens first, so that the browser comes as early as can be
    try:
        importlib.import_module("ui.pages")
    finally:
        _imported.set()
