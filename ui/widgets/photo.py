"""The photo with a box for each cue, linked to the list by hover and click."""

import base64
import html
import io
from collections.abc import Sequence
from pathlib import Path
from string import Template

import streamlit.components.v1 as components

from clues.cue import Cue
from clues.photo import Photo

_MAX_SIDE = 1100
_PAGE = Template((Path(__file__).parent.parent / "templates" / "photo.html").read_text("utf-8"))


def photo_with_boxes(photo: Photo, cues: Sequence[Cue], labels: Sequence[str]) -> None:
    """Show the photo; a hovered or clicked cue lights up in the photo and in the list."""
    boxes = [
        f'<rect data-n="{n}" x="{cue.box.x0:.0f}" y="{cue.box.y0:.0f}" '
        f'width="{cue.box.x1 - cue.box.x0:.0f}" height="{cue.box.y1 - cue.box.y0:.0f}">'
        f"<title>{html.escape(label)}</title></rect>"
        for n, (cue, label) in enumerate(zip(cues, labels, strict=True))
        if cue.box is not None
    ]
    chips = [
        f'<button data-n="{n}" title="{html.escape(cue.note)}">{html.escape(label)}</button>'
        for n, (cue, label) in enumerate(zip(cues, labels, strict=True))
    ]
    page = _PAGE.substitute(
        alt=html.escape(photo.name),
        data=jpeg(photo, _MAX_SIDE),
        width=photo.width,
        height=photo.height,
        boxes="".join(boxes),
        chips="".join(chips),
    )
    components.html(page, height=_height(photo), scrolling=True)


def jpeg(photo: Photo, side: int, cue: Cue | None = None) -> str:
    """Return the photo, or a cue's crop of it, as base64 JPEG without metadata."""
    image = photo.image()
    if cue is not None and cue.box is not None:
        image = image.crop(tuple(round(v) for v in cue.box.xyxy_px))
    image.thumbnail((side, side))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=85)
    return base64.b64encode(stream.getvalue()).decode()


def _height(photo: Photo) -> int:
    """Return a height that holds the photo at the column's usual width, and the list."""
    return min(round(620 * photo.height / photo.width), 760) + 120


def describe(cue: Cue, says: str) -> str:
    """Return a short label of a cue: what it is, and its value where that says more."""
    value = cue.value
    if value == "present":
        return says
    if value == "absent":
        return f"no {says[:1].lower()}{says[1:]}"
    return f"{says}: {value}"
