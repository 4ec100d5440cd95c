from pathlib import Path

import numpy as np
import pytest

from clues.errors import CluesError, UnknownRegionError
from clues.regions import RegionGraph
from clues.regions.prior import prior


def _share(world: RegionGraph, log_prior: np.ndarray, code: str) -> float:
    return float(np.exp(log_prior)[world.leaf_mask(code)].sum())


@pytest.mark.parametrize("name", ["street-view", "population", "uniform-land"])
def test_priors_are_normalised_and_leave_no_land_out(world: RegionGraph, name: str) -> None:
    log_prior = prior(world, name)
    assert log_prior.shape == (len(world.leaves),)
    assert np.exp(log_prior).sum() == pytest.approx(1)
    assert np.isfinite(log_prior).all()


def test_street_view_favours_covered_countries(world: RegionGraph) -> None:
    street_view, people = prior(world), prior(world, "population")
    assert _share(world, people, "CN") > 0.1
    assert _share(world, street_view, "CN") < 0.02
    assert _share(world, street_view, "US") > 0.05
    assert _share(world, street_view, "europe") > _share(world, people, "europe")
    assert _share(world, street_view, "antarctica") < 0.01


def test_uniform_land_follows_area(world: RegionGraph) -> None:
    share = _share(world, prior(world, "uniform-land"), "RU")
    assert share == pytest.approx(world.regions["RU"].area_km2 / world.regions["world"].area_km2)


def test_within_excludes_everything_else(world: RegionGraph) -> None:
    log_prior = prior(world, within="Russia")
    inside = world.leaf_mask("RU")
    assert np.isfinite(log_prior[inside]).all()
    assert np.isneginf(log_prior[~inside]).all()
    assert np.exp(log_prior).sum() == pytest.approx(1)
    both = prior(world, within=["RU-CHE", "GB-SCT"])
    assert (
        np.isfinite(both).sum() == world.leaf_mask("RU-CHE").sum() + world.leaf_mask("GB-SCT").sum()
    )


def test_own_csv_of_regions(world: RegionGraph, tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("code,weight\nJP,3\nRU-CHE,1\n")
    log_prior = prior(world, str(path))
    assert _share(world, log_prior, "JP") == pytest.approx(0.75, abs=0.01)
    assert _share(world, log_prior, "RU-CHE") == pytest.approx(0.25, abs=0.01)


def test_own_csv_of_positions(world: RegionGraph, tmp_path: Path) -> None:
    path = tmp_path / "map.csv"
    path.write_text("lat,lon\n55.16,61.4\n55.16,61.4\n35.7,139.7\n0,-30\n")
    log_prior = prior(world, str(path))
    assert _share(world, log_prior, "RU-CHE") == pytest.approx(2 / 3, abs=0.01)
    best = int(np.argmax(log_prior))
    assert abs(world.leaves.lat[best] - 55.16) < 0.5


def test_own_geojson(world: RegionGraph, tmp_path: Path) -> None:
    path = tmp_path / "area.geojson"
    ring = "[[60,54],[63,54],[63,56],[60,56],[60,54]]"
    path.write_text(f'{{"type":"Polygon","coordinates":[{ring}]}}')
    assert _share(world, prior(world, str(path)), "RU") > 0.9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "first line must be"),
        ("code,weight\nJP,x\n", "line 2: 'x' is not a number"),
        ("code,weight\nJP,-1\n", "negative"),
        ("code,weight\nJapon1,1\n", "line 2: Unknown region 'Japon1'"),
        ("code,weight\nJP,nan\n", "not finite"),
        ("lat,lon\n0,-30\n", "no weight above 0"),
    ],
)
def test_bad_files_are_explained(
    world: RegionGraph, tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "map.csv"
    path.write_text(text)
    with pytest.raises(CluesError, match=message):
        prior(world, str(path))


def test_unknown_names_are_explained(world: RegionGraph) -> None:
    with pytest.raises(CluesError, match="choose street-view, population, uniform-land"):
        prior(world, "streetview")
    with pytest.raises(UnknownRegionError, match="did you mean"):
        prior(world, within="Germny")
    with pytest.raises(CluesError, match="cannot be read"):
        prior(world, "nothing-here.csv")


HUGE = '{"type": "Polygon", "coordinates": [[[0, 0], [1e308, 0], [0, 1e308], [0, 0]]]}'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.csv", "code,weight\nRU,1\n" + "x" * 140_000 + ",1\n"),
        ("p.geojson", '{"type": "Polyoon", "coordinates": []}'),
        ("p.geojson", '{"type": "Polygon", "coordinates": []}'),
        ("p.geojson", HUGE),
    ],
)  # fmt: skip
def test_a_damaged_file_is_one_sentence(world, tmp_path, name, text):
    (tmp_path / name).write_text(text)
    with pytest.raises(CluesError) as caught:
        prior(world, str(tmp_path / name))
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lines_that_repeat_a_place_add_up(world, tmp_path):
    (tmp_path / "once.csv").write_text("code,weight\nRU,3\nFR,1\n")
    (tmp_path / "often.csv").write_text("code,weight\n" + "RU,0.001\n" * 3_000 + "FR,1\n")
    once, often = (prior(world, str(tmp_path / f"{n}.csv")) for n in ("once", "often"))
    assert np.allclose(once, often)
