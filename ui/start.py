"""Start the server, show the first page, import what the others need; clear up now and then."""

import contextlib
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

_needed, _imported = threading.Event(), threading.Event()
_imported.set()  # unless `main` says otherwise: `streamlit run ui/app.py` works, too
_WAIT_S = 30.0
_ALONE_S = 5.0  # nobody came so far: import for whoever comes
_COLLECT_S = 60.0  # photos of a session that has ended are gone after this
_VIEWS = ("case", "play", "knowledge", "compare", "batch", "evaluation")


def main(also: Sequence[str | Detector] = ()) -> None:
    """Run Streamlit's command line, whose options are in `sys.argv`, with optional detectors."""
    added[:] = also
    _imported.clear()
    for work in (_prepare, _clear_up):
        threading.Thread(target=work, daemon=True).start()
    _look_for_no_components()
    cli.main(prog_name="streamlit")


def have_imports() -> bool:
    """Whether the modules that the first page does without are there."""
    return _imported.is_set()


def wait_for_imports(after_s: float = 0.0) -> None:
    """Wait until the modules are there, imported after so many seconds or at once.

    One thread imports them: two that do get in each other's way.
    """
    if not have_imports():
        time.sleep(after_s)
        _needed.set()
        _imported.wait(_WAIT_S)


def _prepare() -> None:
    while not runtime.exists() or runtime.get_instance().state is RuntimeState.INITIAL:
        time.sleep(0.02)  # it listens first, so that the browser comes as early as can be
    _needed.wait(_ALONE_S)  # the first page goes first, and needs none of them
    try:
        for view in _VIEWS:
            importlib.import_module(f"ui.views.{view}")
    finally:
        _imported.set()


def _look_for_no_components() -> None:
    """Keep Streamlit from reading the metadata of every installed package before it listens.

    It looks for components that they may bring; all of ours are in `ui`.
    """
    with contextlib.suppress(ImportError):  # another version of Streamlit: it takes its time
        from streamlit.components.v2.component_manager import BidiComponentManager

        BidiComponentManager.discover_and_register_components = _nothing  # type: ignore[method-assign]


def _nothing(*_: object, **__: object) -> None: ...


def _clear_up() -> None:
    """Collect garbage from time to time, in place of Streamlit, which does so after every click."""
    while True:
        time.sleep(_COLLECT_S)
        gc.collect()
