"""The photo with a box for each cue, linked to the list by hover and click."""

import base64
import html
import io
from collections.abc import Sequence

import streamlit.components.v1 as components

from clues.cue import Cue
from clues.photo import Photo

_MAX_SIDE = 1100
_PAGE = """
<style>
  body {{ margin: 0; font: 14px/1.35 system-ui, sans-serif; color: #8A94A6; }}
  .frame {{ position: relative; line-height: 0; }}
  img {{ width: 100%; border-radius: 6px; }}
  svg {{ position: absolute; inset: 0; width: 100%; height: 100%; }}
  rect {{ fill: transparent; stroke: #F0E442; stroke-width: 2; vector-effect: non-scaling-stroke; opacity: .75; cursor: pointer; }}
  rect.hot {{ stroke: #D55E00; stroke-width: 4; opacity: 1; fill: rgba(213,94,0,.12); }}
  #list {{ display: flex; flex-wrap: wrap; gap: .3rem; padding: .5rem 0; max-height: 108px; overflow: auto; }}
  button {{ font: inherit; border: 1px solid #8A94A680; border-radius: 999px; background: none; color: inherit; padding: .1rem .6rem; cursor: pointer; }}
  button.hot, button:focus-visible {{ border-color: #D55E00; color: #D55E00; outline: none; }}
</style>
<div class="frame"><img alt="{alt}" src="data:image/jpeg;base64,{data}">
<svg viewBox="0 0 {width} {height}" preserveAspectRatio="none" role="presentation">{boxes}</svg></div>
<div id="list">{chips}</div>
<script>
  const all = document.querySelectorAll("[data-n]");
  let kept = null;
  const light = n => all.forEach(e => e.classList.toggle("hot", n !== null && e.dataset.n === n));
  all.forEach(e => {{
    e.addEventListener("mouseenter", () => light(e.dataset.n));
    e.addEventListener("mouseleave", () => light(kept));
    e.addEventListener("click", () => {{ kept = kept === e.dataset.n ? null : e.dataset.n; light(kept); }});
  }});
</script>
"""


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
    page = _PAGE.format(
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
