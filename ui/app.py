"""Entry point of the app: `clues app` runs it."""

import streamlit as st

from ui.pages import batch, compare, evaluation, knowledge, locate, play
from ui.style import apply_style

st.set_page_config(page_title="Clues", page_icon=":material/travel_explore:", layout="wide")
apply_style()

PAGES = [
    st.Page(locate.page, title="Locate", icon=":material/search:", url_path="locate", default=True),
    st.Page(play.page, title="Play", icon=":material/sports_esports:", url_path="play"),
    st.Page(
        knowledge.page, title="Knowledge base", icon=":material/menu_book:", url_path="knowledge"
    ),
    st.Page(compare.page, title="Compare", icon=":material/compare_arrows:", url_path="compare"),
    st.Page(batch.page, title="Batch", icon=":material/photo_library:", url_path="batch"),
    st.Page(evaluation.page, title="Evaluate", icon=":material/monitoring:", url_path="evaluate"),
]

st.navigation(PAGES, position="top").run()
