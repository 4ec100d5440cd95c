"""The app's pages, and the way from one to another."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.views import batch, compare, evaluation, knowledge, locate, play


def pages() -> dict[str, StreamlitPage]:
    """Return the pages by the end of their address; the first is where the app opens."""
    shown = {
        "locate": (locate.page, "Locate", "search"),
        "play": (play.page, "Play", "sports_esports"),
        "knowledge": (knowledge.page, "Knowledge", "menu_book"),
        "compare": (compare.page, "Compare", "compare_arrows"),
        "batch": (batch.page, "Batch", "photo_library"),
        "evaluate": (evaluation.page, "Evaluate", "monitoring"),
    }
    return {
        path: st.Page(
            show, title=title, icon=f":material/{icon}:", url_path=path, default=path == "locate"
        )
        for path, (show, title, icon) in shown.items()
    }
