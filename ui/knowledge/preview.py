"""What a clue would change: the golden scenes that use its cue, and the photo at hand."""

import html

import streamlit as st

from clues.cue import Cue
from clues.evaluation.diff import as_rows, scene_changes
from clues.knowledge import Clue
from clues.knowledge.scenes import load_scenes
from clues.paths import KB_DIR
from clues.pipeline import Location
from clues.report import words
from ui.resources import locator
from ui.session import current_case
from ui.widgets.tables import table

_SHOWN = 4


def preview(clue: Clue) -> None:
    """Show what the clue changes."""
    if not st.toggle("Preview what it changes", key="kb-preview"):
        return
    now = locator()
    then = now.with_kb(now.kb.with_clues([clue]))
    scenes, _ = load_scenes(KB_DIR / "scenes")
    used = [scene for scene in scenes if clue.cue in {cue.variable for cue in scene.cues}]
    changes = scene_changes(now.kb, then.kb, now.world, used)
    st.markdown(f"**Golden scenes**: {len(used)} of {len(scenes)} use this cue.")
    if changes:
        table(
            ["", "scene", "before", "after"],
            ([html.escape(c) for c in r] for r in as_rows(changes)),
        )
    else:
        st.caption("None of them moves.")
    case = current_case()
    if case is not None and clue.cue in {cue.variable for cue in case.all_cues().values()}:
        st.markdown(f"**{case.name}**")
        before = case.locate().location
        after = then.locate(
            extraction=before.extraction, prior=case.prior, within=case.within or None
        )
    else:
        st.markdown("**A photo that shows nothing but this**")
        cue = [Cue.certain(clue.cue, clue.value)]
        before, after = now.locate(cues=cue), then.locate(cues=cue)
    _before_and_after(before, after)


def _before_and_after(before: Location, after: Location) -> None:
    found = {r.region.code: r for r in before.fusion.posterior.regions("country", _SHOWN)}
    found |= {r.region.code: r for r in after.fusion.posterior.regions("country", _SHOWN)}
    old, new = before.fusion.posterior.probability_of, after.fusion.posterior.probability_of
    table(
        ["country", "before", "after"],
        (
            [html.escape(one.region.name), words.percent(old(code)), words.percent(new(code))]
            for code, one in sorted(found.items(), key=lambda item: -new(item[0]))
        ),
        numbers=(1, 2),
    )
