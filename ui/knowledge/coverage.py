"""Where the knowledge base is thin."""

import html

import streamlit as st

from clues.knowledge.query import coverage
from clues.report import words
from ui.knowledge.choropleth import count_map
from ui.resources import locator
from ui.widgets.tables import table


def coverage_page() -> None:
    """Show the tab."""
    kb, world = locator().kb, locator().world
    by_country = coverage(kb, world)
    family = st.selectbox("Family", ["all", *kb.families()], key="coverage-family")
    counts = {
        code: row.total() if family == "all" else row[family] for code, row in by_country.items()
    }
    count_map(f"coverage-{family}", {c: n for c, n in counts.items() if n}, "statements")
    everywhere = sorted(
        world.of_level("country"),
        key=lambda c: (counts.get(c, 0), -world.regions[c].population),
    )
    st.markdown("##### Thinnest first: a statement about one of these helps most")
    table(
        ["country", "people in its towns", "statements", "families"],
        (
            [
                html.escape(world.regions[code].name),
                words.short(world.regions[code].population),
                str(counts.get(code, 0)),
                str(len(by_country.get(code, ()))),
            ]
            for code in [c for c in everywhere if world.regions[c].population > 100_000][:40]
        ),
        numbers=(1, 2, 3),
    )
