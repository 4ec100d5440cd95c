import math

import pytest
from pydantic import ValidationError

from clues.cue import Box, Cue, Heat


def test_value_is_the_best_supported_one_with_ties_in_alphabetical_order():
    assert Cue(variable="a.b", likelihood={"y": 0.2, "x": 0.7}).value == "x"
    assert Cue(variable="a.b", likelihood={"y": 1, "x": 1}).value == "x"


@pytest.mark.parametrize("bad", [{}, {"a": 0.0}, {"a": -1.0}, {"a": math.nan}, {"a": math.inf}])
def test_impossible_likelihoods_are_refused(bad):
    with pytest.raises(ValidationError):
        Cue(variable="a.b", likelihood=bad)


@pytest.mark.parametrize("corners", [(0, 0, 0, 5), (3, 0, 1, 5), (0, math.nan, 1, 1)])
def test_boxes_without_area_are_refused(corners):
    with pytest.raises(ValueError, match="box"):
        Box(*corners)


def test_a_cue_survives_json():
    cue = Cue(variable="a.b", likelihood={"x": 0.5}, box=Box(1, 2, 3, 4), detector="d", note="n")
    assert Cue.model_validate_json(cue.model_dump_json()) == cue


def test_strength_0_mutes_a_cue_and_1_leaves_it():
    cue = Cue(variable="a.b", likelihood={"x": 0.8, "y": 0.2, "z": 0.0})
    assert cue.tempered(1) is cue
    assert set(cue.tempered(0).likelihood.values()) == {1.0}
    assert cue.tempered(2).likelihood == {"x": 1.0, "y": 0.0625, "z": 0.0}


@pytest.mark.parametrize("grid", [(), ((),), ((0.1,), (0.1, 0.2)), ((1.5,),), ((math.nan,),)])
def test_a_heat_map_is_an_even_grid_of_shares(grid):
    with pytest.raises(ValueError, match="heat map"):
        Heat(Box(0, 0, 1, 1), grid)


def test_a_heat_map_is_for_showing_and_is_not_written_down():
    heat = Heat(Box(0, 0, 10, 10), ((0.0, 1.0),))
    cue = Cue(variable="a.b", likelihood={"x": 1.0}, heat=heat)
    assert cue.tempered(0.5).heat == heat
    assert "heat" not in cue.model_dump()
