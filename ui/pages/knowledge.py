"""Browse, search, edit and preview the knowledge base."""

import difflib
from datetime import date
from pathlib import Path

import pydeck as pdk
import streamlit as st

from clues.errors import CluesError
from clues.evaluation.diff import as_rows, scene_changes
from clues.knowledge import Clue
from clues.knowledge.edit import as_text, parse_clue, save, with_clue
from clues.knowledge.query import coverage, differences, facts_of, search, who_has
from clues.knowledge.scenes import load_scenes
from clues.paths import KB_DIR
from ui.resources import borders, locator
from ui.style import shade

_TEMPLATE = """\
- id: vegetation.palm.my-clue
  cue: vegetation.palm
  value: present
  says: Say in one sentence what is seen, and where.
  where: {{ES: occasional}}
  sources: [{{url: "https://", checked: {today}}}]
  since: {today}
"""


def page() -> None:
    """Show the page."""
    region, cue, edit, thin = st.tabs(["By region", "By cue", "Edit or add", "Coverage"])
    with region:
        _by_region()
    with cue:
        _by_cue()
    with edit:
        _edit()
    with thin:
        _coverage()


def _by_region() -> None:
    kb, world = locator().kb, locator().world
    names = {c: f"{r.name} ({c})" for c, r in world.regions.items() if r.level not in ("world",)}
    code = st.selectbox(
        "Region", sorted(names, key=names.__getitem__), index=None, format_func=names.__getitem__,
        placeholder="Type a name or a code",
    )  # fmt: skip
    if code is None:
        st.info("Choose a region to read what tells it apart, and from whom.")
        return
    facts = facts_of(kb, world, code)
    st.dataframe(
        [
            {
                "look for": f"{f.variable.says}"
                + ("" if f.value == "present" else f": {f.variable.label(f.value)}"),
                "here": f.share,
                "elsewhere": f.elsewhere,
                "bits": f.lift_bits,
                "statement": f.clue.says if f.clue else "",
                "line": f"{f.clue.file}:{f.clue.line}" if f.clue else "",
            }
            for f in facts
        ],
        hide_index=True,
        width="stretch",
        height=420,
        column_config={
            "here": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "elsewhere": st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            ),
            "bits": st.column_config.NumberColumn(format="%+.1f"),
        },
    )
    _look_alikes(code)


def _look_alikes(code: str) -> None:
    world = locator().world
    if world.regions[code].level != "country":
        return
    near = {
        world.regions[b].parent
        for a in world.children(code)
        if a in world.adjacency
        for b in world.adjacency.neighbors(a)
    } - {code}
    st.markdown("**Neighbours, and what tells them apart**")
    for other in sorted(n for n in near if n):
        found = differences(locator().kb, world, code, other)[:3]
        tips = "; ".join(f"{d.a.variable.says} {d.a.value} ({d.bits:+.1f} bits)" for d in found)
        st.markdown(f"- {world.regions[other].name}: {tips or 'nothing yet'}")


def _by_cue() -> None:
    kb = locator().kb
    words = st.text_input("Search cues", placeholder="bollard, palm, plate ...")
    found = search(kb, words) if words else list(kb.variables.values())
    names = {v.id: f"{v.says} ({v.id})" for v in found if v.id in kb.rules}
    name = st.selectbox("Cue", list(names), index=None, format_func=names.__getitem__)
    if name is None:
        return
    variable = kb.variable(name)
    values = [v for v in variable.value_ids if v != "absent" and v in kb.rules[name]]
    value = st.segmented_control("Value", values, default=values[0], format_func=variable.label)
    if value is None:
        return
    facts = who_has(kb, name, value)
    _frequency_map({f.region: f.share for f in facts})
    st.dataframe(
        [
            {
                "region": f.region,
                "share": f.share,
                "statement": f.clue.says if f.clue else "",
                "line": f"{f.clue.file}:{f.clue.line}" if f.clue else "",
            }
            for f in facts
        ],
        hide_index=True,
        width="stretch",
    )


def _frequency_map(shares: dict[str, float], height: int = 360) -> None:
    top = max(shares.values(), default=1.0)
    features = []
    for feature in borders("country")["features"]:  # type: ignore[attr-defined]
        code = feature["properties"]["code"]
        here = shares.get(code) or max(
            (p for c, p in shares.items() if c.startswith(f"{code}-")), default=0.0
        )
        colour = shade(here / top) if here else (128, 138, 155, 30)
        properties = {**feature["properties"], "colour": colour, "text": f"{here:.0%}"}
        features.append({**feature, "properties": properties})
    layer = pdk.Layer(
        "GeoJsonLayer",
        {"type": "FeatureCollection", "features": features},
        filled=True,
        stroked=True,
        get_fill_color="properties.colour",
        get_line_color=[128, 138, 155, 160],
        line_width_min_pixels=0.5,
        pickable=True,
    )
    deck = pdk.Deck(
        layers=[layer],
        initial_view_state=pdk.ViewState(latitude=25, longitude=15, zoom=0.9),
        map_style="",
        map_provider=None,
        tooltip={"html": "<b>{name}</b> {text}"},
    )
    st.pydeck_chart(deck, height=height)


def _edit() -> None:
    kb = locator().kb
    name = st.selectbox(
        "Clue", [None, *kb.by_id], format_func=lambda n: n or "A new clue", key="edit-clue"
    )
    today = date.today()
    start = as_text(kb.by_id[name]) if name else _TEMPLATE.format(today=today)
    text = st.text_area("YAML", start, height=260, key=f"yaml-{name}")
    try:
        clue = parse_clue(text)
        edited = kb.with_clues([clue])
        for code in clue.where:
            locator().world.resolve(code)
    except CluesError as error:
        st.error(str(error))
        return
    st.success("Well formed.")
    _preview(edited)
    _save(clue, kb.by_id[name].file if name else "")


def _preview(edited: object) -> None:
    if not st.button("Preview on the golden scenes"):
        return
    scenes, _ = load_scenes(KB_DIR / "scenes")
    changes = scene_changes(locator().kb, edited, locator().world, scenes)  # type: ignore[arg-type]
    if not changes:
        st.info("No golden scene moves.")
        return
    header = ("", "scene", "before", "after")
    st.dataframe([dict(zip(header, row, strict=True)) for row in as_rows(changes)], hide_index=True)


def _save(clue: Clue, file: str) -> None:
    default = file.removeprefix("kb/") or f"clues/{clue.family}/mine.yaml"
    target = KB_DIR / Path(st.text_input("File, below kb/", default))
    if KB_DIR.resolve() not in target.resolve().parents:
        st.error("The file must lie below kb/.")
        return
    before = target.read_text("utf-8") if target.exists() else ""
    after = with_clue(before, clue, str(target))
    name = str(target.relative_to(KB_DIR.parent))
    patch = "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            f"a/{name}",
            f"b/{name}",
        )
    )
    st.code(patch or "No change.", language="diff")
    left, middle, right = st.columns(3)
    left.download_button("Download the patch", patch, "clue.patch")
    if middle.button("Save to the file", type="primary", disabled=not patch):
        try:
            save(target, after, expected=before or None)
            st.session_state.undo = (target, before)
            locator.clear()
            st.toast(f"Saved {name}.")
        except CluesError as error:
            st.error(str(error))
    if right.button("Undo", disabled="undo" not in st.session_state):
        path, text = st.session_state.pop("undo")
        save(path, text)
        locator.clear()
        st.toast("Undone.")


def _coverage() -> None:
    kb, world = locator().kb, locator().world
    table = coverage(kb, world)
    _frequency_map({code: float(row.total()) for code, row in table.items()})
    st.dataframe(
        [
            {"country": world.regions[c].name, **dict(row), "all": row.total()}
            for c, row in sorted(table.items(), key=lambda item: -item[1].total())
        ],
        hide_index=True,
        width="stretch",
    )
