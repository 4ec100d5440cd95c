"""Colours and the little CSS that Streamlit's own options do not cover."""

from pathlib import Path

import streamlit as st

from clues.report.map_style import DARK, LIGHT

# Okabe and Ito's palette: readers with any kind of colour vision can tell these apart.
POINT = "#E69F00"
FAR = "#D55E00"
GUESS = "#CC79A7"
TRUTH = "#009E73"

# The maps' colours in both themes; `edge` outlines credible areas.
MAP_COLOURS = {
    "light": {**LIGHT, "line": "#ffffff", "edge": "#16324f"},
    "dark": {**DARK, "line": "#0c0e10", "edge": "#f4faff"},
}

_CSS = (Path(__file__).parent / "web" / "page.css").read_text("utf-8")


def apply_style() -> None:
    """Add the app's CSS to the page."""
    st.html(f"<style>{_CSS}</style>")
