"""A photo that is located: see why, and argue with it."""

import html

import streamlit as st

from clues.errors import CluesError
from clues.pipeline import Location
from clues.report import words
from clues.report.contrast import why_not
from clues.report.ledger import LEAST_BITS, cue_title
from ui.resources import locator
from ui.session import cases
from ui.state import Case, Result
from ui.widgets import intake, questions
from ui.widgets.ledger import entries, ledger
from ui.widgets.map import posterior_map
from ui.widgets.photo import photo_with_boxes
from ui.widgets.progress import COLUMNS, look
from ui.widgets.ranking import agreement, answer, areas, heading, ranking
from ui.widgets.share import share
from ui.widgets.tables import signed_bar, table

_TALL = 470


def show(case: Case) -> None:
    """Show a case: the answer, photo, map and ranking, and the reasons."""
    with st.container(key="head"):
        left, right = st.columns([3, 2], vertical_alignment="center")
    with right:
        _toolbar(case)
    if case.waiting:
        with left:
            heading(f"Looking at {case.name}", "Each detector says what it sees.")
        look(case, _TALL)
        st.rerun()
    try:
        result = case.locate()
    except CluesError as error:
        st.error(str(error))
        return
    with left:
        if case.photo is None and not case.all_cues():
            heading("What do you see?", "Answer a question, or add a cue: the map follows at once.")
        else:
            answer(result.location)
    with st.container(key="overview"):  # stays in sight while the ledger scrolls below
        _overview(case, result)
    for failure in result.location.extraction.failures:
        st.warning(f"The detector '{failure.detector}' could not look: {failure.message}")
    _tabs(case, result)


def _toolbar(case: Case) -> None:
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        intake.choose_case()
        added = len(cases())  # a new key closes it over the photo that came
        with st.popover("Photos", icon=":material/add_photo_alternate:", key=f"photos-{added}"):
            intake.take_photos("Add photos, or paste one with Ctrl+V")
        with st.popover("Options", icon=":material/tune:"):
            _options(case)


def _options(case: Case) -> None:
    world = locator().world
    case.prior = st.selectbox(
        "Before any cue, a place is as likely as", list(_PRIOR_NAMES), key=f"prior-{case.key}",
        index=list(_PRIOR_NAMES).index(case.prior), format_func=_PRIOR_NAMES.__getitem__,
    )  # fmt: skip
    countries = sorted(
        (c for c, r in world.regions.items() if r.level in ("continent", "country")),
        key=lambda c: world.regions[c].name,
    )
    case.within = st.multiselect(
        "Known to lie in", countries, default=case.within, key=f"within-{case.key}",
        format_func=lambda c: world.regions[c].name, placeholder="Anywhere",
    )  # fmt: skip
    text = st.text_input(
        "Where it was taken, if you know", placeholder="40.42, -3.70", key=f"truth-{case.key}"
    )
    case.truth = _place(text)
    st.toggle("Map from the internet (OpenStreetMap)", key="tiles")


_PRIOR_NAMES = {
    "street-view": "Street View photos there",
    "population": "people living there",
    "uniform-land": "its share of the land",
}


def _place(text: str) -> tuple[float, float] | None:
    if not text.strip():
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        lat = lon = 999.0
    if abs(lat) > 90 or abs(lon) > 180:
        st.error("Write latitude, longitude in degrees, such as 40.42, -3.70.")
        return None
    return lat, lon


def _overview(case: Case, result: Result) -> None:
    found = result.location
    tiles = bool(st.session_state.get("tiles"))
    columns = st.columns(COLUMNS if case.photo is not None else [22, 8], gap="medium")
    with columns[-1]:  # before photo and map, which take longer to draw
        ranking(found.fusion.posterior, case.key)
        areas(found, case.truth)
        agreement(found)
    if case.photo is not None:
        with columns[0]:
            photo_with_boxes(case, entries(case, result), _TALL)
    with columns[-2]:
        posterior_map(
            found.fusion.posterior, found.point, case.key, truth=case.truth, height=_TALL,
            tiles=tiles,
        )  # fmt: skip


def _tabs(case: Case, result: Result) -> None:
    names = ["Why", "What to look for next", "Add a cue", "Without each cue", "Share"]
    why, next_, add, without, save = st.tabs(names, on_change="rerun", key="locate-tab")
    if why.open:
        with why:
            _why(case, result)
    if next_.open:
        with next_:
            questions.next_questions(case, result.location)
    if add.open:
        with add:
            questions.add_cue(case)
    if without.open:
        with without:
            _without(case, result)
    if save.open:
        with save:
            share(case, result.location)


def _why(case: Case, result: Result) -> None:
    found = result.location
    if not found.cues:
        st.info("No cue counts yet. Answer a question in the next tab, or add a cue.")
        return
    ranked = found.fusion.posterior.regions("country") + found.fusion.posterior.regions("continent")
    subdivisions = found.fusion.posterior.regions("subdivision", 60)
    names = {r.region.code: r.region.name for r in [*ranked, *subdivisions]}
    left, right, aside = st.columns([3, 3, 4], gap="medium", vertical_alignment="bottom")
    a = left.selectbox(
        "Why", list(names), format_func=lambda c: _named(c, names), key=f"a-{case.key}"
    )
    others: list[str | None] = [code for code in names if code != a]
    b = right.selectbox(
        "and not", [None, *others], index=1, key=f"b-{case.key}",
        format_func=lambda c: _named(c, names) if c else "anywhere else",
    )  # fmt: skip
    asked = aside.selectbox(
        "Why not ...?", list(names), index=None, placeholder="Ask in a sentence: France, Japan ...",
        format_func=lambda c: _named(c, names), key=f"not-{case.key}",
    )  # fmt: skip
    if asked:
        st.info(why_not(found, asked), icon=":material/help:")
    explanation = found.why(a, b)
    ledger(case, result, explanation, _verdict(explanation.log_odds_bits, names, a, b))


def _named(code: str, names: dict[str, str]) -> str:
    return f"{names[code]} ({code})" if "-" in code and code.isupper() else names[code]


def _verdict(bits: float, names: dict[str, str], a: str, b: str | None) -> str:
    other = names[b] if b else "anywhere else"
    first, second = (names[a], other) if bits >= 0 else (other, names[a])
    return f"{first} is {words.times(bits)} likelier than {second}"


def _without(case: Case, result: Result) -> None:
    found: Location = result.location
    if not found.cues:
        st.info("No cue counts yet.")
        return
    st.markdown(
        f"What each cue is worth to **{found.country.name}**: the answer is fused anew without it."
    )
    titles = entries(case, result)
    regions = found.fusion.posterior.world.regions
    left_out = found.explainer.leave_one_out(found.country.code)
    told = sorted((o for o in left_out if abs(o.bits) >= LEAST_BITS), key=lambda o: -abs(o.bits))
    most = max((abs(one.bits) for one in told), default=1.0)
    rows = []
    for one in told:
        first, name = html.escape(regions[one.first].name), titles[result.row_of(one.cue)]
        rows.append(
            [
                html.escape(cue_title(name)),
                signed_bar(one.bits, most),
                f"<b>{first}</b>" if one.first != found.country.code else first,
            ]
        )
    table(["without", "bits that it lends", "first would be"], rows)
    rest = len(left_out) - len(told)
    if rest:
        st.caption(f"{rest} more cues change less than {LEAST_BITS} bits each.")
