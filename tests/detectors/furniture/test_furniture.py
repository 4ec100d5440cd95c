import numpy as np
import pytest

from clues.cue import Box
from clues.detector import Detector
from clues.knowledge import Kind, load_kb
from clues.photo import open_photo
from detectors.furniture import CLASSES, MODEL, VARIABLES, WITH_SCENE, create, scene_looks
from detectors.objects import FLOOR, ObjectDetector, beside_look, log_odds, surest
from detectors.scene import create as create_scene
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.yolo import Detection

PHOTO = open_photo(np.zeros((60, 80, 3), np.uint8))
YIELD = Detection("yield", 0.9, Box(1, 2, 30, 40))
OTHER = Detection("other-sign", 0.6, Box(50, 2, 70, 40))


def detector(*found, **options):
    tags = tuple(VARIABLES)
    scales = tuple(
        BinaryScale(name, tags.index(name), 1.0, 0.0, 0.0, -3.0, 3.0, enabled)
        for name, enabled in (("signs.sign", True), ("bus-stops.busstop", False))
    )
    scales = SceneScales(tags, scales, ())
    return ObjectDetector(MODEL, lambda photo: found, scales, **options)


def test_the_surest_of_all_kinds_of_signs_shows_a_sign():
    (cue,) = detector(OTHER, YIELD).detect(PHOTO)
    assert (cue.variable, cue.value, cue.box) == ("signs.sign", "present", YIELD.box)
    assert cue.likelihood["absent"] == pytest.approx(0.1 / 0.9)
    assert "yield at 0.90" in cue.note


def test_nothing_found_speaks_for_absence_and_has_no_box():
    (cue,) = detector(Detection("pole-wood", 0.9, Box(0, 0, 9, 9))).detect(PHOTO)
    assert (cue.value, cue.box) == ("absent", None)
    assert "none found" in cue.note


def test_what_is_off_by_default_is_reported_on_request():
    stop = Detection("busstop", 0.9, Box(0, 0, 9, 9))
    assert "bus-stops.busstop" not in detector(stop).variables
    cues = detector(stop, everything=True).detect(PHOTO)
    assert ("bus-stops.busstop", "present") in {(cue.variable, cue.value) for cue in cues}


@pytest.mark.parametrize(("score", "box"), [(0.9, YIELD.box), (0.3, Box(0, 0, 9, 9))])
def test_the_look_of_the_photo_is_added_and_shows_where_no_object_is_sure(score, box):
    looks = {"signs.sign": lambda photo: (1.5, Box(0, 0, 9, 9))}
    sign = Detection("yield", score, YIELD.box)
    (cue,) = detector(sign, looks=looks).detect(PHOTO)
    assert (cue.value, cue.box) == ("present", box)
    assert cue.likelihood["absent"] == pytest.approx(np.exp(-beside_look(log_odds(score), 1.5)))
    assert "with the look of the photo" in cue.note


def test_what_both_tell_is_reported_once_and_without_the_scene_model_by_objects(tmp_path):
    assert set(scene_looks()) == WITH_SCENE <= create().variables
    assert not create().variables & create_scene().variables
    assert scene_looks(tmp_path) == {}


def test_scores_have_a_floor_and_a_ceiling():
    assert log_odds(0.0) == pytest.approx(np.log(FLOOR / (1 - FLOOR)))
    assert np.isfinite(log_odds(1.0))
    assert surest([OTHER, YIELD], ("yield", "other-sign")) is YIELD
    assert surest([OTHER], ("yield",)) is None


def test_every_variable_is_binary_and_every_class_is_known():
    variables = load_kb().variables
    for name, kinds in VARIABLES.items():
        assert variables[name].kind is Kind.BINARY
        assert set(kinds) <= set(CLASSES)
    assert len(set(CLASSES)) == len(CLASSES)


def test_the_shipped_detector_fits_the_knowledge_base_and_runs_on_any_photo():
    shipped = create()
    assert isinstance(shipped, Detector)
    assert shipped.find.head.classes == CLASSES
    kb = load_kb()
    for cue in shipped.detect(open_photo(np.full((400, 30, 3), 200, np.uint8))):
        kb.check(cue)
        assert cue.value == "absent"
    assert shipped.variables <= set(VARIABLES)
