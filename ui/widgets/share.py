"""Share a result: one HTML page, JSON, and a link that carries cues but no photo."""

import json
from dataclasses import replace

import streamlit as st

from clues.pipeline import Location
from clues.report.build import build
from clues.report.html import location_html
from clues.report.json import to_json
from ui.state import Case


def share(case: Case, found: Location) -> None:
    """Offer the downloads."""
    name = case.name.rsplit(".", 1)[0]
    with_photo = st.toggle("With the photo (its metadata is gone already)", value=True)
    shown = found if not with_photo or case.photo is None else _with_photo(found, case)
    left, middle = st.columns(2)
    left.download_button(
        "Report (HTML)", location_html(shown, file=case.name), f"{name}.html", "text/html"
    )
    document = to_json(build(found, file=case.name))
    middle.download_button("Data (JSON)", document, f"{name}.json", "application/json")
    told = {cue.variable: cue.value for cue in case.given.values()}
    seen = {c.variable: c.value for c in case.cues()}
    st.caption("A link with the cues, without the photo:")
    st.code(f"?cues={json.dumps({**seen, **told}, separators=(',', ':'))}", wrap_lines=True)


def _with_photo(found: Location, case: Case) -> Location:
    return replace(found, photo=case.photo)
