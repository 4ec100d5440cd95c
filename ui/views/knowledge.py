"""Browse, search, edit and preview the knowledge base."""

import streamlit as st

from ui.knowledge.coverage import coverage_page
from ui.knowledge.cue import cue_page
from ui.knowledge.edit import edit_page
from ui.knowledge.region import region_page
from ui.resources import locator

_EDIT = "Edit or add"
_TABS = {
    "By region": region_page,
    "By cue": cue_page,
    _EDIT: edit_page,
    "Coverage": coverage_page,
}


def page() -> None:
    """Show the page."""
    kb = locator().kb
    st.html(
        f'<p class="answer">What the knowledge base says</p><p class="answer-detail">'
        f"{len(kb.clues):,} statements on {len(kb.variables):,} cues, each with a source and a "
        "line of YAML that you may edit.</p>"
    )
    if "edit-clue" in st.query_params and "kb-tab" not in st.session_state:
        st.session_state["kb-tab"] = _EDIT  # a link to a clue opens the editor
    tabs = st.tabs(list(_TABS), on_change="rerun", key="kb-tab")
    for tab, show in zip(tabs, _TABS.values(), strict=True):
        if tab.open:
            with tab:
                show()
