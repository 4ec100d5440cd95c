import xml.etree.ElementTree as ET

import h3
import numpy as np
import pytest

from clues.cue import Cue
from clues.inference.posterior import Posterior
from clues.regions import load_regions
from clues.report.map_view import WIDTH, area_view
from clues.report.projection import AzimuthalEqualArea, EqualEarth
from clues.report.shading import SHARES, density_classes, parents
from clues.report.svg_map import area_map, world_map
from clues.report.svg_path import ring_path
from tests.tiny import tiny_location


def place(code: str):
    return tiny_location([Cue(variable="text.place-name", likelihood={code: 1, "elsewhere": 1e-6})])


@pytest.mark.parametrize("code", ["ES", "RU-CHU", "BR-AM"])
def test_maps_are_well_formed_and_show_the_point(code):
    location = place(code)
    close = area_map(location.fusion.posterior, location.point)
    world = world_map(location.fusion.posterior, location.point, frame=close.view)
    for svg in (close.svg, world):
        root = ET.fromstring(svg)
        assert root.find("{*}title").text
        assert "nan" not in svg.split("</style>")[1]
        assert root.findall(".//{*}circle[@class='m-point']")
    x, y = close.view.units(location.point.lat, location.point.lon)
    assert 0 < x < WIDTH
    assert 0 < y < close.view.height
    assert close.share > 0.5


def test_a_close_up_at_the_antimeridian_is_as_small_as_the_place():
    location = place("RU-CHU")
    view = area_view(location.fusion.posterior, location.point)
    assert view.km * WIDTH < 1500


def test_no_close_up_where_it_would_show_little():
    world = load_regions()
    area = world.leaves.area_km2.astype(float)
    posterior = Posterior(world, area / area.sum())
    assert area_map(posterior, posterior.point("score")) is None


def test_maps_of_the_real_world_stay_small():
    world = load_regions()
    people = world.leaves.population + 1.0
    flat = Posterior(world, people / people.sum())
    japan = np.where(world.leaf_mask("JP"), people, 0)
    posterior = Posterior(world, japan / japan.sum())
    assert len(world_map(flat)) < 450_000
    assert len(area_map(posterior, posterior.point("score")).svg) < 450_000


def test_region_names_are_escaped():
    location = place("ES-MD")
    world = location.fusion.posterior.world
    region = world.regions["ES"]
    hostile = type(region)(**{**vars(region), "name": "<script>"})
    world = type(world)()
    world.regions["ES"] = hostile
    posterior = Posterior(world, location.fusion.posterior.probability)
    assert "<script>" not in area_map(posterior, location.point).svg


def test_classes_hold_the_shares_they_stand_for():
    rng = np.random.default_rng(1)
    mass, area = rng.dirichlet(np.full(4000, 0.3)), rng.uniform(1, 2, 4000)
    classes = density_classes(mass, area)
    for level, share in enumerate(SHARES):
        assert mass[classes <= level].sum() == pytest.approx(share, abs=0.01)
    density = mass / area
    assert density[classes == 0].min() >= density[classes == 1].max()


def test_parents_agree_with_h3_and_leave_coarser_cells_alone():
    cells = [h3.latlng_to_cell(lat, lon, 4) for lat, lon in [(40, -3), (-77, 160), (0, 179.9)]]
    coarse = h3.latlng_to_cell(-80, 0, 2)
    ids = np.array([h3.str_to_int(c) for c in [*cells, coarse]], np.uint64)
    expected = [*(h3.cell_to_parent(c, 3) for c in cells), coarse]
    assert [h3.int_to_str(int(i)) for i in parents(ids, 3)] == expected


@pytest.mark.parametrize("projection", [EqualEarth(), AzimuthalEqualArea(40.0, 10.0)])
def test_projections_keep_areas(projection):
    lat, lon = np.meshgrid([-50.0, 0.0, 45.0, 65.0], [-60.0, 5.0, 70.0])
    step = 1e-3
    x0, y0 = projection(lat, lon)
    x1, y1 = projection(lat, lon + step)
    x2, y2 = projection(lat + step, lon)
    mapped = np.abs((x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0))
    true = (np.radians(step) * 6371.0088) ** 2 * np.cos(np.radians(lat + step / 2))
    assert mapped == pytest.approx(true, rel=1e-3)


def test_azimuthal_inverse_returns_the_place():
    projection = AzimuthalEqualArea(65.0, 178.0)
    lat, lon = projection.inverse(*projection([60.0, 70.0], [-175.0, 160.0]))
    assert lat == pytest.approx([60.0, 70.0])
    assert lon == pytest.approx([-175.0, 160.0])


def test_a_ring_that_collapses_when_rounded_has_no_path():
    assert ring_path(np.array([[0, 0], [0.2, 0], [0.2, 0.2], [0, 0]])) == ""
    assert ring_path(np.array([[0, 0], [9, 0], [9, -9], [0, 0]])) == "M0 0l9 0 0-9z"
