"""Maps of a posterior as self-contained SVG: the world, and the area where the photo must be.

No tiles, fonts or scripts. Colours follow the reader's light or dark scheme. Used by the HTML
report, by the app and by evaluation.
"""

import html
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from clues.inference.posterior import Point, Posterior
from clues.regions import RegionGraph
from clues.report.labels import Label, place_labels
from clues.report.map_style import STYLE
from clues.report.map_view import WIDTH, View, area_view, near, world_view
from clues.report.projection import AzimuthalEqualArea
from clues.report.shading import LEAF_RESOLUTION, SHARES, Shading, shade
from clues.report.svg_path import line_path, ring_path, shape_path

_WORLD_RESOLUTION = 3
_LEAST_SHARE = 0.2  # a close-up that shows less of the probability than this misleads
_DETAIL = 5.0  # units that a border may be off
_SEAM = 3.0  # units that shapes grow to close the gap at the antimeridian
_SMALLEST = 12.0  # square units of the smallest island drawn


@dataclass(frozen=True, slots=True)
class AreaMap:
    """A close-up.

    Attributes
    ----------
    svg
        The map.
    share
        Share of the probability that lies inside the window.
    """

    svg: str
    share: float
    view: View


def world_map(
    posterior: Posterior,
    point: Point | None = None,
    *,
    truth: tuple[float, float] | None = None,
    frame: View | None = None,
    ident: str = "world",
) -> str:
    """Return the posterior on a map of the world.

    Parameters
    ----------
    truth
        Latitude and longitude of the true place, if it is known.
    frame
        A close-up's view to outline.
    ident
        Prefix of the ids inside, unique in the page.
    """
    view = world_view()
    land = land_shapes(posterior.world, view, "country")
    shading = shade(posterior, resolution=_WORLD_RESOLUTION)
    extra = [f'<path class="m-frame" d="{ring_path(_corners(frame, view))}"/>'] if frame else []
    return svg(
        view,
        ident,
        f"World map: {_summary(posterior)}",
        [
            *sea(view),
            *_layers(view, shading, land, ident),
            *extra,
            *_markers(view, point, truth),
        ],
    )


def area_map(
    posterior: Posterior,
    point: Point,
    *,
    truth: tuple[float, float] | None = None,
    ident: str = "area",
) -> AreaMap | None:
    """Return a close-up of the most probable part of the 90 % area.

    None if the probability is spread so widely that no close-up would show much of it.
    """
    view = area_view(posterior, point)
    leaves = posterior.world.leaves
    place = view.units(leaves.lat, leaves.lon)
    inside = ((place >= 0) & (place <= [WIDTH, view.height])).all(axis=1)
    inside &= near(view, leaves.lat, leaves.lon)
    share = float(posterior.probability[inside].sum())
    if share < _LEAST_SHARE:
        return None
    shading = shade(posterior, inside, resolution=LEAF_RESOLUTION)
    countries = land_shapes(posterior.world, view, "country")
    inner = land_shapes(posterior.world, view, "subdivision")
    drawn = svg(
        view,
        ident,
        f"Close-up around {point.lat:.1f}, {point.lon:.1f}: {_summary(posterior)}",
        [
            f'<rect class="m-sea" width="{WIDTH}" height="{view.height:.0f}"/>',
            *_layers(view, shading, countries, ident, inner),
            *_labels(posterior, point, view, countries),
            _scale_bar(view),
            *_markers(view, point, truth),
        ],
    )
    return AreaMap(drawn, share, view)


def legend() -> str:
    """Return the legend of the shades as HTML."""
    items = "".join(
        f'<li><i class="m-key m-p{i}"></i>{100 * share:.0f} %</li>'
        for i, share in enumerate(SHARES)
    )
    return f'<ul class="m-legend">{items}</ul>'


def sea(view: View) -> list[str]:
    """Return the sea with its graticule, the ground of a map of the world."""
    sphere = ring_path(view.units(*_outline()))
    return [
        f'<path class="m-sea" d="{sphere}"/>',
        f'<path class="m-grid" d="{_graticule(view)}"/>',
    ]


def svg(view: View, ident: str, title: str, body: Sequence[str]) -> str:
    """Return a map as a whole: its frame, title and style around the body."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="clues-map" role="img" '
        f'aria-labelledby="{ident}-title" viewBox="0 0 {WIDTH} {view.height:.0f}">'
        f'<title id="{ident}-title">{html.escape(title)}</title><style>{STYLE}</style>'
        + "".join(body)
        + "</svg>"
    )


def _summary(posterior: Posterior) -> str:
    top = posterior.regions("country", 3)
    return ", ".join(f"{one.region.name} {100 * one.probability:.0f} %" for one in top)


def _layers(
    view: View,
    shading: Shading,
    countries: dict[str, object],
    ident: str,
    inner: dict[str, object] | None = None,
) -> list[str]:
    """Land, shades clipped to it, inner borders, borders."""
    land = "".join(shape_path(shape) for shape in countries.values())
    shades = []
    cells = view.project(shading.shapes)
    for level in reversed(range(len(SHARES))):
        path = "".join(shape_path(cells[i]) for i in np.flatnonzero(shading.classes == level))
        if path:
            shades.append(f'<path class="m-p{level}" d="{path}"/>')
    inner_path = "".join(shape_path(shape) for shape in (inner or {}).values())
    return [
        f'<defs><path id="{ident}-land" d="{land}"/><clipPath id="{ident}-clip">'
        f'<use href="#{ident}-land"/></clipPath></defs>',
        f'<use class="m-land" href="#{ident}-land"/>',
        f'<g class="m-shades" clip-path="url(#{ident}-clip)">{"".join(shades)}</g>',
        f'<path class="m-inner" d="{inner_path}"/>' if inner_path else "",
        f'<use class="m-border" href="#{ident}-land"/>',
    ]


def land_shapes(
    world: RegionGraph, view: View, level: str, only: Collection[str] | None = None
) -> dict[str, object]:
    """Return the shapes of a level by code, projected, cut to the window and simplified.

    ``only`` names the regions to return; all by default.
    """
    frame = world.borders(level)
    if only is not None:
        frame = frame[frame["code"].isin(only)]
    parts, owner = shapely.get_parts(np.asarray(frame.geometry, object), return_index=True)
    seam = np.zeros(len(parts), bool)
    if isinstance(view.projection, AzimuthalEqualArea):
        keep = _reaches(view, parts)
        parts, owner = parts[keep], owner[keep]
        bounds = shapely.bounds(parts)
        seam = (bounds[:, 0] < -179.99) | (bounds[:, 2] > 179.99)
    margin = 40.0
    cut = shapely.clip_by_rect(
        shapely.make_valid(view.project(parts)),
        -margin, -margin, WIDTH + margin, view.height + margin,
    )  # fmt: skip
    cut = shapely.simplify(cut, _DETAIL, preserve_topology=True)
    drawn = ~shapely.is_empty(cut) & (shapely.area(cut) > _SMALLEST)
    codes = np.asarray(frame["code"])[owner]
    return {
        code: _joined(cut[drawn & (codes == code)], seam[drawn & (codes == code)])
        for code in dict.fromkeys(codes[drawn].tolist())
    }


def _joined(
    shapes: npt.NDArray[np.object_], seam: npt.NDArray[np.bool_]
) -> shapely.GeometryCollection:
    """Join the shapes that the antimeridian cut in two."""
    if seam.sum() > 1:
        whole = shapely.union_all(shapely.buffer(shapes[seam], _SEAM))
        shapes = np.append(shapes[~seam], whole)
    return shapely.geometrycollections(shapes)


def _reaches(view: View, parts: npt.NDArray[np.object_]) -> npt.NDArray[np.bool_]:
    """Return which shapes come near the window.

    The far side of the Earth projects to a rim around everything, so it must not be drawn.
    """
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    inside = near(view, xy[:, 1], xy[:, 0])
    keep = np.bincount(owner, weights=inside, minlength=len(parts)) > 0
    centre = view.projection
    assert isinstance(centre, AzimuthalEqualArea)
    shapely.prepare(parts)
    keep |= shapely.contains_xy(parts, centre.lon, centre.lat)
    return np.asarray(keep)


def _labels(
    posterior: Posterior, point: Point, view: View, countries: dict[str, object]
) -> list[str]:
    """Names of the countries in the window, and of its likeliest subdivisions."""
    regions = posterior.world.regions
    labels = []
    sized = sorted(countries.items(), key=lambda item: -shapely.area(item[1]))
    window = shapely.box(0, 0, WIDTH, view.height)
    for code, shape in sized[:12]:
        parts = shapely.get_parts(shapely.intersection(shapely.make_valid(shape), window))
        largest = max(parts, key=shapely.area, default=None)
        if largest is not None and largest.area > 40_000 and code in regions:
            place = largest.representative_point()
            labels.append(Label(regions[code].name, place.x, place.y, 210, "m-country"))
    for one in posterior.regions("subdivision", 6):
        if one.probability > 0.02:
            x, y = view.units(one.region.lat, one.region.lon)
            labels.append(Label(one.region.name, float(x), float(y) - 130, 180, "m-region"))
    corner = (0.0, view.height - 520, 2400.0, view.height)
    x, y = view.units(point.lat, point.lon)
    dot = (x - 140, y - 120, x + 140, y + 120)
    return place_labels(labels, WIDTH, view.height, [corner, dot])


def _scale_bar(view: View) -> str:
    """A bar of a round number of kilometres, about a fifth of the width."""
    longest = 0.2 * WIDTH * view.km
    magnitude = 10 ** math.floor(math.log10(longest))
    length = max(step * magnitude for step in (1, 2, 5) if step * magnitude <= longest)
    x, y, end = 220, view.height - 200, 220 + length / view.km
    return (
        f'<path class="m-bar" d="M{x} {y - 60:.0f}v60H{end:.0f}v-60"/>'
        f'<text class="m-scale" x="{x}" y="{y - 110:.0f}">{length:,.0f} km</text>'
    )


def _markers(view: View, point: Point | None, truth: tuple[float, float] | None) -> list[str]:
    out = []
    if truth is not None:
        x, y = view.units(*truth)
        out.append(f'<path class="m-truth" d="M{x - 60:.0f} {y - 60:.0f}l120 120m0-120l-120 120"/>')
    if point is not None:
        x, y = view.units(point.lat, point.lon)
        out.append(
            f'<circle class="m-ring" cx="{x:.0f}" cy="{y:.0f}" r="110"/>'
            f'<circle class="m-point" cx="{x:.0f}" cy="{y:.0f}" r="45"/>'
        )
    return out


def _outline() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Latitudes and longitudes around the rim of the world map."""
    side = np.linspace(-60, 84, 73)
    lat = np.concatenate([side, side[::-1]])
    return lat, np.repeat([-180.0, 180.0], 73)


def _graticule(view: View) -> str:
    lats = np.linspace(-60, 84, 49)
    meridians = [view.units(lats, np.full(49, lon)) for lon in range(-150, 180, 30)]
    parallels = [view.units([lat, lat], [-180, 180]) for lat in range(-30, 90, 30)]
    return "".join(line_path(line) for line in (*meridians, *parallels))


def _corners(frame: View, view: View) -> npt.NDArray[np.float64]:
    """The rim of a close-up on another map, unwrapped about its centre."""
    assert isinstance(frame.projection, AzimuthalEqualArea)
    t = np.linspace(0, 1, 12, endpoint=False)
    o, i = np.zeros(12), np.ones(12)
    x = frame.x0 + frame.km * WIDTH * np.concatenate([t, i, 1 - t, o])
    y = frame.y1 - frame.km * frame.height * np.concatenate([o, t, i, 1 - t])
    lat, lon = frame.projection.inverse(x, y)
    lon = (lon - frame.projection.lon + 180) % 360 - 180 + frame.projection.lon
    return view.units(lat, lon)
