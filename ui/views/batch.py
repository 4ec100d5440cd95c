"""A folder or zip of photos to a table and a map."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import streamlit as st

from clues.errors import CluesError
from clues.photo import open_photo
from clues.report import points, words
from clues.report.build import build
from clues.report.json import to_json
from clues.report.models import LocationReport
from clues.report.private import without_plate_text
from ui.archive import MOST_PHOTOS, MOST_UPLOAD_MB, Uploaded, count_photos, photos
from ui.resources import locator
from ui.style import POINT
from ui.widgets.intake import PHOTO_TYPES
from ui.widgets.map import Pin, around, draw_map
from ui.widgets.photo import thumbnail

_THUMBNAIL = 160
_ROW = 64  # pixels


@dataclass
class _Batch:
    rows: list[LocationReport] = field(default_factory=list)
    thumbnails: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def page() -> None:
    """Show the page."""
    st.html(
        '<p class="answer">Many photos at once</p><p class="answer-detail">Each is located on its '
        "own. Nothing is stored on disk; the table is gone with the session.</p>"
    )
    as_folder = st.segmented_control(
        "What to upload", ["Photos or a zip", "A folder"], default="Photos or a zip",
        required=True, label_visibility="collapsed",
    ) == "A folder"  # fmt: skip
    files = st.file_uploader(
        f"At most {MOST_PHOTOS} photos",
        type=PHOTO_TYPES if as_folder else ["zip", *PHOTO_TYPES],
        accept_multiple_files="directory" if as_folder else True,
        max_upload_size=MOST_UPLOAD_MB,
        key=f"batch-files-{as_folder}",
    )
    if files and st.button("Locate them all", type="primary"):
        st.session_state.batch = _locate_all(files)
    if "batch" in st.session_state:
        _show(st.session_state.batch)
    elif not files:
        st.info(
            "You get a table with thumbnails, a map of all points, and both as CSV, GeoJSON, JSON "
            "and KML. A photo takes some seconds."
        )


def _locate_all(files: Iterable[Uploaded]) -> _Batch:
    batch, total = _Batch(), count_photos(files)
    bar = st.progress(0.0, f"0 of {total}")
    for number, (name, data) in enumerate(photos(files), 1):
        bar.progress((number - 1) / max(total, number), f"{number} of {total}: {name}")
        try:
            if isinstance(data, CluesError):
                raise data
            photo = open_photo(data, name)
            found = build(locator().locate(photo), file=name)
            batch.rows.append(without_plate_text(found))  # they name a person, not a place
            batch.thumbnails.append(thumbnail(photo, _THUMBNAIL))
        except CluesError as error:
            batch.failed.append(str(error))
    bar.empty()
    return batch


def _show(batch: _Batch) -> None:
    for message in batch.failed:
        st.error(message)
    if not batch.rows:
        return
    table, world = st.columns([7, 5], gap="medium")
    with table:
        st.dataframe(
            [
                {
                    "photo": picture,
                    "file": row.file,
                    "answer": _answer(row),
                    "likely": 100 * row.answer.probability if row.answer else None,
                    "best country": _best(row),
                    "90 % area": words.km2(row.credible_areas[-1].km2),
                }
                for row, picture in zip(batch.rows, batch.thumbnails, strict=True)
            ],
            hide_index=True,
            row_height=_ROW,
            height=min(460, 40 + _ROW * len(batch.rows)),
            column_config={
                "photo": st.column_config.ImageColumn("photo", width="small"),
                "file": st.column_config.TextColumn("file", width="small"),
                "likely": st.column_config.ProgressColumn(
                    format="%.0f %%", max_value=100, width="small"
                ),
            },
        )
    with world:
        _map(batch.rows)
    _downloads(batch.rows)


def _answer(row: LocationReport) -> str:
    """Return the finest place that is likelier than not; of a noise there is none."""
    return row.answer.name if row.answer else "Not enough evidence"


def _best(row: LocationReport) -> str:
    best = row.top.country[0]
    return f"{best.name}, {words.percent(best.probability)}"


def _map(rows: list[LocationReport]) -> None:
    pins = [
        Pin(
            r.lat,
            r.lon,
            POINT,
            r.file,
            _answer(r),
            small=True,
        )
        for r in rows
    ]
    draw_map("batch", title="Map of all photos", height=460, bounds=around(pins), pins=pins)


def _downloads(rows: list[LocationReport]) -> None:
    writers = {
        "CSV": (points.to_csv, "csv"),
        "GeoJSON": (points.to_geojson, "geojson"),
        "KML": (points.to_kml, "kml"),
        "JSON": (_lines, "jsonl"),
    }
    with st.container(horizontal=True):
        for kind, (write, suffix) in writers.items():
            st.download_button(
                kind, write(rows), f"clues.{suffix}", icon=":material/download:", on_click="ignore"
            )


def _lines(rows: Iterable[LocationReport]) -> str:
    return "\n".join(to_json(row, indent=None) for row in rows) + "\n"
