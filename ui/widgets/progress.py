"""A photo that the detectors are looking at, and how far they are."""

import html
import time

import streamlit as st

from ui.state import Case
from ui.widgets.photo import thumbnail

COLUMNS = (9, 13, 8)  # photo, map, ranking: the photo stays in place when the answer comes
_SIDE = 1000

# The page before is not shown while detectors run, though Streamlit keeps it until they finish.
_ALONE = "<style>[data-stale=true] { display: none; }</style>"
_DOING = {
    "ocr": "Reading signs and writing",
    "scene": "Looking at roads, poles, houses and plants",
    "appearance": "Comparing the whole view with known streets",
    "vehicles": "Finding vehicles",
    "plates": "Finding number plates",
    "furniture": "Finding poles, bollards and signs",
    "signs": "Looking closely at road signs",
}


def look(case: Case, height: int) -> None:
    """Run the detectors over a case's photo; each is ticked off as it finishes."""
    assert case.photo is not None
    picture, steps, _ = st.columns(COLUMNS, gap="medium")
    picture.html(stage(thumbnail(case.photo, _SIDE), f"The photo {case.name}", height))
    slot = steps.empty()
    done: list[tuple[str, float]] = []
    started = [time.monotonic(), ""]

    def finish() -> None:
        now = time.monotonic()
        if started[1]:
            done.append((str(started[1]), now - float(started[0])))
        started[0] = now

    def say(detector: str) -> None:
        finish()
        started[1] = _DOING.get(detector, detector)
        slot.html(_list(done, str(started[1])))

    slot.html(_list(done, "Opening the detectors"))
    case.look(say)
    finish()
    slot.html(_list(done, "Adding up what the cues say"))


def stage(source: str, alt: str, height: int, *, fill: bool = False) -> str:
    """Return a photo, centred on a quiet ground; a small one may be made to fill it."""
    return (
        f'<div class="stage{" fill" if fill else ""}" style="--tall:{height}px">'
        f'<img alt="{html.escape(alt)}" src="{source}"></div>'
    )


def _list(done: list[tuple[str, float]], now: str) -> str:
    ticked = "".join(
        f"<li class='done'>{html.escape(name)} <span class='soft'>{seconds:.1f} s</span></li>"
        for name, seconds in done
    )
    return f'{_ALONE}<ol class="progress">{ticked}<li class="now">{html.escape(now)} ...</li></ol>'
