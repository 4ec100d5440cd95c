"""Compare regions side by side: what tells them apart."""

import html

import streamlit as st

from clues.knowledge.likeness import Comparison, compare
from ui.resources import locator
from ui.widgets.tables import seen, share, statement, table

_ROWS = 20
_START = ["LV", "LT", "EE"]


def page() -> None:
    """Show the page."""
    st.html(
        '<p class="answer">What tells places apart?</p><p class="answer-detail">Shares of photos '
        "in which each thing is seen, by how many bits one look is expected to tell.</p>"
    )
    world = locator().world
    names = {
        code: f"{region.name} ({code})"
        for code, region in world.regions.items()
        if region.level in ("country", "group", "subdivision", "zone")
    }
    left, right = st.columns([3, 2], gap="medium")
    chosen = left.multiselect(
        "Regions, two to four", sorted(names, key=names.__getitem__),
        default=[c for c in _START if c in names], format_func=names.__getitem__,
        max_selections=4, key="compare", bind="query-params",
    )  # fmt: skip
    families = right.multiselect(
        "Cue families", locator().kb.families(), placeholder="All families"
    )
    if len(chosen) < 2:
        st.info("Choose two or more regions, such as Latvia and Lithuania.")
        return
    found = [
        one
        for one in compare(locator().kb, world, chosen)
        if not families or one.variable.family in families
    ]
    if not found:
        st.info("The knowledge base says nothing that tells them apart yet.")
        return
    limit = st.session_state.get("compare-rows", _ROWS)
    header = ["look for", *(world.regions[c].name for c in chosen), "bits", "who says so"]
    table(header, map(_row, found[:limit]), numbers=(len(header) - 2,))
    if len(found) > limit and st.button(f"Show all {len(found)}"):
        st.session_state["compare-rows"] = len(found)
        st.rerun()


def _row(one: Comparison) -> list[str]:
    most = max(range(len(one.shares)), key=one.shares.__getitem__)
    clue = one.clues[most] or next((c for c in one.clues if c), None)
    return [
        html.escape(seen(one.variable, one.value)),
        *map(share, one.shares),
        f"{one.bits:.2f}",
        statement(clue),
    ]
