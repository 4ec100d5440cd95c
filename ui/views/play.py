"""Play a round against the engine: guess, and see the clues that would have told you."""

import html
from pathlib import Path

import streamlit as st

from clues.errors import CluesError
from clues.knowledge.likeness import compare
from clues.knowledge.query import facts_of
from clues.pipeline import APPEARANCE
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
from ui.widgets.tables import bars, seen, share, statement, table

_SIDE = 1400
_TALL = 520
_TOLD = 5
_TELLING_BITS = 0.3  # a cue that says less could not have told anybody
_YOU, _ENGINE = GUESS, "#2f78b7"
_LIMITS = {0: "No limit", 120: "2 minutes", 60: "1 minute", 30: "30 seconds"}
_MOST_POINTS = 5000
_LATE_S = 10


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
    limit = st.segmented_control(
        "Time for a guess", list(_LIMITS), default=0, format_func=_LIMITS.__getitem__,
        key="play-limit", required=True,
    ) or None  # fmt: skip
    own, sample = st.columns([3, 2], gap="medium")
    try:
        with own.container(border=True, height="stretch"):
            _own_photos(limit)
        with sample.container(border=True, height="stretch"):
            st.markdown("##### Just one round")
            st.markdown("A photo that comes with Clues. No preparation, no health at stake.")
            if samples() and st.button("Try one round with the sample", icon=":material/image:"):
                _begin(Duel(cards_of_samples(samples(), locator().world), limit_s=limit))
    except CluesError as error:
        st.error(str(error))


def _own_photos(limit: int | None) -> None:
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
        _begin(Duel(cards_of_zip(file, locator().world), limit_s=limit))
    if not is_local():
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        path = st.text_input(
            "Or the CSV file's path on this computer, photos beside it",
            placeholder="/home/me/photos/places.csv",
        )
        if st.button("Play with this folder", disabled=not path):
            cards = cards_of_folder(Path(path).expanduser(), locator().world)
            _begin(Duel(cards, limit_s=limit))


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
    if duel.settled:
        _verdict(duel)
    picture, world = st.columns([6, 5], gap="medium")
    with picture:
        st.html(stage(thumbnail(duel.photo, _SIDE), "Where is this?", _TALL, fill=True))
    with world:
        if duel.settled:
            _reveal(duel)
        else:
            _ask(duel)
    if duel.settled:
        _what_told(duel)


def _scores(duel: Duel) -> None:
    middle = f'<b>Round {duel.number}</b><br><span class="soft">{_state(duel)}</span>'
    st.html(
        f'<div class="scores">{_health("You", duel.you, _YOU)}<div class="score">{middle}</div>'
        f"{_health('Engine', duel.engine, _ENGINE)}</div>"
    )


def _state(duel: Duel) -> str:
    """Return what is at stake, and how many countries in a row you guessed right."""
    parts = [f"damage × {duel.multiplier:g}"] if duel.multiplier > 1 else []
    if duel.streak > 1:
        parts.append(f"{duel.streak} countries in a row")
    return " · ".join(parts) or f"{len(duel.cards)} to come"


def _health(name: str, value: int, colour: str) -> str:
    width = 100 * max(value, 0) / HEALTH
    return (
        f'<div class="score"><span class="soft">{name}</span> <b>{max(value, 0):,}</b>'
        f'<div class="health"><i style="width:{width:.1f}%;background:{colour}"></i></div></div>'
    )


def _ask(duel: Duel) -> None:
    if duel.seconds_left is not None:
        if duel.seconds_left <= 0:
            _settle(duel)
        st.fragment(_clock, run_every=1.0)(duel)
    key = f"guess-{id(duel)}-{duel.number}"
    picked = draw_map(key, title="Click where you think it is", height=_TALL - 54, pick=True)
    if picked is not None:
        duel.guess = picked
    label = "Click the map, then guess"
    if duel.guess is not None:
        label = f"Guess {words.coordinates(*duel.guess)}"
    if st.button(label, type="primary", width="stretch", disabled=duel.guess is None):
        _settle(duel)


def _clock(duel: Duel) -> None:
    """Show the time left; when it is over, the page settles the round."""
    left = duel.seconds_left
    if left is None or duel.limit_s is None:
        return
    st.html(
        f'<div class="score clock{" late" if left <= _LATE_S else ""}" role="timer">'
        f'<div class="health"><i style="width:{100 * left / duel.limit_s:.1f}%"></i></div>'
        f'<span class="soft">{left:.0f} s</span></div>'
    )
    if left <= 0:
        st.rerun()


def _settle(duel: Duel) -> None:
    seconds = duel.seconds
    with st.spinner("The engine looks at the photo ..."):
        found = locator().locate(duel.photo)
    duel.settle(duel.guess, found, seconds)
    last = duel.rounds[-1]
    learn = _telling(duel) or _lessons(last.country, None if last.right else last.guessed)
    duel.told.append("; ".join(row[0] for row in learn[:2]))
    st.rerun()


def _reveal(duel: Duel) -> None:
    if duel.card is None or duel.found is None:
        return
    place = Pin(*duel.card.place, TRUTH, "truth")
    engine = Pin(duel.found.point.lat, duel.found.point.lon, POINT, "")
    mine = []
    if duel.guess is not None:
        mine = [Pin(*duel.guess, GUESS, "Your guess", _off(duel.rounds[-1].km), shape="square")]
    posterior_map(
        duel.found.fusion.posterior, duel.found.point, f"reveal-{id(duel)}-{duel.number}",
        truth=duel.card.place, extra=mine, height=_TALL - 54, see=[*mine, place],
        lines=[*((one, place, GUESS) for one in mine), (engine, place, POINT)],
        name="the engine's guess",
    )  # fmt: skip
    last = len(duel.cards) == 0 or duel.you <= 0 or duel.engine <= 0
    if st.button("See how it went" if last else "Next round", type="primary", width="stretch"):
        duel.deal()
        st.rerun()


def _verdict(duel: Duel) -> None:
    """Say where it was, and who was nearer by how much."""
    if duel.card is None:
        return
    last = duel.rounds[-1]
    name = locator().world.regions[last.country].name
    right = "you knew the country" if last.right else "you guessed another country"
    if last.guessed is None:
        right = "your guess lies in no country"
    if last.km is None:
        right = "the time ran out"
    loser = "you lose" if last.yours < last.engine else "the engine loses"
    st.html(
        f'<p class="answer">{flag(last.country)}{html.escape(name)}</p>'
        f'<p class="answer-detail">{right[:1].upper()}{right[1:]}; '
        f"{loser} {last.damage:,} of health.</p>"
        f'<div class="verdict">{_points("You", last.yours, last.km, last.seconds, _YOU)}'
        f"{_points('Engine', last.engine, last.engine_km, None, _ENGINE)}</div>"
    )


def _points(name: str, points: int, km: float | None, seconds: float | None, colour: str) -> str:
    detail = _off(km) + (f", {seconds:.0f} s" if seconds is not None else "")
    return (
        f'<div class="rank"><span></span><b>{name} <small>{detail}</small></b>'
        f"<span>{points:,}</span>"
        f'<div><i style="width:{100 * points / _MOST_POINTS:.1f}%;background:{colour}"></i></div>'
        "</div>"
    )


def _off(km: float | None) -> str:
    return "no guess" if km is None else f"{km:,.0f} km off"


def _what_told(duel: Duel) -> None:
    """Show the cues that told the place, and what a player may learn to tell it by."""
    last, names = duel.rounds[-1], locator().world.regions
    name = names[last.country].name
    rows = _telling(duel)
    st.markdown(f"##### What would have told you {name}")
    if rows:
        table(["cue", "bits", "what it says"], rows, numbers=(1,))
    else:
        st.caption("No single thing that the engine saw, at most the look of the whole photo.")
    other = last.guessed if last.guessed and not last.right else None
    where = names[other].name if other else "elsewhere"
    st.markdown(f"##### What to look for: {name} or {where}?")
    table(["look for", name, where, "who says so"], _lessons(last.country, other))


def _lessons(country: str, other: str | None) -> list[list[str]]:
    """Return what tells a country from the one that was guessed, or from all others."""
    kb, world = locator().kb, locator().world
    if other is None:
        rows = [
            (f.variable, f.value, f.share, f.elsewhere, f.clue)
            for f in facts_of(kb, world, country)
        ]
    else:
        rows = [
            (c.variable, c.value, *c.shares, c.clues[0] or c.clues[1])
            for c in compare(kb, world, [country, other])
        ]
    cues = {}
    for row in rows:  # a second value of the same cue would only say the same again
        cues.setdefault(row[0].id, row)
    return [
        [html.escape(seen(variable, value)), share(here), share(there), statement(clue)]
        for variable, value, here, there, clue in list(cues.values())[:_TOLD]
    ]


def _telling(duel: Duel) -> list[list[str]]:
    """Return the cues that speak most for the right country: name, bits, statement.

    The look of the whole photo is left out: nobody can learn it from a sentence.
    """
    if duel.card is None or duel.found is None:
        return []
    found = duel.found
    entry = explanation_entry(found.why(duel.card.country), found)
    cues = cue_entries(found.extraction, found.engine.tables.kb, found.fusion.posterior.world)
    return [
        [
            html.escape(cue_title(cues[one.cue])),
            words.bits(one.bits),
            "<br>".join(html.escape(c.clue.says) for c in citations(one, entry))
            or html.escape(words.safe(cues[one.cue].note)),
        ]
        for one in entry.contributions
        if (one.bits or 0) >= _TELLING_BITS and found.cues[one.cue].family != APPEARANCE
    ][:_TOLD]


def _end(duel: Duel) -> None:
    yours, theirs = sum(r.yours for r in duel.rounds), sum(r.engine for r in duel.rounds)
    won = duel.engine <= 0 or (duel.you > 0 and yours > theirs)
    title = "You won" if won else "It is a draw" if yours == theirs else "The engine won"
    count, right = len(duel.rounds), sum(r.right for r in duel.rounds)
    st.html(
        f'<p class="answer">{title}</p><p class="answer-detail">{yours:,} points against '
        f"{theirs:,} in {count} round{'s' * (count != 1)}; you knew {right} of {count} "
        f"countr{'ies' if count != 1 else 'y'}.</p>"
    )
    for reason in duel.skipped:
        st.warning(reason)
    names = locator().world.regions
    played, missed = st.columns([8, 4], gap="large")
    with played:
        st.markdown("##### Rounds")
        table(
            ["place", "you", "engine", "damage", "what would have told you"],
            (
                [
                    f"<span class='place'>{flag(r.country)} {html.escape(names[r.country].name)}"
                    f"</span><br><span class='soft'>{html.escape(r.name)}</span>",
                    f"{r.yours:,}<br><span class='soft'>{_off(r.km)}, {r.seconds:.0f} s</span>",
                    f"{r.engine:,}<br><span class='soft'>{_off(r.engine_km)}</span>",
                    f"{r.damage:,}",
                    told,
                ]
                for r, told in zip(duel.rounds, duel.told, strict=True)
            ),
            numbers=(1, 2, 3),
        )
    with missed:
        _missed(duel)
    if st.button("Play again", type="primary"):
        del st.session_state.duel
        st.rerun()


def _missed(duel: Duel) -> None:
    """Show what each cue family told the engine where you lost."""
    st.markdown("##### Cue families that you missed")
    if not duel.missed:
        st.caption("None: the engine never told the place better than you.")
        return
    st.caption("What they told the engine, in bits, in the rounds that you lost.")
    most = [one for one in duel.missed.most_common(9) if one[0] != APPEARANCE]
    bars([(name, bits, f"{bits:.1f}") for name, bits in most if bits >= LEAST_BITS])
    look = duel.missed[APPEARANCE]
    if look >= LEAST_BITS:
        st.caption(f"The look of the whole photo, compared with known streets: {look:.1f}.")
