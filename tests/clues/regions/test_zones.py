import json
from pathlib import Path
from typing import Any

import pytest

from clues.errors import CluesError
from clues.regions import RegionGraph
from clues.regions.zones import load_zones

SQUARE = [[[60, 54], [63, 54], [63, 56], [60, 56], [60, 54]]]


def _write(folder: Path, *features: dict[str, Any]) -> Path:
    data = {"type": "FeatureCollection", "features": list(features)}
    (folder / "ru.geojson").write_text(json.dumps(data))
    return folder


def _feature(coordinates: Any = SQUARE, kind: str = "Polygon", **properties: Any) -> dict[str, Any]:
    given = {"id": "zone.square", "name": "Square", "says": "A test area."} | properties
    return {
        "type": "Feature",
        "properties": {k: v for k, v in given.items() if v is not None},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def test_a_zone_takes_the_leaves_whose_point_is_inside(world: RegionGraph, tmp_path: Path) -> None:
    zone = load_zones(_write(tmp_path, _feature()), world)["zone.square"]
    leaves = world.leaves
    inside = (leaves.lon > 60) & (leaves.lon < 63) & (leaves.lat > 54) & (leaves.lat < 56)
    assert (zone.leaf_mask == inside).all()
    assert zone.region.area_km2 == pytest.approx(42_500, rel=0.03)
    assert zone.region.level == "zone"
    assert world.regions["RU-CHE"].population > zone.region.population > 500_000


def test_a_zone_smaller_than_a_leaf_is_not_empty(world: RegionGraph, tmp_path: Path) -> None:
    tiny = [[[61.40, 55.15], [61.41, 55.15], [61.41, 55.16], [61.40, 55.15]]]
    zone = load_zones(_write(tmp_path, _feature(tiny)), world)["zone.square"]
    assert 1 <= zone.leaf_mask.sum() <= 3
    assert zone.leaf_mask[world.leaf_mask("RU-CHE")].sum() == zone.leaf_mask.sum()


@pytest.mark.parametrize(
    ("feature", "message"),
    [
        (_feature(id="Square"), "not of the form"),
        (_feature(says=None), "'says' is missing"),
        (_feature(colour="red"), "unknown property 'colour'"),
        (_feature([[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]), "invalid"),
        (_feature([0, 0], "Point"), "draw a Polygon"),
        (_feature([[[54, 160], [54, 163], [56, 163], [54, 160]]]), "longitude, latitude"),
        (_feature("nonsense"), "cannot be read"),
    ],
)
def test_bad_zones_are_named_with_file_and_mend(
    world: RegionGraph, tmp_path: Path, feature: dict[str, Any], message: str
) -> None:
    with pytest.raises(CluesError, match=f"ru.geojson, feature 1: .*{message}"):
        load_zones(_write(tmp_path, feature), world)


def test_an_id_used_twice_is_an_error(world: RegionGraph, tmp_path: Path) -> None:
    with pytest.raises(CluesError, match="used twice"):
        load_zones(_write(tmp_path, _feature(), _feature()), world)


def test_a_file_that_is_no_geojson_is_an_error(world: RegionGraph, tmp_path: Path) -> None:
    (tmp_path / "x.geojson").write_text("{")
    with pytest.raises(CluesError, match="not JSON"):
        load_zones(tmp_path, world)


def test_the_zones_that_ship_are_valid(world: RegionGraph) -> None:
    for code, zone in world.zones.items():
        assert world.leaf_mask(code).any()
        assert world.ancestors(code) == ("world",)
        assert zone.region.code == code
