"""The map: shaded cells or regions, pins and lines over the project's own borders, offline."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from clues.inference import Point, Posterior
from clues.report import words
from clues.report.map_data import coded_cells
from clues.report.shading import SHARES
from clues.sphere import distance_km
from ui.resources import borders
from ui.style import GUESS, MAP_COLOURS, POINT, TRUTH

_WEB = Path(__file__).parent.parent / "web"
_TILES = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
WORLD = (-150.0, -52.0, 170.0, 72.0)
_WIDE_DEG = 50.0  # a view wider than this shows little of any place
_NEAR_KM, _MUCH = 1500.0, 0.35
LEVELS = 5  # shades of the scale, 0 the darkest

_borders = st.components.v2.component(
    "clues_borders", html="<span hidden></span>", js=(_WEB / "borders.js").read_text("utf-8")
)
_map = st.components.v2.component(
    "clues_map",
    css=(_WEB / "map.css").read_text("utf-8"),
    js="\n".join((_WEB / name).read_text("utf-8") for name in ("map.js", "map_paint.js")),
)


def mount_borders() -> None:
    """Send the borders to the page, once a run; maps draw as soon as they have come."""
    _borders(key="clues-borders", data=borders(), height=1)


def _nothing() -> None:
    """Let a click rerun the page."""


@dataclass(frozen=True)
class Pin:
    """A dot on the map."""

    lat: float
    lon: float
    colour: str
    text: str
    detail: str = ""
    small: bool = False
    shape: str = "circle"


@dataclass(frozen=True)
class Key:
    """An entry of the legend; ``colour`` may be a CSS variable of the map."""

    text: str
    colour: str | None = None
    dot: bool = False
    shape: str = "circle"


def draw_map(
    key: str,
    *,
    title: str,
    height: int = 460,
    bounds: tuple[float, float, float, float] = WORLD,
    cells: Mapping[str, object] | None = None,
    fills: Mapping[str, Mapping[str, object]] | None = None,
    pins: Sequence[Pin] = (),
    lines: Sequence[tuple[Pin, Pin, str]] = (),
    legend: Sequence[Key] = (),
    pick: bool = False,
    tiles: bool = False,
    overview: bool = False,
) -> tuple[float, float] | None:
    """Draw a map and return the place that was clicked, if ``pick`` asks for one.

    Parameters
    ----------
    key
        The view that the person chose is kept as long as this stays the same.
    bounds
        First view: west, south, east, north in degrees.
    fills
        Region code to ``level`` (0 darkest to 4) and ``text``.
    overview
        Show the whole world in a corner while the view is closer.
    """
    data = {
        "title": title,
        "view": {"key": key, "bounds": bounds},
        "cells": cells,
        "fills": fills or {},
        "pins": [asdict(pin) for pin in pins],
        "lines": [{"from": asdict(a), "to": asdict(b), "colour": c} for a, b, c in lines],
        "legend": [asdict(one) for one in legend],
        "overview": overview,
        "pick": GUESS if pick else "",
        "tiles": _TILES if tiles else "",
        "colours": MAP_COLOURS,
    }
    result = _map(key=f"map-{key}", data=data, height=height, on_picked_change=_nothing)
    place: Any = result.picked
    return (float(place["lat"]), float(place["lon"])) if place else None


def posterior_map(
    posterior: Posterior,
    point: Point,
    key: str,
    *,
    truth: tuple[float, float] | None = None,
    extra: Sequence[Pin] = (),
    lines: Sequence[tuple[Pin, Pin, str]] = (),
    see: Sequence[Pin] = (),
    name: str = "best point",
    height: int = 460,
    tiles: bool = False,
) -> None:
    """Draw a posterior: shaded cells, the 50 % and 90 % areas outlined, the point, the truth.

    The first view holds where most of the probability lies, and the whole world is in a corner;
    or it holds the pins to ``see`` and the point.
    """
    where = words.coordinates(point.lat, point.lon)
    detail = f"{where}, {point.expected_score:,.0f} points expected"
    pins = [Pin(point.lat, point.lon, POINT, name[:1].upper() + name[1:], detail), *extra]
    legend = [Key(name, POINT, dot=True)]
    if truth is not None:
        where = words.coordinates(*truth)
        pins.append(Pin(*truth, TRUTH, "Where it was taken", where, shape="diamond"))
        legend.append(Key("truth", TRUTH, dot=True, shape="diamond"))
    if any(pin.colour == GUESS for pin in extra):
        legend.append(Key("your guess", GUESS, dot=True, shape="square"))
    shades = [Key(f"{100 * share:.0f} %", f"var(--m-p{i})") for i, share in enumerate(SHARES)]
    draw_map(
        key,
        title="Map of where the photo may have been taken",
        height=height,
        bounds=around([*see, pins[0]]) if see else view_of(posterior, point),
        cells=_cells(posterior),
        pins=pins,
        lines=lines,
        legend=[Key("inside:"), *shades, *legend],
        tiles=tiles,
        overview=not see,  # it might hide one of them
    )


def around(pins: Sequence[Pin]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a view that holds all pins."""
    lats, lons = [pin.lat for pin in pins], [pin.lon for pin in pins]
    below = 2 + 0.2 * (max(lats) - min(lats))  # where the legend lies
    return min(lons) - 3, min(lats) - below, max(lons) + 3, max(lats) + 2


def _cells(posterior: Posterior) -> dict[str, object]:
    coded = coded_cells(posterior)
    shapes = {one.name: getattr(coded.shapes, one.name) for one in fields(coded.shapes)}
    return {**shapes, "classes": coded.classes, "texts": coded.texts}


def view_of(posterior: Posterior, point: Point) -> tuple[float, float, float, float]:
    """Return west, south, east, north of what holds most of the probability.

    Where that lies far apart, what lies around the best point, if that is much; else the world.
    """
    leaves = posterior.credible_area(0.75).leaves
    west, south, east, north = _box(posterior, leaves)
    if max(east - west, north - south) > _WIDE_DEG:
        leaves, places = posterior.credible_area(0.9).leaves, posterior.world.leaves
        km = distance_km(point.lat, point.lon, places.lat[leaves], places.lon[leaves])
        near = leaves[km < _NEAR_KM]
        if posterior.probability[near].sum() > _MUCH:
            west, south, east, north = _box(posterior, near)
    if east - west > 150:
        return WORLD
    pad_lat, pad_lon = max(1.0, 0.1 * (north - south)), max(1.5, 0.1 * (east - west))
    return west - pad_lon, south - pad_lat, east + pad_lon, north + pad_lat


def _box(posterior: Posterior, leaves: np.ndarray) -> tuple[float, float, float, float]:
    """Return west, south, east, north of nearly all that leaves hold."""
    lat, lon = posterior.world.leaves.lat[leaves], posterior.world.leaves.lon[leaves]
    weight = posterior.probability[leaves]
    south, north = _middle(lat, weight)
    west, east = _middle(lon, weight)
    return west, south, east, north


def _middle(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Return the 2 % and 98 % quantiles of weighted values."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    low, high = np.searchsorted(total, [0.02 * total[-1], 0.98 * total[-1]])
    top = len(values) - 1
    return float(values[order[min(low, top)]]), float(values[order[min(high, top)]])
