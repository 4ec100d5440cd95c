import numpy as np
import pytest

from clues.cue import Box
from clues.knowledge import load_kb
from detectors.plates.shape import SHAPE_VARIABLE, ShapeModel, shape_cue

MODEL = ShapeModel(np.log([2.0, 4.7]), np.array([0.2, 0.2]), 2.0)


def box(form):
    return Box(0, 0, 10 * form, 10)


def test_a_form_near_that_of_american_plates_is_short_and_a_narrow_one_long():
    assert MODEL.log_ratio(box(1.6)) > 0 > MODEL.log_ratio(box(4))


def test_the_ratio_stays_within_its_bound():
    assert MODEL.log_ratio(box(9)) == -2.0


def test_the_cue_fits_the_knowledge_base_and_little_is_not_told():
    cue = shape_cue(1.5, box(2), "plates")
    assert cue.value == "american"
    assert cue.likelihood["long"] == pytest.approx(np.exp(-1.5))
    load_kb().check(cue)
    assert set(cue.likelihood) == set(load_kb().variables[SHAPE_VARIABLE].values)
    assert shape_cue(0.1, box(2), "plates") is None


def test_the_model_survives_saving(tmp_path):
    MODEL.save(tmp_path / "shape.npz")
    again = ShapeModel.load(tmp_path / "shape.npz")
    assert again.log_ratio(box(3)) == MODEL.log_ratio(box(3))
