"""A region's page: what is seen there, its look-alikes, and what tells them apart."""

import html

import streamlit as st

from clues.knowledge import KnowledgeBase
from clues.knowledge.likeness import LookAlike, look_alikes
from clues.knowledge.query import Difference, Fact, facts_of
from clues.report import words
from ui.resources import locator
from ui.widgets.ranking import facts as show_facts
from ui.widgets.ranking import flag
from ui.widgets.tables import seen, share, statement, table

_SHOWN = 30
_FALLBACK = "ES"


def region_page() -> None:
    """Show the tab."""
    kb, world = locator().kb, locator().world
    names = {c: f"{r.name} ({c})" for c, r in world.regions.items() if r.level != "world"}
    ordered = sorted(names, key=names.__getitem__)
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    code = left.selectbox(
        "Region", ordered, index=ordered.index(_FALLBACK) if _FALLBACK in names else 0,
        format_func=names.__getitem__, key="kb-region", bind="query-params",
    )  # fmt: skip
    families = right.multiselect("Cue families", kb.families(), placeholder="All families")
    region = world.regions[code]
    found = [f for f in facts_of(kb, world, code) if not families or f.variable.family in families]
    above = next((world.regions[c].name for c in world.ancestors(code)), "")
    show_facts(
        {
            "lies in": above,
            "statements": f"{len(found):,}",
            "area": words.km2(region.area_km2),
            "people in its towns": words.short(region.population),
        }
    )
    alike = _alike(kb, kb.version, code)
    if alike:
        st.markdown("##### Easily taken for")
        _look_alikes(alike)
    st.markdown("##### What to look for here, the most telling first")
    if not found:
        st.info("The knowledge base says nothing of it yet. Add a clue in the tab 'Edit or add'.")
        return
    _facts(found)


def _facts(found: list[Fact]) -> None:
    limit = st.session_state.get("kb-facts", _SHOWN)
    table(
        ["look for", "here", "elsewhere", "bits if seen", "statement"],
        (
            [
                html.escape(seen(f.variable, f.value)),
                share(f.share),
                words.percent(f.elsewhere),
                words.bits(f.lift_bits),
                statement(f.clue),
            ]
            for f in found[:limit]
        ),
        numbers=(2, 3),
    )
    if len(found) > limit and st.button(f"Show all {len(found)}"):
        st.session_state["kb-facts"] = len(found)
        st.rerun()


@st.cache_data(show_spinner=False)
def _alike(_kb: KnowledgeBase, version: str, code: str) -> list[LookAlike]:
    del version  # only part of the cache's key
    return look_alikes(_kb, locator().world, code)


def _look_alikes(alike: list[LookAlike]) -> None:
    world = locator().world
    table(
        ["country", "likeness", "what tells them apart"],
        (
            [
                f"{flag(one.region)} <b>{html.escape(world.regions[one.region].name)}</b>",
                share(one.likeness),
                "<br>".join(_tell(d, one.region) for d in one.tells),
            ]
            for one in alike
        ),
    )


def _tell(difference: Difference, other: str) -> str:
    here = locator().world.regions[difference.a.region].name
    there = locator().world.regions[other].name
    name = html.escape(seen(difference.a.variable, difference.a.value))
    return (
        f"{name} <span class='soft'>{html.escape(here)} {words.percent(difference.a.share)}, "
        f"{html.escape(there)} {words.percent(difference.b.share)}</span>"
    )
