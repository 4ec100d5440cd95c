"""Compare regions side by side: what tells them apart."""

import itertools

import streamlit as st

from clues.errors import CluesError
from clues.knowledge.query import Difference, differences
from ui.resources import locator

_ROWS = 25


def page() -> None:
    """Show the page."""
    st.markdown("### What tells two places apart?")
    world = locator().world
    names = {
        code: f"{region.name} ({code})"
        for code, region in world.regions.items()
        if region.level in ("country", "subdivision")
    }
    chosen = st.multiselect(
        "Regions", sorted(names), default=["LV", "LT"], format_func=names.__getitem__,
        max_selections=4,
    )  # fmt: skip
    if len(chosen) < 2:
        st.info("Choose two or more regions, such as Latvia and Lithuania.")
        return
    for a, b in itertools.combinations(chosen, 2):
        try:
            _pair(a, b)
        except CluesError as error:
            st.error(str(error))


def _pair(a: str, b: str) -> None:
    world = locator().world
    one, other = world.regions[a].name, world.regions[b].name
    st.markdown(f"#### {one} or {other}")
    found = differences(locator().kb, world, a, b)[:_ROWS]
    if not found:
        st.info("The knowledge base says nothing that tells them apart yet.")
        return
    st.dataframe(
        [_row(d, one, other) for d in found],
        hide_index=True,
        width="stretch",
        column_config={
            one: st.column_config.ProgressColumn(one, format="percent", min_value=0, max_value=1),
            other: st.column_config.ProgressColumn(
                other, format="percent", min_value=0, max_value=1
            ),
            "bits if seen": st.column_config.NumberColumn(
                format="%+.1f", help=f"Above 0 speaks for {one}, below 0 for {other}"
            ),
        },
    )


def _row(difference: Difference, one: str, other: str) -> dict[str, object]:
    clue = (difference.a if difference.bits > 0 else difference.b).clue
    clue = clue or difference.a.clue or difference.b.clue
    variable = difference.a.variable
    value = "" if difference.a.value == "present" else f": {variable.label(difference.a.value)}"
    return {
        "look for": f"{variable.says}{value}",
        one: difference.a.share,
        other: difference.b.share,
        "bits if seen": difference.bits,
        "statement": clue.says if clue else "",
        "line": f"{clue.file}:{clue.line}" if clue else "",
    }
