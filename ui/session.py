"""What a session has at hand: its photos, and which of them is shown."""

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from ui.state import Case

MOST_CASES = 30  # photos kept in memory a session; the oldest go first


def cases() -> "dict[str, Case]":
    """Return this session's cases by key."""
    if "cases" not in st.session_state:
        st.session_state.cases = {}
    found: dict[str, Case] = st.session_state.cases
    return found


def current_case() -> "Case | None":
    """Return the case that the person looks at."""
    return cases().get(st.session_state.get("case", ""))


def show_case(case: "Case") -> None:
    """Make a case the one that the person looks at."""
    known = cases()
    known[case.key] = case
    st.session_state.case = case.key
    for key in [key for key in known if key != case.key][: max(len(known) - MOST_CASES, 0)]:
        del known[key]


def open_clue(clue_id: str) -> None:
    """Show a clue in the editor with the next run; the photo at hand stays."""
    st.session_state["clue-to-open"] = clue_id


def clue_to_open() -> str | None:
    """Return the clue that was asked for, once."""
    clue: str | None = st.session_state.pop("clue-to-open", None)
    return clue
