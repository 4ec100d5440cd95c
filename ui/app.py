"""Entry point of the app: `clues app` runs it."""

from pathlib import Path

import streamlit as st

from ui.start import wait_for_imports

st.set_page_config(
    page_title="Clues: where was this photo taken, and which clues say so?",
    page_icon=str(Path(__file__).parent / "web" / "icon.png"),  # a symbol would come from Google
    layout="wide",
)
wait_for_imports()

from clues.errors import CluesError  # noqa: E402
from ui.pages import pages  # noqa: E402
from ui.state import clue_to_open  # noqa: E402
from ui.style import apply_style  # noqa: E402
from ui.widgets.map import mount_borders  # noqa: E402

apply_style()
unseen = st.container(key="unseen")
shown = pages()
chosen = st.navigation(list(shown.values()), position="top")
if clue := clue_to_open():
    st.switch_page(shown["knowledge"], query_params={"edit-clue": clue})
try:
    chosen.run()
    with unseen:  # last, so that the first page need not wait for them
        mount_borders()
except CluesError as problem:  # a knowledge base that somebody is editing
    st.error(str(problem))
