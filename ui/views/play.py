"""Play a round against the engine: guess, and see the clues that would have told you."""

import html
from pathlib import Path

import streamlit as st

from clues.errors import CluesError
from clues.report import words
from clues.report.build import cue_entries, explanation_entry
from clues.report.ledger import citations, cue_title
from ui.archive import MOST_UPLOAD_MB
from ui.game import HEALTH, Duel, cards_of_folder, cards_of_samples, cards_of_zip
from ui.resources import is_local, locator, samples
from ui.style import GUESS, TRUTH
from ui.widgets.map import Pin, draw_map, posterior_map
from ui.widgets.photo import thumbnail
from ui.widgets.tables import table

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
    left, right = st.columns(2, gap="large")
    try:
        with left:
            file = st.file_uploader(
                "Your photos: a zip with a CSV file (columns file, lat, lon)",
                "zip",
                max_upload_size=MOST_UPLOAD_MB,
            )
            if file is not None and st.button("Play with these", type="primary"):
                _begin(Duel(cards_of_zip(file, locator().world)))
        with right:
            if is_local():
                path = st.text_input(
                    "Or a CSV file on this computer, photos beside it",
                    placeholder="/home/me/photos/places.csv",
                )
                if st.button("Play with this folder", disabled=not path):
                    _begin(Duel(cards_of_folder(Path(path).expanduser(), locator().world)))
            if samples() and st.button("Try one round with the sample", icon=":material/image:"):
                _begin(Duel(cards_of_samples(samples(), locator().world)))
    except CluesError as error:
        st.error(str(error))


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
        st.html(
            f'<img alt="Where is this?" src="{thumbnail(duel.photo, _SIDE)}" style="display:block;'
            f'margin:auto;max-width:100%;max-height:{_TALL}px;border-radius:10px">'
        )
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
        f'<span class="soft">damage x {duel.multiplier:g}</span></div>'
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
    mine = Pin(*duel.guess, GUESS, "Your guess", f"{duel.rounds[-1].km:,.0f} km off")
    posterior_map(
        duel.found.fusion.posterior, duel.found.point, f"reveal-{id(duel)}-{duel.number}",
        truth=duel.card.place, extra=[mine], lines=[(mine, place, GUESS)], height=_TALL - 54,
        see=[mine, place],
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
        f'<p class="answer">{html.escape(name)}</p><p class="answer-detail">You {last.yours:,} '
        f"points, {last.km:,.0f} km off; the engine {last.engine:,}: {loser} {last.damage:,}.</p>"
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
        f"{theirs:,} in {len(duel.rounds)} rounds.</p>"
    )
    for reason in duel.skipped:
        st.warning(reason)
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("##### Rounds")
        table(
            ["photo", "you", "engine", "damage", "km off"],
            (
                [
                    html.escape(r.name),
                    f"{r.yours:,}",
                    f"{r.engine:,}",
                    f"{r.damage:,}",
                    f"{r.km:,.0f}",
                ]
                for r in duel.rounds
            ),
            numbers=(1, 2, 3, 4),
        )
    with right:
        st.markdown("##### Cue families that you missed")
        if duel.missed:
            st.bar_chart(dict(duel.missed.most_common(8)), horizontal=True, x_label="bits")
        else:
            st.caption("None: the engine never told the place better than you.")
    if st.button("Play again", type="primary"):
        del st.session_state.duel
        st.rerun()
