"""The map: posterior as shaded leaves, credible areas, the point, the truth. Works offline."""

import math

import h3
import numpy as np
import pydeck as pdk
import streamlit as st

from clues.inference import Point, Posterior
from ui.resources import borders
from ui.style import TRUTH, shade

_MOST_LEAVES = 6_000  # the browser stays quick; the rest hold next to nothing


def posterior_map(
    posterior: Posterior,
    point: Point,
    key: str,
    truth: tuple[float, float] | None = None,
    *,
    tiles: bool = False,
) -> None:
    """Draw the posterior; the view stays where the person left it while cues change."""
    layers = [border_layer(), _leaves(posterior), _dots(posterior, point, truth)]
    deck = pdk.Deck(
        layers=layers,
        initial_view_state=_view(posterior, key),
        map_style=None if tiles else "",
        map_provider="carto" if tiles else None,
        tooltip={"html": "<b>{name}</b><br>{text}"},
    )
    st.pydeck_chart(deck, height=430, key=f"map-{key}")


def border_layer(level: str = "country") -> pdk.Layer:
    """Return the borders as thin lines over a faint land."""
    return pdk.Layer(
        "GeoJsonLayer",
        borders(level),
        id=f"borders-{level}",
        stroked=True,
        filled=True,
        get_fill_color=[128, 138, 155, 28],
        get_line_color=[128, 138, 155, 160],
        line_width_min_pixels=0.6,
        pickable=False,
    )


def _leaves(posterior: Posterior) -> pdk.Layer:
    world = posterior.world
    density = posterior.probability / np.maximum(world.leaves.area_km2, 1.0)
    shown = posterior.credible_area(0.95).leaves[:_MOST_LEAVES]
    inner = set(posterior.credible_area(0.5).leaves.tolist())
    logs = np.log(np.maximum(density[shown], 1e-300))
    low, high = float(logs.min(initial=0)), float(logs.max(initial=1))
    rows = []
    for leaf, value in zip(shown.tolist(), logs.tolist(), strict=True):
        code = world.subdivision_codes[world.leaves.subdivision[leaf]]
        level = (value - low) / max(high - low, 1e-9)
        share = "in the 50 % area" if leaf in inner else "in the 95 % area"
        rows.append(
            {
                "hex": h3.int_to_str(int(world.leaves.h3[leaf])),
                "colour": shade(level),
                "name": f"{world.regions[code].name} ({code})",
                "text": f"{posterior.probability[leaf]:.2%} here, {share}",
            }
        )
    return pdk.Layer(
        "H3HexagonLayer",
        rows,
        id="leaves",
        get_hexagon="hex",
        get_fill_color="colour",
        stroked=False,
        extruded=False,
        pickable=True,
    )


def _dots(posterior: Posterior, point: Point, truth: tuple[float, float] | None) -> pdk.Layer:
    dots = [
        {
            "place": [point.lon, point.lat],
            "colour": [255, 255, 255, 255],
            "name": "Best point",
            "text": f"{point.lat:.2f}, {point.lon:.2f}: about {point.expected_score:,.0f} points",
        }
    ]
    if truth is not None:
        colour = [int(TRUTH[i : i + 2], 16) for i in (1, 3, 5)]
        text = f"{truth[0]:.2f}, {truth[1]:.2f}"
        dots.append(
            {"place": [truth[1], truth[0]], "colour": colour, "name": "Truth", "text": text}
        )
    return pdk.Layer(
        "ScatterplotLayer",
        dots,
        id="points",
        get_position="place",
        get_fill_color="colour",
        get_line_color=[20, 20, 20],
        stroked=True,
        line_width_min_pixels=2,
        radius_min_pixels=6,
        radius_max_pixels=6,
        pickable=True,
    )


def _view(posterior: Posterior, key: str) -> pdk.ViewState:
    """Return the first view of a case, kept for its later ones so that the map does not jump."""
    views: dict[str, pdk.ViewState] = st.session_state.setdefault("views", {})
    if key not in views:
        leaves = posterior.credible_area(0.75).leaves
        lat, lon = posterior.world.leaves.lat[leaves], posterior.world.leaves.lon[leaves]
        span = max(float(np.ptp(lat)) * 2, float(np.ptp(lon)), 4.0)
        zoom = min(max(math.log2(360 / span) - 0.3, 0.6), 6.0)
        weight = posterior.probability[leaves]
        views[key] = pdk.ViewState(
            latitude=float(np.average(lat, weights=weight)),
            longitude=float(np.average(lon, weights=weight)),
            zoom=zoom,
        )
    return views[key]
