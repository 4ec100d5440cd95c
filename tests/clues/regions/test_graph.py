import networkx as nx
import numpy as np
import pytest

from clues.errors import CluesError
from clues.regions import RegionGraph

CONTINENTS = {
    "africa",
    "antarctica",
    "asia",
    "europe",
    "north-america",
    "oceania",
    "south-america",
}


def test_every_leaf_has_one_subdivision_and_one_country(world: RegionGraph) -> None:
    for level in ("country", "continent"):
        codes = [c for c, r in world.regions.items() if r.level == level]
        counts = np.sum([world.leaf_mask(code) for code in codes], axis=0)
        assert (counts == 1).all()
    assert world.leaves.subdivision.min() == 0
    assert world.leaves.subdivision.max() == len(world.subdivision_codes) - 1


def test_every_subdivision_has_a_leaf(world: RegionGraph) -> None:
    counts = np.bincount(world.leaves.subdivision, minlength=len(world.subdivision_codes))
    assert counts.min() >= 1


def test_leaf_points_lie_in_their_own_subdivision(world: RegionGraph) -> None:
    leaves = world.leaves
    sample = np.random.default_rng(0).choice(len(leaves), 3000, replace=False)
    right = 0
    for i in sample:
        found = world.find(float(leaves.lat[i]), float(leaves.lon[i]))
        right += found is not None and found.code == world.subdivision_codes[leaves.subdivision[i]]
    assert right / len(sample) > 0.998  # rounding to 11 m moves a few across a border


def test_levels_and_parents_form_one_tree(world: RegionGraph) -> None:
    assert {c for c, r in world.regions.items() if r.level == "continent"} == CONTINENTS
    assert world.ancestors("RU-CHE") == ("RU", "europe", "world")
    assert world.ancestors("GB-EDH") == ("GB-SCT", "GB", "europe", "world")
    assert world.ancestors("world") == ()
    assert world.regions["TR"].parent == "asia"
    assert world.regions["GT"].parent == "north-america"
    for code, region in world.regions.items():
        if region.level != "zone":
            assert code == "world" or code in world.children(region.parent)


def test_sums_agree_from_level_to_level(world: RegionGraph) -> None:
    for code in ("world", "europe", "GB", "GB-SCT", "FR"):
        below = [world.regions[c] for c in world.children(code)]
        assert world.regions[code].population == sum(r.population for r in below)
        assert world.regions[code].area_km2 == pytest.approx(sum(r.area_km2 for r in below))
    assert world.regions["RU"].area_km2 == pytest.approx(16_950_000, rel=0.02)
    assert world.regions["LU"].area_km2 == pytest.approx(2_586, rel=0.03)
    assert world.regions["MT"].area_km2 == pytest.approx(316, rel=0.1)


def test_h3_cells_belong_to_the_leaf_points(world: RegionGraph) -> None:
    import h3

    leaves = world.leaves
    populated = np.flatnonzero(leaves.population > 1000)[::97]
    same = [
        h3.str_to_int(h3.latlng_to_cell(float(leaves.lat[i]), float(leaves.lon[i]), 4))
        == int(leaves.h3[i])
        for i in populated
    ]
    assert np.mean(same) > 0.98  # harbours off the simplified coast may lie in the next cell


def test_adjacency_connects_all_subdivisions(world: RegionGraph) -> None:
    graph = world.adjacency
    assert set(graph) == set(world.subdivision_codes)
    assert nx.is_connected(graph)
    assert graph.edges["FR-HDF", "BE-WHT"]["kind"] == "border"
    assert graph.edges["GB-KEN", "FR-HDF"]["kind"] == "strait"
    assert 28 < graph.edges["GB-KEN", "FR-HDF"]["km"] < 45
    assert not graph.has_edge("ES-B", "PT-11")
    assert graph.has_edge("US-WA", "CA-BC")
    assert graph.edges["US-AK", "RU-CHU"]["kind"] == "strait"


def test_an_unknown_code_is_answered_with_a_suggestion(world: RegionGraph) -> None:
    with pytest.raises(CluesError, match="did you mean"):
        world.leaf_mask("RU-CHX")


def test_loading_pulls_in_no_heavy_library() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from clues.regions import load_regions; w = load_regions(); w.leaf_mask('RU');"
        "print([m for m in ('geopandas', 'networkx', 'pandas', 'pycountry') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
