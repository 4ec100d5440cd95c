"""Share a result: one HTML page, JSON, and a link that carries cues but no photo."""

from dataclasses import replace

import streamlit as st

from clues.pipeline import Location
from clues.report.build import build
from clues.report.json import to_json
from clues.report.permalink import encode_cues
from clues.report.private import without_plate_text
from ui.state import Case


def share(case: Case, found: Location) -> None:
    """Offer a report, the data, and a link."""
    from clues.report.html import location_html  # the first page need not wait for templates

    name = case.name.rsplit(".", 1)[0]
    page, data = st.columns(2, gap="large", vertical_alignment="bottom")
    with page:
        st.markdown(
            "**A page** with answer, maps, ledger and sources. It is one file that needs no "
            "internet; number plates, heads and the photo's metadata (GPS, camera) are gone."
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            get = st.empty()
            with_photo = st.toggle(
                "With the photo", value=case.photo is not None, disabled=case.photo is None,
                key=f"photo-in-{case.key}", width="content",
            )  # fmt: skip
            shown = replace(found, photo=case.photo if with_photo else None)
            get.download_button(
                "Report (HTML)", lambda: location_html(shown, file=case.name), f"{name}.html",
                "text/html", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    with data:
        st.markdown("**The same as data**: every number, cue, statement and line.")
        st.download_button(
            "Data (JSON)", lambda: data_of(case, found), f"{name}.json",
            "application/json", icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    st.markdown(
        "**A link** with the cues as they count now, without photo and without what was read:"
    )
    st.code(f"{_address()}?cues={encode_cues(found.cues)}", language=None)


def data_of(case: Case, found: Location) -> str:
    """Return a result as JSON, without the texts of number plates."""
    return to_json(without_plate_text(build(found, file=case.name)))


def _address() -> str:
    address = st.context.url or ""
    return address.split("?", 1)[0]
