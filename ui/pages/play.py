"""Play a round against the engine: guess, and see the clues that would have told you."""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import h3
import pydeck as pdk
import streamlit as st

from clues.errors import CluesError
from clues.evaluation.manifest import Truth, read_manifest
from clues.inference.sphere import distance_km, score
from clues.photo import open_photo
from clues.pipeline import Location
from ui.resources import locator
from ui.widgets import ledger
from ui.widgets.map import border_layer, posterior_map

_HEALTH = 6000
_FIRST_MULTIPLIED_ROUND = 5  # as in GeoGuessr's duels: damage grows by half a step from here on


@dataclass
class Game:
    """A duel: two healths, the rounds played, and which clue families told the engine more."""

    photos: list[Truth]
    round: int = 1
    you: int = _HEALTH
    engine: int = _HEALTH
    current: Truth | None = None
    found: Location | None = None
    guess: tuple[float, float] | None = None
    done: bool = False
    scores: list[tuple[int, int]] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def multiplier(self) -> float:
        """How much damage counts in this round."""
        return 1 + 0.5 * max(0, self.round - _FIRST_MULTIPLIED_ROUND + 1)


def page() -> None:
    """Show the page."""
    game: Game | None = st.session_state.get("game")
    if game is None:
        _start()
    elif game.you <= 0 or game.engine <= 0 or (not game.photos and game.current is None):
        _end(game)
    else:
        _round(game)


def _start() -> None:
    st.markdown("### You against the engine")
    st.markdown(
        "Name a CSV of photos with known places (columns `file, lat, lon`; paths relative to it). "
        "Each round you both guess; the difference in points is the loser's damage."
    )
    path = st.text_input("CSV file on this computer", placeholder="/home/me/photos/places.csv")
    if st.button("Play", type="primary") and path:
        try:
            photos = [t for t in read_manifest(Path(path), locator().world) if t.lat is not None]
        except CluesError as error:
            st.error(str(error))
            return
        if not photos:
            st.error(f"{path}: no photo there has coordinates.")
            return
        random.shuffle(photos)
        st.session_state.game = Game(photos)
        st.rerun()


def _round(game: Game) -> None:
    if game.current is None and not _deal(game):
        return
    left, middle, right = st.columns(3)
    left.metric("You", max(game.you, 0))
    middle.metric("Round", game.round, f"damage x {game.multiplier:g}", delta_color="off")
    right.metric("Engine", max(game.engine, 0))
    if game.current is None or game.found is None:
        return
    picture, world = st.columns([6, 5], gap="large")
    with picture:
        st.image(open_photo(game.current.path).pixels, width="stretch")
    with world:
        if game.done:
            _reveal(game, game.current, game.found)
        else:
            _ask(game)


def _deal(game: Game) -> bool:
    while game.photos:
        truth = game.photos.pop()
        try:
            game.found = locator().locate(open_photo(truth.path))
        except CluesError as error:
            st.warning(str(error))
            continue
        game.current, game.guess, game.done = truth, None, False
        return True
    st.info("No photo is left.")
    return False


def _ask(game: Game) -> None:
    chosen = _clickable_map(game)
    if chosen is not None:
        game.guess = chosen
    lat, lon = game.guess or (20.0, 0.0)
    columns = st.columns(2)
    lat = columns[0].number_input("Latitude", -90.0, 90.0, lat, 0.5)
    lon = columns[1].number_input("Longitude", -180.0, 180.0, lon, 0.5)
    if st.button("Guess", type="primary", width="stretch"):
        game.guess = (lat, lon)
        _settle(game)
        st.rerun()


def _clickable_map(game: Game) -> tuple[float, float] | None:
    layer = pdk.Layer(
        "H3HexagonLayer",
        _land(),
        id="land",
        get_hexagon="hex",
        get_fill_color=[128, 138, 155, 12],
        extruded=False,
        pickable=True,
        auto_highlight=True,
    )
    deck = pdk.Deck(
        layers=[border_layer(), layer],
        initial_view_state=pdk.ViewState(latitude=20, longitude=10, zoom=0.8),
        map_style="",
        map_provider=None,
    )
    event = st.pydeck_chart(
        deck,
        height=420,
        key=f"guess-{game.round}",
        on_select="rerun",
        selection_mode="single-object",
    )
    picked = event.selection.get("objects", {}).get("land", []) if event else []
    return tuple(h3.cell_to_latlng(picked[0]["hex"])) if picked else None


@st.cache_resource(show_spinner=False)
def _land() -> list[dict[str, str]]:
    cells = {h3.cell_to_parent(h3.int_to_str(int(c)), 3) for c in locator().world.leaves.h3}
    return [{"hex": cell} for cell in sorted(cells)]


def _points(truth: Truth, lat: float, lon: float) -> int:
    return round(float(score(distance_km(lat, lon, truth.lat, truth.lon))))


def _settle(game: Game) -> None:
    if game.current is None or game.found is None or game.guess is None:
        return
    yours = _points(game.current, *game.guess)
    theirs = _points(game.current, game.found.point.lat, game.found.point.lon)
    damage = round(abs(yours - theirs) * game.multiplier)
    if yours < theirs:
        game.you -= damage
        for one in game.found.why(game.current.country).contributions:
            if one.bits > 0:
                game.missed[one.cue.family] += 1
    else:
        game.engine -= damage
    game.scores.append((yours, theirs))
    game.done = True


def _reveal(game: Game, truth: Truth, found: Location) -> None:
    yours, theirs = game.scores[-1]
    world = locator().world
    st.markdown(f"**{world.regions[truth.country].name}.** You {yours:,}, engine {theirs:,}.")
    place = None if truth.lat is None or truth.lon is None else (truth.lat, truth.lon)
    posterior_map(found.fusion.posterior, found.point, f"play-{game.round}", place)
    told = [c for c in found.why(truth.country).contributions if c.bits > 0][:6]
    if told:
        st.markdown("What would have told you:")
    for one in told:
        st.markdown(f"- {ledger.label_of(found, one.cue)} ({one.bits:+.1f} bits)")
    if st.button("Next round", type="primary"):
        game.round += 1
        game.current = None
        st.rerun()


def _end(game: Game) -> None:
    won = game.engine <= 0 or sum(a for a, _ in game.scores) > sum(b for _, b in game.scores)
    st.markdown("### You won." if won else "### The engine won.")
    st.dataframe(
        [{"round": n, "you": a, "engine": b} for n, (a, b) in enumerate(game.scores, 1)],
        hide_index=True,
    )
    if game.missed:
        st.markdown("Clue families that told the engine more than you: ")
        st.bar_chart(dict(game.missed.most_common()), horizontal=True)
    if st.button("Play again"):
        del st.session_state.game
        st.rerun()
