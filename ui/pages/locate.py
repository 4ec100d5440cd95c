"""Locate a photo, see why, and argue with it."""

import streamlit as st

from clues.errors import CluesError
from clues.photo import MAX_BYTES, open_photo
from clues.pipeline import Location
from ui.resources import locator, samples
from ui.state import Case, add_photo, cases
from ui.widgets import ledger, questions
from ui.widgets.map import posterior_map
from ui.widgets.photo import photo_with_boxes
from ui.widgets.ranking import answer, ranking
from ui.widgets.share import share

_CUES_ALONE = "cues"


def page() -> None:
    """Show the page."""
    _take_photos()
    case = _choose_case()
    if case is None:
        _teach()
        return
    prior, within, tiles = _options(case)
    try:
        found = case.locate(prior, within)
    except CluesError as error:
        st.error(str(error))
        return
    _overview(case, found, tiles=tiles)
    why, next_, more, save = st.tabs(["Why", "What to look for next", "Add a cue", "Share"])
    with why:
        _why(case, found)
    with next_:
        questions.next_questions(case, found)
    with more:
        _guarded_add(case)
    with save:
        share(case, found)


def _take_photos() -> None:
    with st.expander("Photos", expanded=not cases()):
        files = st.file_uploader(
            "Drop photos here, or paste one",
            type=["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "avif"],
            accept_multiple_files=True,
            help=f"Up to {MAX_BYTES // 2**20} MB each. Photos stay in memory and vanish with the "
            "session; GPS in them is never read.",
        )
        for file in files:
            try:
                key = add_photo(open_photo(file.getvalue(), file.name))
                if st.session_state.setdefault("taken", {}).get(file.file_id) != key:
                    st.session_state.taken[file.file_id] = key
                    st.session_state.case = key
            except CluesError as error:
                st.error(str(error))
        columns = st.columns(4)
        for column, (title, path) in zip(columns, samples().items(), strict=False):
            if column.button(f"Sample: {title}", width="stretch"):
                st.session_state.case = add_photo(open_photo(path))
                st.rerun()
        if columns[-1].button("No photo, cues only", width="stretch"):
            cases().setdefault(_CUES_ALONE, Case("Cues only"))
            st.session_state.case = _CUES_ALONE
            st.rerun()


def _choose_case() -> Case | None:
    known = cases()
    if not known:
        return None
    if st.session_state.get("case") not in known:
        st.session_state.case = next(iter(known))
    if len(known) > 1:
        keys = list(known)
        chosen = st.segmented_control(
            "Photo", keys, default=st.session_state.case, format_func=lambda k: known[k].name
        )
        st.session_state.case = chosen or st.session_state.case
    return known[st.session_state.case]


def _options(case: Case) -> tuple[str, list[str], bool]:
    with st.popover("Options", icon=":material/tune:"):
        prior = st.selectbox("Prior", ["street-view", "population", "uniform-land"])
        countries = [c for c, r in locator().world.regions.items() if r.level == "country"]
        within = st.multiselect(
            "Known to lie in",
            sorted(countries),
            format_func=lambda c: locator().world.regions[c].name,
        )
        tiles = st.toggle("Map tiles from the internet", value=False)
        truth = st.text_input("The truth, if you know it (lat, lon)")
        case.truth = _parse_truth(truth)
    return prior, within, tiles


def _parse_truth(text: str) -> tuple[float, float] | None:
    if not text.strip():
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        st.error("Write the truth as latitude, longitude: 40.42, -3.70.")
        return None
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _overview(case: Case, found: Location, *, tiles: bool) -> None:
    answer(found)
    left, right = st.columns([5, 7], gap="large")
    with left:
        if case.photo is not None:
            cues = case.cues()
            labels = [ledger.label_of(found, cue) for cue in cues]
            photo_with_boxes(case.photo, cues, labels)
        for failure in found.extraction.failures:
            st.warning(f"{failure.detector}: {failure.message}")
        _numbers(found)
    with right:
        posterior_map(
            found.fusion.posterior, found.point, st.session_state.case, case.truth, tiles=tiles
        )
        ranking(found.fusion.posterior)


def _numbers(found: Location) -> None:
    posterior = found.fusion.posterior
    half, most = posterior.credible_area(0.5), posterior.credible_area(0.9)
    columns = st.columns(3)
    columns[0].metric("50 % area", f"{half.area_km2:,.0f} km²")
    columns[1].metric("90 % area", f"{most.area_km2:,.0f} km²")
    columns[2].metric("Expected points", f"{found.point.expected_score:,.0f}")
    if found.fusion.conflict_bits > 3:
        st.warning(
            f"The cues contradict each other ({found.fusion.conflict_bits:.1f} bits of conflict). "
            "Look at those that speak against the answer, and switch off what is wrong."
        )


def _why(case: Case, found: Location) -> None:
    ranked = [r.region for r in found.fusion.posterior.regions("country")]
    names = {r.code: r.name for r in ranked}
    left, right = st.columns(2)
    a = left.selectbox("Why", list(names), format_func=names.__getitem__)
    others = [code for code in names if code != a]
    b = right.selectbox(
        "and not", [None, *others], index=1,
        format_func=lambda code: names[code] if code else "anywhere else",
    )  # fmt: skip
    explanation = found.why(a, b)
    other = names[b] if b else "anywhere else"
    odds = 2 ** abs(explanation.log_odds_bits)
    verdict = "likelier" if explanation.log_odds_bits > 0 else "less likely"
    st.markdown(f"**{names[a]}** is {odds:,.1f} times {verdict} than **{other}**.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        ledger.waterfall(found, explanation)
    with right:
        ledger.cue_controls(case, found, explanation)


def _guarded_add(case: Case) -> None:
    try:
        questions.add_cue(case)
    except CluesError as error:
        st.error(str(error))


def _teach() -> None:
    st.markdown(
        "### Where was this photo taken, and what says so?\n"
        "Drop a street photo above. Clues reads its signs, looks at its roads, poles, houses and "
        "plants, and adds up what each of them says about each place. You can switch any clue off, "
        "add your own, and follow every number to the line of the knowledge base it comes from."
    )
