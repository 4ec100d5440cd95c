import base64

import numpy as np
import pytest
import shapely

from clues.cue import Cue
from clues.report.map_data import CodedShapes, code_shapes, coded_borders, coded_cells
from tests.tiny import tiny_location, tiny_world


def decoded(coded: CodedShapes) -> list[list[np.ndarray]]:
    """Read shapes back as the browser does: for each shape its rings, in degrees."""
    values, value, shift = [], 0, 0
    for byte in base64.b64decode(coded.xy):
        value |= (byte & 127) << shift
        shift += 7
        if not byte & 128:
            values.append((value >> 1) ^ -(value & 1))
            value = shift = 0
    steps = np.array(values).reshape(-1, 2)
    rings = np.split(steps, np.cumsum(coded.points)[:-1]) if coded.points else []
    rings = [np.cumsum(ring, axis=0) * coded.unit for ring in rings]
    out = []
    for count in coded.rings:
        out.append(rings[:count])
        rings = rings[count:]
    return out


def test_shapes_survive_the_coding_up_to_its_unit():
    hole = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(2, 2), (3, 2), (3, 3)]])
    far = shapely.MultiPolygon([shapely.box(-179.99, -85, -170.5, 3), shapely.box(100, 1, 179, 2)])
    first, second = decoded(code_shapes(np.array([hole, far], object), 0.01))
    assert [len(ring) for ring in first] == [4, 3]
    assert shapely.Polygon(first[0], [first[1]]).equals(hole)
    assert [shapely.Polygon(ring).area for ring in second] == pytest.approx(
        [shapely.box(-179.99, -85, -170.5, 3).area, 79.0], abs=0.1
    )


def test_a_cut_cell_that_left_a_stray_line_keeps_its_area():
    mixed = shapely.GeometryCollection(
        [shapely.LineString([(0, 0), (1, 1)]), shapely.box(2, 2, 3, 3)]
    )
    ((ring,),) = decoded(code_shapes(np.array([mixed], object), 0.01))
    assert shapely.Polygon(ring).area == pytest.approx(1)


def test_borders_come_with_names_and_a_place_for_them():
    world = tiny_world()
    coded = coded_borders(world, "country")
    spain = coded.codes.index("ES")
    assert coded.names[spain] == "Spain"
    lon, lat = coded.labels[spain]
    assert world.find(lat, lon).code.startswith("ES-")
    assert len(coded.shapes.rings) == len(coded.codes)


def test_cells_hold_the_posterior_and_say_how_much():
    cue = Cue(variable="text.place-name", likelihood={"ES-MD": 1, "elsewhere": 1e-6})
    cells = coded_cells(tiny_location([cue]).fusion.posterior)
    assert min(cells.classes) == 0
    assert len(cells.texts) == len(cells.classes) == len(cells.shapes.rings)
    assert "inside the 25 % area" in cells.texts[cells.classes.index(0)]
