"""The photo with a box for each cue, linked to the ledger by hover and click."""

import base64
import io
import json
from math import ceil, floor
from pathlib import Path

import streamlit as st

from clues.cue import Box, Cue, Heat
from clues.photo import Photo
from clues.report.ledger import cue_title
from clues.report.models import CueEntry
from ui.state import Case

_MAX_SIDE = 1400
_CROP_SIDE = 320
_CROP_MARGIN = 0.25  # of the box's height, so that letters are not cut
_WEB = Path(__file__).parent.parent / "web"

_photo = st.components.v2.component(
    "clues_photo",
    css=(_WEB / "photo.css").read_text("utf-8"),
    js=(_WEB / "photo.js").read_text("utf-8"),
)


def photo_with_boxes(case: Case, titles: dict[str, CueEntry], height: int) -> None:
    """Show the photo; a hovered or clicked cue lights up in the photo and in the ledger."""
    photo = case.photo
    if photo is None:
        return
    state = id(case.extraction), *(cue_title(titles[row]) for row in case.detected())
    if case.shown is None or case.shown[0] != state:
        case.shown = state, _coded(case, photo, titles, height)
    _photo(key=f"photo-{case.key}", data=case.shown[1])


def _coded(case: Case, photo: Photo, titles: dict[str, CueEntry], height: int) -> bytes:
    """Return what the browser needs as JSON: the picture, its boxes and their crops."""
    boxes, crops = [], {}
    for row, cue in case.detected().items():
        if cue.box is None or not _shows(photo, cue.box):
            continue
        boxes.append(_box(row, cue.box, cue_title(titles[row]), cue.heat))
        crops[row] = _kept(case, row, _CROP_SIDE, cue)
    data = {
        "key": case.key,
        "alt": f"The photo {photo.name}",
        "src": _kept(case, "", _MAX_SIDE),
        "width": photo.width,
        "height": photo.height,
        "tall": height,
        "boxes": boxes,
        "crops": crops,
    }
    return json.dumps(data).encode()


def _shows(photo: Photo, box: Box) -> bool:
    """Whether a box lies in the photo at all: others' detectors may report what they like."""
    return box.x0 < photo.width and box.y0 < photo.height and box.x1 > 0 and box.y1 > 0


def _box(row: str, box: Box, label: str, heat: Heat | None) -> dict[str, object]:
    return {
        "id": row,
        "x": round(box.x0, 1),
        "y": round(box.y0, 1),
        "w": round(box.width_px, 1),
        "h": round(box.height_px, 1),
        "label": label,
        "heat": heat and {"grid": heat.grid, "at": heat.box.xyxy_px},
    }


def thumbnail(photo: Photo, side: int) -> str:
    """Return a small copy as a data URI, without metadata."""
    return _uri(photo, side)


def _kept(case: Case, row: str, side: int, cue: Cue | None = None) -> str:
    assert case.photo is not None
    if row not in case.pictures:
        case.pictures[row] = _uri(case.photo, side, cue)
    return case.pictures[row]


def _uri(photo: Photo, side: int, cue: Cue | None = None) -> str:
    image = photo.image()
    if cue is not None and cue.box is not None:
        box, margin = cue.box, _CROP_MARGIN * cue.box.height_px
        left, top = max(box.x0 - margin, 0), max(box.y0 - margin, 0)
        right, bottom = min(box.x1 + margin, photo.width), min(box.y1 + margin, photo.height)
        image = image.crop((floor(left), floor(top), ceil(right), ceil(bottom)))
    image.thumbnail((side, side))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=84)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()
