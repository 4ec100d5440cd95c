"""Entry point of the app: `clues app` runs it.

What the first page does not need is imported below it, so that it is painted soon.
"""

from pathlib import Path

import streamlit as st

from clues.errors import CluesError
from ui.pages import pages
from ui.session import clue_to_open
from ui.start import have_imports, wait_for_imports
from ui.style import apply_style

_ICON = str(Path(__file__).parent / "web" / "icon.png")  # a symbol would come from Google
_FIRST_ICON = "🌍"  # Streamlit imports numpy and Pillow for a picture

st.set_page_config(
    page_title="Clues: where was this photo taken, and which clues say so?",
    page_icon=_ICON if have_imports() else _FIRST_ICON,
    layout="wide",
)
apply_style()
unseen = st.container(key="unseen")
shown = pages()
chosen = st.navigation(list(shown.values()), position="top")
if clue := clue_to_open():
    st.switch_page(shown["knowledge"], query_params={"edit-clue": clue})
try:
    chosen.run()
    wait_for_imports()
    st.set_page_config(page_icon=_ICON)
    with unseen:
        from ui.widgets.map import mount_borders

        mount_borders()
except CluesError as problem:  # a knowledge base that somebody is editing
    st.error(str(problem))
