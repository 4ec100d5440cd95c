"""The HTML report: one file that needs nothing else, on screen, on a phone and on paper.

The photo goes in as pixels, encoded anew, so that no metadata comes along. Text from outside
(file names, writing read in the photo) is escaped by the template; a content security policy
keeps the page from loading or running anything but its own.
"""

import base64
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from PIL import Image

from clues.photo import Photo
from clues.pipeline import Location
from clues.report import svg_map, words
from clues.report.build import build
from clues.report.ledger import MAX_CUES, by_weight, ledger, without_lines
from clues.report.map_style import STYLE
from clues.report.models import CueEntry, LocationReport
from clues.report.private import shareable, without_plate_text

TEMPLATES = Path(__file__).parent / "templates"
_LARGEST_PX = (1280, 1600)
_LARGEST_BYTES = 600_000
_QUALITIES = (84, 72, 60, 45)


@dataclass(frozen=True, slots=True)
class Mark:
    """A box on the photo, in pixels.

    Attributes
    ----------
    cues
        Indices of the cues seen in it, as words.
    numbers
        Their numbers in the list; empty if none of them is among the first.
    """

    x: float
    y: float
    width: float
    height: float
    cues: str
    numbers: str


def location_html(
    location: Location,
    top: int = 5,
    *,
    file: str | None = None,
    against: str | None = None,
    keep_plates: bool = False,
) -> str:
    """Return the report on one location as HTML; parameters as in `clues.report.build`.

    Number plates are hidden in the picture and in notes, and heads in the picture, unless
    ``keep_plates``.
    """
    report = build(location, top, file=file, against=against)
    photo = location.photo
    if not keep_plates:
        report = without_plate_text(report)
        photo = shareable(photo, location) if photo else None
    posterior = location.fusion.posterior
    close = svg_map.area_map(posterior, location.point)
    world = svg_map.world_map(posterior, location.point, frame=close.view if close else None)
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    headline, detail = _split(report)
    order = by_weight(report)
    return _template().render(
        r=report,
        w=words,
        name=words.safe(Path(report.file).name),  # not the path: pages are passed on
        headline=headline,
        detail=detail,
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8") + STYLE),
        script=Markup(script),
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        photo=_jpeg_uri(photo) if photo else None,
        marks=_marks(report.cues, order[:MAX_CUES]),
        order=order,
        most=MAX_CUES,
        world=Markup(world),
        close=Markup(close.svg) if close else None,
        close_share=close.share if close else 0.0,
        legend=Markup(svg_map.legend()),
        steps=ledger(report, report.against_runner_up) if report.against_runner_up else [],
        without=without_lines(report),
        conflict=words.conflict(report.conflict_bits, report.misfit)
        if report.conflict_bits > words.CONFLICT_WORTH_SAYING_BITS
        else "",
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_unbroken,
    )
    environment.filters["safe_text"] = words.safe
    return environment.get_template("report.html.j2")


def _unbroken(value: object) -> object:
    """Keep a number and its unit on one line."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return value.replace(" %", "\N{NO-BREAK SPACE}%").replace(" km²", "\N{NO-BREAK SPACE}km²")
    return value


def _split(report: LocationReport) -> tuple[str, str]:
    """Return the answer's sentence as a headline and what follows."""
    separator = "; " if report.answer else ": "
    headline, _, detail = report.sentence.removesuffix(".").partition(separator)
    return headline, detail[:1].upper() + detail[1:]


def _jpeg_uri(photo: Photo) -> str:
    """Return the pixels as a data URI of a JPEG that is bounded in width and size."""
    image = photo.image()
    image.thumbnail(_LARGEST_PX, Image.Resampling.LANCZOS)
    for quality in _QUALITIES:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
        if buffer.tell() <= _LARGEST_BYTES:
            break
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()


def _marks(cues: Sequence[CueEntry], shown: Sequence[int]) -> list[Mark]:
    """Return the boxes, large ones first so that small ones stay on top; equal ones are merged."""
    inside: dict[tuple[float, float, float, float], list[int]] = {}
    for index, cue in enumerate(cues):
        if cue.box is not None:
            inside.setdefault(cue.box, []).append(index)
    number = {index: str(position) for position, index in enumerate(shown, 1)}
    marks = []
    for (x0, y0, x1, y1), members in inside.items():
        names = " ".join(map(str, members))
        numbers = " ".join(sorted((number[i] for i in members if i in number), key=int))
        marks.append(Mark(x0, y0, x1 - x0, y1 - y0, names, numbers))
    return sorted(marks, key=lambda mark: -mark.width * mark.height)
