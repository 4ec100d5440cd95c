"""The page on which the app opens: the way in, or the photo at hand.

It is painted before the library is imported, so nothing here may import it at once.
"""

import streamlit as st

from ui.session import current_case
from ui.start import wait_for_imports
from ui.widgets import intake

# Time for the browser to fetch what it shows the first page with; importing would slow that down.
_PAINTS_S = 0.4

_HERO = """
<div class="hero"><h1>Where was this photo taken, and what says so?</h1>
<p>Clues reads the signs, looks at roads, poles, houses and plants, and adds up what each of them
says about each place on Earth.</p></div>
"""
_STEPS = """
<div class="steps">
<div><h4>See every reason</h4><p>Each cue is worth so many bits for one place against another, down
to the line of the knowledge base that says so, and its source.</p></div>
<div><h4>Argue with it</h4><p>Switch off what was misread, turn cues up or down, add what only you
can see. The map follows at once.</p></div>
<div><h4>Learn what to look for</h4><p>Clues asks for the cue that would tell most. Answer with a
click: yes, no, cannot tell.</p></div>
</div>
"""


def page() -> None:
    """Show the page."""
    intake.take_link()
    intake.watch_clipboard()
    intake.say_troubles()
    case = current_case()
    if case is None:
        _welcome()
        return
    wait_for_imports()
    from ui.views.case import show

    show(case)


def _welcome() -> None:
    st.html(_HERO)
    _, middle, _ = st.columns([1, 4, 1])
    with middle:
        pictures = intake.take_photos("Drop photos here, or paste one with Ctrl+V", pictures=True)
        st.html(_STEPS)
    wait_for_imports(_PAINTS_S)
    intake.fill(pictures)
