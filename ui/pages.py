"""The app's pages, and the way from one to another."""

import importlib
from collections.abc import Callable

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.start import wait_for_imports
from ui.views import locate


def pages() -> dict[str, StreamlitPage]:
    """Return the pages by the end of their address; the first is where the app opens."""
    shown = {
        "locate": (locate.page, "Locate", "search"),
        "play": (_later("play"), "Play", "sports_esports"),
        "knowledge": (_later("knowledge"), "Knowledge", "menu_book"),
        "compare": (_later("compare"), "Compare", "compare_arrows"),
        "batch": (_later("batch"), "Batch", "photo_library"),
        "evaluate": (_later("evaluation"), "Evaluate", "monitoring"),
    }
    return {
        path: st.Page(
            show, title=title, icon=f":material/{icon}:", url_path=path, default=path == "locate"
        )
        for path, (show, title, icon) in shown.items()
    }


def _later(view: str) -> Callable[[], None]:
    """Return a page whose module is imported when it is shown."""

    def show() -> None:
        wait_for_imports()
        importlib.import_module(f"ui.views.{view}").page()

    return show
