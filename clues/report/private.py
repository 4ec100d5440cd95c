"""Keep number plates and faces out of what is passed on: they name a person, not a place.

A plate tells its country and region; that is kept. The text is replaced in every note, and the
picture is averaged beyond reading where a plate or a person's head was seen. `--keep-plates`
leaves all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PIL import Image

from clues.cue import Box, Cue
from clues.photo import Photo
from clues.report.models import LocationReport

if TYPE_CHECKING:
    from clues.pipeline import Location

FAMILY = "plates"
HIDDEN = "(hidden)"
_READING = re.compile(r"^plate (?P<text>.+?) fits ")
_LARGEST_SHARE = 0.25  # of the photo: what is larger is no plate, but where a tag was looked for
_MARGIN = 0.08  # of the box: readers cut plates short
_ROWS = 2  # what is left of a plate's height: too few for a character

BoxPx = tuple[float, float, float, float]


def without_plate_text(report: LocationReport) -> LocationReport:
    """Return the report with the texts of plates taken out of all notes."""
    notes = hidden([cue.note for cue in report.cues])
    cues = tuple(
        cue if cue.note == note else cue.model_copy(update={"note": note})
        for cue, note in zip(report.cues, notes, strict=True)
    )
    return report.model_copy(update={"cues": cues})


def without_plate_texts(cues: Sequence[Cue]) -> list[Cue]:
    """Return cues with the texts of plates taken out of all notes."""
    notes = hidden([cue.note for cue in cues])
    return [cue.model_copy(update={"note": note}) for cue, note in zip(cues, notes, strict=True)]


def hidden(notes: Sequence[str]) -> list[str]:
    """Return notes without the plates' texts that any of them gives, in their order."""
    texts = {match["text"] for note in notes if (match := _READING.match(note))}
    if not texts:
        return list(notes)
    spaced = (r"[\s·.-]*".join(map(re.escape, re.sub(r"[\s·.-]+", "", text))) for text in texts)
    found = re.compile("|".join(sorted(filter(None, spaced), key=len, reverse=True)), re.IGNORECASE)
    return [found.sub(HIDDEN, note) for note in notes]


def hide(image: Image.Image, cues: Iterable[Cue], private: Iterable[Box] = ()) -> Image.Image:
    """Return the picture with plates and private regions averaged to a few blocks.

    Parameters
    ----------
    image
        The upright photo in its full size; it is not changed.
    cues
        Those of plates are hidden; their boxes are in its pixels.
    private
        More boxes to hide, such as people's heads.
    """
    plates = {cue.box.xyxy_px for cue in cues if cue.family == FAMILY and cue.box is not None}
    most = _LARGEST_SHARE * image.width * image.height
    boxes = {(x0, y0, x1, y1) for x0, y0, x1, y1 in plates if (x1 - x0) * (y1 - y0) <= most}
    out = image.copy()
    for box in sorted(boxes | {one.xyxy_px for one in private}):
        area = hidden_area(box, image.size)
        if area is None:
            continue
        width, height = area[2] - area[0], area[3] - area[1]
        columns = max(1, round(_ROWS * width / height))
        small = out.crop(area).resize((columns, _ROWS), Image.Resampling.BOX)
        out.paste(small.resize((width, height), Image.Resampling.BICUBIC), area)
    return out


def shareable(photo: Photo, location: Location) -> Photo:
    """Return the photo with plates and heads hidden; name and digest stay the original's."""
    import numpy as np

    pixels = np.asarray(hide(photo.image(), location.cues, location.extraction.private))
    return Photo(pixels=pixels, name=photo.name, sha256=photo.sha256)


def hidden_area(box: BoxPx, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return a box with its margin, in whole pixels inside the picture; None if it is outside."""
    x0, y0, x1, y1 = box
    dx, dy = _MARGIN * (x1 - x0), _MARGIN * (y1 - y0)
    left, top = max(0, int(x0 - dx)), max(0, int(y0 - dy))
    right, bottom = min(size[0], int(x1 + dx) + 1), min(size[1], int(y1 + dy) + 1)
    return (left, top, right, bottom) if right > left and bottom > top else None
