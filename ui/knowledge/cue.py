"""A cue's page: where each of its values is seen, and who says so."""

import html

import streamlit as st

from clues.cue import ABSENT
from clues.knowledge.model import Kind
from clues.knowledge.query import search, who_has
from clues.report import words
from ui.knowledge.choropleth import share_map
from ui.resources import locator
from ui.widgets.map import WORLD
from ui.widgets.tables import share, statement, table

_FALLBACK = "roads.centre-line"
_SHOWN = 30


def cue_page() -> None:
    """Show the tab."""
    kb = locator().kb
    left, middle, right = st.columns([2, 2, 3], gap="medium", vertical_alignment="bottom")
    family = left.selectbox("Family", ["all", *kb.families()])
    text = middle.text_input("Search", placeholder="bollard, palm, yellow ...")
    found = [
        v.id
        for v in (search(kb, text) if text else kb.variables.values())
        if v.id in kb.rules and family in ("all", v.family)
    ]
    if not found:
        st.info("No cue has all these words. Try fewer, or another family.")
        return
    start = found.index(_FALLBACK) if _FALLBACK in found else 0
    name = right.selectbox(
        f"Cue ({len(found)} found)", found, index=start,
        format_func=lambda v: f"{kb.variables[v].says} ({v})",
    )  # fmt: skip
    variable = kb.variable(name)
    if variable.question:
        st.html(f'<p class="lead">{html.escape(variable.question)}</p>')
    values = [v for v in variable.value_ids if v != ABSENT and v in kb.rules[name]]
    value = values[0]
    if variable.kind is Kind.CATEGORICAL:
        value = st.pills(
            "Value", values, default=values[0], required=True, format_func=variable.label,
            label_visibility="collapsed", key=f"kb-value-{name}",
        ) or values[0]  # fmt: skip
    _where(name, value)


def _where(name: str, value: str) -> None:
    kb, world = locator().kb, locator().world
    rule = kb.rules[name][value]
    facts = who_has(kb, name, value)
    continents = {f.region: f.share for f in facts if world.regions[f.region].level == "continent"}
    shares: dict[str, float] = {}
    for code in world.of_level("country"):
        above = next((continents[c] for c in world.ancestors(code) if c in continents), None)
        shares[code] = rule.elsewhere if above is None else above
    for fact in facts:
        shares |= dict.fromkeys(_on_map(fact.region), fact.share)
    share_map(f"cue-{name}-{value}", shares, WORLD)
    st.markdown(f"Where no line below says otherwise: **{words.percent(rule.elsewhere)}**")
    limit = st.session_state.get("kb-places", _SHOWN)
    table(
        ["region", "seen in", "statement"],
        (
            [
                f"<b>{html.escape(world.regions[f.region].name)}</b>"
                f"<br><span class='soft'>{html.escape(f.region)}</span>",
                share(f.share),
                statement(f.clue),
            ]
            for f in facts[:limit]
        ),
    )
    if len(facts) > limit and st.button(f"Show all {len(facts)}"):
        st.session_state["kb-places"] = len(facts)
        st.rerun()


def _on_map(code: str) -> list[str]:
    """Return the codes that the map fills for a region; continents are spread beforehand."""
    world = locator().world
    level = world.regions[code].level
    if level == "group":
        return list(world.subdivisions_of(code))
    return [code] if level in ("country", "subdivision") else []
