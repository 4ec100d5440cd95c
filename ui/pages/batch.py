"""A folder or zip of photos to a table and a map."""

import io
import zipfile
from collections.abc import Iterator

import pydeck as pdk
import streamlit as st

from clues.errors import CluesError
from clues.photo import MAX_BYTES, SUFFIXES, open_photo
from clues.report import points
from clues.report.build import build
from clues.report.json import to_json
from clues.report.models import LocationReport
from ui.resources import locator
from ui.widgets.map import border_layer
from ui.widgets.photo import jpeg

_MOST = 200


def page() -> None:
    """Show the page."""
    st.markdown("### Many photos at once")
    files = st.file_uploader(
        f"Photos, or a zip of photos (at most {_MOST})",
        type=["zip", *(s.lstrip(".") for s in sorted(SUFFIXES))],
        accept_multiple_files=True,
    )
    if not files:
        st.info("Drop photos or a zip file. Each is located on its own; nothing is stored.")
        return
    if st.button("Locate them all", type="primary"):
        st.session_state.batch = _locate_all(list(_contents(files))[:_MOST])
    if "batch" in st.session_state:
        _show(*st.session_state.batch)


def _contents(files: list[object]) -> Iterator[tuple[str, bytes]]:
    for file in files:
        data: bytes = file.getvalue()  # type: ignore[attr-defined]
        name: str = file.name  # type: ignore[attr-defined]
        if not name.lower().endswith(".zip"):
            yield name, data
            continue
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for entry in archive.infolist():
                    suffix = "." + entry.filename.rsplit(".", 1)[-1].lower()
                    if suffix in SUFFIXES and 0 < entry.file_size <= MAX_BYTES:
                        yield entry.filename, archive.read(entry)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
            st.error(f"{name}: this is no readable zip file; make it again without a password.")


def _locate_all(
    photos: list[tuple[str, bytes]],
) -> tuple[list[LocationReport], list[str], list[str]]:
    rows, thumbnails, failed = [], [], []
    bar = st.progress(0.0)
    for number, (name, data) in enumerate(photos, 1):
        try:
            photo = open_photo(data, name)
            rows.append(build(locator().locate(photo), file=name))
            thumbnails.append(f"data:image/jpeg;base64,{jpeg(photo, 160)}")
        except CluesError as error:
            failed.append(str(error))
        bar.progress(number / len(photos), f"{number} of {len(photos)}")
    bar.empty()
    return rows, thumbnails, failed


def _show(rows: list[LocationReport], thumbnails: list[str], failed: list[str]) -> None:
    for message in failed:
        st.error(message)
    if not rows:
        return
    table = [
        {"photo": picture, **row.model_dump()}
        for row, picture in zip(rows, thumbnails, strict=True)
    ]
    st.dataframe(
        table,
        hide_index=True,
        row_height=64,
        column_config={"photo": st.column_config.ImageColumn("photo")},
    )
    _map(rows)
    writers = {"CSV": points.to_csv, "GeoJSON": points.to_geojson, "KML": points.to_kml}
    columns = st.columns(len(writers) + 1)
    for column, (kind, write) in zip(columns, writers.items(), strict=False):
        column.download_button(kind, write(rows), f"clues.{kind.lower()}")
    lines = "\n".join(to_json(row, indent=None) for row in rows)
    columns[-1].download_button("JSON lines", lines, "clues.jsonl")


def _map(rows: list[LocationReport]) -> None:
    dots = [{"place": [row.lon, row.lat], "name": row.file, "text": row.country} for row in rows]
    layer = pdk.Layer(
        "ScatterplotLayer",
        dots,
        get_position="place",
        get_fill_color=[213, 94, 0, 220],
        radius_min_pixels=5,
        radius_max_pixels=5,
        pickable=True,
    )
    deck = pdk.Deck(
        layers=[border_layer(), layer],
        initial_view_state=pdk.ViewState(latitude=20, longitude=10, zoom=0.8),
        map_style="",
        map_provider=None,
        tooltip={"html": "<b>{name}</b><br>{text}"},
    )
    st.pydeck_chart(deck, height=380)
