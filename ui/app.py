"""Entry point of the app: `clues app` runs it."""

from pathlib import Path

import streamlit as st

from clues.errors import CluesError
from ui.style import apply_style
from ui.views import batch, compare, evaluation, knowledge, locate, play
from ui.widgets.map import mount_borders

st.set_page_config(
    page_title="Clues: where was this photo taken, and which clues say so?",
    page_icon=str(Path(__file__).parent / "web" / "icon.png"),  # a symbol would come from Google
    layout="wide",
)
apply_style()
unseen = st.container(key="unseen")

PAGES = [
    st.Page(locate.page, title="Locate", icon=":material/search:", url_path="locate", default=True),
    st.Page(play.page, title="Play", icon=":material/sports_esports:", url_path="play"),
    st.Page(knowledge.page, title="Knowledge", icon=":material/menu_book:", url_path="knowledge"),
    st.Page(compare.page, title="Compare", icon=":material/compare_arrows:", url_path="compare"),
    st.Page(batch.page, title="Batch", icon=":material/photo_library:", url_path="batch"),
    st.Page(evaluation.page, title="Evaluate", icon=":material/monitoring:", url_path="evaluate"),
]

try:
    st.navigation(PAGES, position="top").run()
    with unseen:  # last, so that the first page need not wait for them
        mount_borders()
except CluesError as problem:  # a knowledge base that somebody is editing
    st.error(str(problem))
