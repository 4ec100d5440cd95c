"""How photos come in: dropped, pasted, a sample, a link with cues; and which one is shown.

The first page needs this before the library is imported, so functions import what they use of it.
"""

import base64
import binascii
from collections.abc import Iterable
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clues.errors import CluesError
from clues.limits import MAX_BYTES, MAX_PIXELS, SUFFIXES
from ui.resources import Sample, locator, samples, spent
from ui.session import cases, show_case
from ui.start import wait_for_imports

_WEB = Path(__file__).parent.parent / "web"
_CUES_ALONE = "cues"
_SAMPLE_SIDE = 160
PHOTO_TYPES = sorted(suffix.lstrip(".") for suffix in SUFFIXES)

_paste = st.components.v2.component(
    "clues_paste", html="<span hidden></span>", js=(_WEB / "paste.js").read_text("utf-8")
)


def take_photos(label: str, *, pictures: bool = False) -> list[tuple[DeltaGenerator, Sample]]:
    """Show the uploader, the samples and the way without a photo.

    With ``pictures`` there is room for each sample's picture; it is returned, for `fill`.
    """
    rooms = []
    files = st.file_uploader(
        label,
        type=PHOTO_TYPES,
        accept_multiple_files=True,
        key=f"upload-{st.session_state.get('uploads', 0)}",
        help=f"Up to {MAX_BYTES // 2**20} MB and {MAX_PIXELS // 1_000_000} megapixels each. "
        "Photos stay in memory and vanish with the session; GPS in them is never read.",
    )
    if files:
        _take((file.name, file.getvalue()) for file in files)
    for one in spent():
        st.caption(f"Photos are also shown to the model {one}")
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        for sample in samples():
            if pictures:
                room = st.empty()
                room.html('<span class="sample"></span>', width=72)
                rooms.append((room, sample))
            if st.button(f"Try a sample: {sample.title.lower()}", icon=":material/image:"):
                _take([(sample.path.name, sample.path.read_bytes())])
        if st.button("No photo: only cues", icon=":material/checklist:"):
            _start_without_photo()
    return rooms


def fill(rooms: Iterable[tuple[DeltaGenerator, Sample]]) -> None:
    """Show the samples' pictures."""
    for room, sample in rooms:
        room.html(f'<img class="sample" alt="" src="{_small(str(sample.path))}">', width=72)


def _start_without_photo() -> None:
    wait_for_imports()
    from ui.state import Case

    show_case(cases().get(_CUES_ALONE) or Case(_CUES_ALONE, "Cues only"))
    st.session_state["locate-tab"] = "What to look for next"
    st.rerun()


@st.cache_data(show_spinner=False)
def _small(path: str) -> str:
    from clues.photo import open_photo
    from ui.widgets.photo import thumbnail

    return thumbnail(open_photo(path), _SAMPLE_SIDE)


def watch_clipboard() -> None:
    """Take an image that is pasted anywhere on the page."""
    with st.container(key="unseen-paste"):
        result = _paste(
            key="paste", data={"most": MAX_BYTES}, height=1, on_pasted_change=lambda: None
        )
    pasted = result.pasted
    if not pasted:
        return
    if "data" not in pasted:
        st.error(f"The pasted image is over the limit of {MAX_BYTES // 2**20} MB; save it smaller.")
        return
    try:
        data = base64.b64decode(pasted["data"], validate=True)
    except (binascii.Error, ValueError):
        st.error("The pasted image did not arrive whole; copy it again.")
        return
    _take([("pasted image", data)])


def say_troubles() -> None:
    """Say in a sentence each why the last photos could not be opened."""
    for trouble in st.session_state.pop("troubles", []):
        st.error(trouble)


def _take(arrived: Iterable[tuple[str, bytes]]) -> None:
    """Open photos, show the first of them, and start the page anew with an empty uploader."""
    wait_for_imports()
    from clues.photo import open_photo
    from ui.state import add_photo

    found, troubles = [], []
    for name, data in arrived:
        try:
            found.append(add_photo(open_photo(data, name)))
        except CluesError as error:
            troubles.append(str(error))
    if found:
        show_case(found[0])
    st.session_state.troubles = troubles
    st.session_state.uploads = st.session_state.get("uploads", 0) + 1
    st.rerun()


def take_link() -> None:
    """Open the cue set of a link, once."""
    text = st.query_params.get("cues")
    if not text or st.session_state.get("link") == text:
        return
    st.session_state.link = text
    wait_for_imports()
    from clues.pipeline import Extraction
    from clues.report.permalink import decode_cues
    from ui.state import Case

    try:
        cues = decode_cues(text)
        for cue in cues:
            locator().kb.check(cue)
    except CluesError as error:
        st.error(str(error))
        return
    show_case(Case("link", "Cues of a link", extraction=Extraction(tuple(cues))))


def choose_case() -> None:
    """Switch between the photos of this session."""
    known = list(cases())
    if len(known) < 2:
        return
    names = {
        key: f"{i}/{len(known)}  {case.name}" for i, (key, case) in enumerate(cases().items(), 1)
    }
    chosen = st.selectbox(
        "Photo", known, index=known.index(st.session_state.case), width=190,
        format_func=names.__getitem__, label_visibility="collapsed",
        key=f"choose-{len(known)}-{st.session_state.case}",
    )  # fmt: skip
    if chosen != st.session_state.case:
        st.session_state.case = chosen
        st.rerun()
