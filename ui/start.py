"""Start the server; import what the pages need while the browser loads; clear up now and then."""

import gc
import importlib
import threading
import time
from collections.abc import Sequence

from streamlit import runtime
from streamlit.runtime.runtime import RuntimeState
from streamlit.web import cli

from clues.detector import Detector

# Optional detectors that the locator runs besides the installed ones; `main` says which.
added: list[str | Detector] = []

_imported = threading.Event()
_imported.set()  # unless `main` says otherwise: `streamlit run ui/app.py` works, too
_WAIT_S = 30.0
_COLLECT_S = 60.0  # photos of a session that has ended are gone after this


def main(also: Sequence[str | Detector] = ()) -> None:
    """Run Streamlit's command line, whose options are in `sys.argv`, with optional detectors."""
    added[:] = also
    _imported.clear()
    for work in (_prepare, _clear_up):
        threading.Thread(target=work, daemon=True).start()
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


def _clear_up() -> None:
    """Collect garbage from time to time, in place of Streamlit, which does so after every click."""
    while True:
        time.sleep(_COLLECT_S)
        gc.collect()
