"""Distil Street View coverage weights into kb/priors/street-view.csv.

`python -m clues.regions.build.coverage FOLDER` reads streetview_weight_by_country.csv and
streetview_weight_by_subdivision.csv, keeps shares of three digits, and drops what is 0.
"""

import sys
from pathlib import Path

from clues.errors import UnknownRegionError
from clues.paths import KB_DIR
from clues.regions import RegionGraph, load_regions
from clues.regions.store import write_csv
from clues.tabular import read_rows


def distil(folder: Path, world: RegionGraph) -> dict[str, float]:
    """Return the weight of countries (summing to 1) and of subdivisions (to 1 per country)."""
    countries = _read(folder / "streetview_weight_by_country.csv", "iso_3166_1", "weight")
    total = sum(countries.values())
    out = {code: weight / total for code, weight in countries.items() if code in world.regions}
    parts: dict[str, dict[str, float]] = {}
    rows = _read(
        folder / "streetview_weight_by_subdivision.csv", "iso_3166_2", "weight_within_country"
    )
    for code, weight in rows.items():
        region = world.regions.get(code)
        if region is None or region.level != "group":
            try:
                code = world.canonical_subdivision(code)
            except UnknownRegionError:
                continue
        own = parts.setdefault(str(world.country_of(code)), {})
        own[code] = own.get(code, 0.0) + weight
    for own in parts.values():
        if len(own) > 1:
            out |= {code: weight / sum(own.values()) for code, weight in own.items()}
    return {code: share for code, share in out.items() if share > 0}


def _read(path: Path, key: str, value: str) -> dict[str, float]:
    return {row[key]: float(row[value]) for row in read_rows(path, (key, value))[0]}


def main() -> None:
    """Write kb/priors/street-view.csv."""
    weights = distil(Path(sys.argv[1]), load_regions())
    rows = ((code, f"{share:.3g}") for code, share in sorted(weights.items()))
    write_csv(KB_DIR / "priors" / "street-view.csv", ("code", "weight"), rows)


if __name__ == "__main__":
    main()
