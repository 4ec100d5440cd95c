"""Play a round against the engine: guess, and see the clues that would have told you."""

import html
from pathlib import Path

import streamlit as st

from clues.errors import CluesError
from clues.report import words
from clues.report.build import cue_entries, explanation_entry
from clues.report.ledger import LEAST_BITS, citations, cue_title
from ui.archive import MOST_UPLOAD_MB
from ui.game import HEALTH, Duel, cards_of_folder, cards_of_samples, cards_of_zip
from ui.resources import is_local, locator, samples
from ui.style import GUESS, POINT, TRUTH
from ui.widgets.map import Pin, draw_map, posterior_map
from ui.widgets.photo import thumbnail
from ui.widgets.progress import stage
from ui.widgets.ranking import flag
from ui.widgets.tables import bars, table

_SIDE = 1400
_TALL = 520
_TOLD = 5
_YOU, _ENGINE = GUESS, "#2f78b7"


def page() -> None:
    """Show the page."""
    duel: Duel | None = st.session_state.get("duel")
    if duel is None:
        _start()
    elif duel.over:
        _end(duel)
    else:
        _round(duel)


def _start() -> None:
    st.html(
        '<p class="answer">You against the engine</p><p class="answer-detail">Each round you both '
        "guess where a photo was taken. The difference in points is the loser's damage; it counts "
        "more from the fifth round on. Afterwards you see the clues that would have told you.</p>"
    )
    own, sample = st.columns([3, 2], gap="medium")
    try:
        with own.container(border=True, height="stretch"):
            _own_photos()
        with sample.container(border=True, height="stretch"):
            st.markdown("##### Just one round")
            st.markdown("A photo that comes with Clues. No preparation, no health at stake.")
            if samples() and st.button("Try one round with the sample", icon=":material/image:"):
                _begin(Duel(cards_of_samples(samples(), locator().world)))
    except CluesError as error:
        st.error(str(error))


def _own_photos() -> None:
    st.markdown("##### Your own photos")
    st.markdown(
        "Take photos whose places you know: past rounds, or your travels. List them in a CSV file "
        "with the columns `file`, `lat`, `lon`, put both in one zip, and drop it here."
    )
    file = st.file_uploader(
        "A zip with photos and a CSV file", "zip", max_upload_size=MOST_UPLOAD_MB,
        label_visibility="collapsed",
    )  # fmt: skip
    if file is not None and st.button("Play with these", type="primary"):
        _begin(Duel(cards_of_zip(file, locator().world)))
    if not is_local():
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        path = st.text_input(
            "Or the CSV file's path on this computer, photos beside it",
            placeholder="/home/me/photos/places.csv",
        )
        if st.button("Play with this folder", disabled=not path):
            _begin(Duel(cards_of_folder(Path(path).expanduser(), locator().world)))


def _begin(duel: Duel) -> None:
    duel.deal()
    st.session_state.duel = duel
    st.rerun()


def _round(duel: Duel) -> None:
    _scores(duel)
    for reason in duel.skipped:
        st.warning(reason)
    if duel.card is None or duel.photo is None:
        return
    picture, world = st.columns([6, 5], gap="medium")
    with picture:
        st.html(stage(thumbnail(duel.photo, _SIDE), "Where is this?", _TALL))
    with world:
        if duel.settled:
            _reveal(duel)
        else:
            _ask(duel)
    if duel.settled:
        _what_told(duel)


def _scores(duel: Duel) -> None:
    you, middle, engine = st.columns([4, 2, 4], vertical_alignment="center")
    you.html(_health("You", duel.you, _YOU))
    middle.html(
        f'<div class="score"><b>Round {duel.number}</b><br>'
        f'<span class="soft">damage × {duel.multiplier:g}</span></div>'
    )
    engine.html(_health("Engine", duel.engine, _ENGINE))


def _health(name: str, value: int, colour: str) -> str:
    width = 100 * max(value, 0) / HEALTH
    return (
        f'<div class="score"><span class="soft">{name}</span> <b>{max(value, 0):,}</b>'
        f'<div class="health"><i style="width:{width:.1f}%;background:{colour}"></i></div></div>'
    )


def _ask(duel: Duel) -> None:
    key = f"guess-{id(duel)}-{duel.number}"
    picked = draw_map(key, title="Click where you think it is", height=_TALL - 54, pick=True)
    if picked is not None:
        duel.guess = picked
    label = "Click the map, then guess"
    if duel.guess is not None:
        label = f"Guess {words.coordinates(*duel.guess)}"
    if st.button(label, type="primary", width="stretch", disabled=duel.guess is None):
        with st.spinner("The engine looks at the photo ..."):
            found = locator().locate(duel.photo)
        if duel.guess is not None:
            duel.settle(duel.guess, found)
        st.rerun()


def _reveal(duel: Duel) -> None:
    if duel.card is None or duel.found is None or duel.guess is None:
        return
    place = Pin(*duel.card.place, TRUTH, "truth")
    off = f"{duel.rounds[-1].km:,.0f} km off"
    mine = Pin(*duel.guess, GUESS, "Your guess", off, shape="square")
    engine = Pin(duel.found.point.lat, duel.found.point.lon, POINT, "")
    posterior_map(
        duel.found.fusion.posterior, duel.found.point, f"reveal-{id(duel)}-{duel.number}",
        truth=duel.card.place, extra=[mine], height=_TALL - 54, see=[mine, place],
        lines=[(mine, place, GUESS), (engine, place, POINT)], name="the engine's guess",
    )  # fmt: skip
    last = len(duel.cards) == 0 or duel.you <= 0 or duel.engine <= 0
    if st.button("See how it went" if last else "Next round", type="primary", width="stretch"):
        duel.deal()
        st.rerun()


def _what_told(duel: Duel) -> None:
    if duel.card is None or duel.found is None:
        return
    last, found = duel.rounds[-1], duel.found
    regions = found.fusion.posterior.world.regions
    name = regions[duel.card.country].name
    loser = "you lose" if last.yours < last.engine else "the engine loses"
    st.html(
        f'<p class="answer">{flag(duel.card.country)} {html.escape(name)}</p>'
        f'<p class="answer-detail">You {last.yours:,} '
        f"points, {last.km:,.0f} km off; the engine {last.engine:,}, {last.engine_km:,.0f} km off: "
        f"{loser} {last.damage:,} of health.</p>"
    )
    entry = explanation_entry(found.why(duel.card.country), found)
    kb = found.engine.tables.kb
    cues = cue_entries(found.extraction, kb, found.fusion.posterior.world)
    rows = [
        [
            html.escape(cue_title(cues[one.cue])),
            words.bits(one.bits),
            "<br>".join(html.escape(c.clue.says) for c in citations(one, entry))
            or html.escape(words.safe(cues[one.cue].note)),
        ]
        for one in entry.contributions
        if (one.bits or 0) > 0
    ][:_TOLD]
    st.markdown(f"##### What would have told you {name}")
    if rows:
        table(["cue", "bits", "what it says"], rows, numbers=(1,))
    else:
        st.caption("Nothing that the engine saw speaks for it.")


def _end(duel: Duel) -> None:
    yours, theirs = sum(r.yours for r in duel.rounds), sum(r.engine for r in duel.rounds)
    won = duel.engine <= 0 or (duel.you > 0 and yours > theirs)
    title = "You won" if won else "It is a draw" if yours == theirs else "The engine won"
    st.html(
        f'<p class="answer">{title}</p><p class="answer-detail">{yours:,} points against '
        f"{theirs:,} in {len(duel.rounds)} round{'s' * (len(duel.rounds) != 1)}.</p>"
    )
    for reason in duel.skipped:
        st.warning(reason)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Rounds")
        table(
            ["photo", "you", "engine", "damage", "you: km off", "engine: km off"],
            (
                [
                    html.escape(r.name),
                    f"{r.yours:,}",
                    f"{r.engine:,}",
                    f"{r.damage:,}",
                    f"{r.km:,.0f}",
                    f"{r.engine_km:,.0f}",
                ]
                for r in duel.rounds
            ),
            numbers=(1, 2, 3, 4, 5),
        )
    with right:
        st.markdown("##### Cue families that you missed")
        if duel.missed:
            st.caption("What they told the engine, in bits, in the rounds that you lost.")
            most = [(name, bits, f"{bits:.1f}") for name, bits in duel.missed.most_common(8)]
            bars([one for one in most if one[1] >= LEAST_BITS])
        else:
            st.caption("None: the engine never told the place better than you.")
    if st.button("Play again", type="primary"):
        del st.session_state.duel
        st.rerun()
