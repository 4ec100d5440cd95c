"""Shares by region on a map of the world: where a clue holds, or where clues are many."""

import html
from collections.abc import Mapping, Sequence

import numpy as np

from clues.regions import RegionGraph
from clues.report.map_style import STYLE
from clues.report.map_view import world_view
from clues.report.svg_map import land_shapes, sea, svg
from clues.report.svg_path import shape_path

# The darkest class first: each lies around a word of the knowledge base (usual, common, ...).
STEPS = (0.6, 0.25, 0.06, 0.01, 0.002)

Figure = tuple[str, str]  # a map and its caption


def region_map(
    shares: Mapping[str, float], world: RegionGraph, title: str, ident: str = "regions"
) -> str:
    """Return an SVG map on which each region named is shaded by its share.

    Parameters
    ----------
    shares
        By code of a continent, country, subdivision or zone; a part hides the whole that it
        belongs to. Regions that are not named stay pale.
    ident
        Prefix of the ids inside, unique in the page.
    """
    view = world_view()
    countries = land_shapes(world, view, "country")
    parts = {code for code in shares if world.regions[code].level == "subdivision"}
    zones = [code for code in shares if world.regions[code].level == "zone"]
    shape_of = land_shapes(world, view, "subdivision", parts) if parts else {}
    outlines = view.project([world.zones[code].geometry for code in zones])
    land = [
        *((shape, _share(code, shares, world)) for code, shape in countries.items()),
        *((shape, shares[code]) for code, shape in shape_of.items()),
        *((shape, shares[code]) for code, shape in zip(zones, outlines, strict=True)),
    ]
    border = "".join(shape_path(shape) for shape in countries.values())
    fills = [f'<path class="{_class(share)}" d="{shape_path(shape)}"/>' for shape, share in land]
    return svg(view, ident, title, [*sea(view), *fills, f'<path class="m-border" d="{border}"/>'])


def page(title: str, figures: Sequence[Figure]) -> str:
    """Return an HTML page of maps with their captions, complete in itself."""
    keys = "".join(
        f'<li><i class="m-key m-p{i}"></i>{100 * step:g} % and more</li>'
        for i, step in enumerate(STEPS)
    )
    shown = "".join(
        f"<figure><figcaption>{html.escape(caption)}</figcaption>{drawn}</figure>"
        for drawn, caption in figures
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{STYLE}{_PAGE_STYLE}</style><h1>{html.escape(title)}</h1>"
        f'<ul class="m-legend">{keys}</ul>{shown}</html>'
    )


_PAGE_STYLE = (
    "body{max-width:60rem;margin:1rem auto;font-family:system-ui,sans-serif}"
    ":root{color-scheme:light dark}figure{margin:1.5rem 0}"
    ".m-legend{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;padding:0}"
    ".m-key{display:inline-block;width:1em;height:1em;margin-right:.3em}"
    + "".join(f"i.m-p{i}{{background:var(--m-p{i})}}" for i in range(len(STEPS)))
)


def _share(code: str, shares: Mapping[str, float], world: RegionGraph) -> float:
    """Return a country's share: its own, or that of what it lies in."""
    chain = world.lineage(code) if code in world.regions else ()
    return next((shares[one] for one in chain if one in shares), 0.0)


def _class(share: float) -> str:
    level = int(np.searchsorted(-np.array(STEPS), -share))
    return f"m-p{level}" if level < len(STEPS) else "m-land"
