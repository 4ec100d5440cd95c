import numpy as np
import pytest

from clues.cue import Box
from clues.detector import Detector, Discreet
from clues.knowledge import load_kb
from clues.photo import open_photo
from detectors.objects import ObjectDetector
from detectors.ownership import OWNED, left_to_others
from detectors.scene import create as create_scene
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.vehicles import MODEL, TAG_OF_CLASS, create
from detectors.yolo import Detection

PHOTO = open_photo(np.zeros((60, 80, 3), np.uint8))
BUS = Detection("bus", 0.9, Box(1, 2, 30, 40))


def detector(*found, **options):
    scales = tuple(
        BinaryScale(name, n, 1.0, 0.0, 0.0, -3.0, 3.0, enabled)
        for n, (name, enabled) in enumerate([("traffic.bus", True), ("signs.hydrant", False)])
    )
    scales = SceneScales(("bus", "hydrant"), scales, ())
    return ObjectDetector(MODEL, lambda photo: found, scales, **options)


def test_the_surest_object_gives_the_ratio_and_the_box():
    weaker = Detection("bus", 0.3, Box(50, 2, 70, 40))
    (cue,) = detector(weaker, BUS).detect(PHOTO)
    assert (cue.variable, cue.value, cue.box) == ("traffic.bus", "present", BUS.box)
    assert cue.likelihood["absent"] == pytest.approx(0.1 / 0.9)
    assert "bus at 0.90" in cue.note


def test_heads_are_private_and_no_cue():
    standing = Detection("person", 0.8, Box(10, 0, 30, 100))
    half = Detection("person", 0.3, Box(40, 20, 80, 60))
    unsure = Detection("person", 0.1, Box(0, 0, 5, 5))
    cut = Detection("person", 0.8, Box(60, 0, 80, 50))  # by the right edge
    shown = detector(standing, half, unsure, cut, BUS)
    assert isinstance(shown, Discreet)
    heads = [Box(14, 0, 26, 20), Box(40, 20, 80, 56), Box(60, 0, 80, 10)]
    assert shown.private(PHOTO) == heads
    assert [cue.value for cue in shown.detect(PHOTO)] == ["present"]


def test_nothing_found_speaks_for_absence_and_has_no_box():
    (cue,) = detector(Detection("car", 0.9, Box(0, 0, 9, 9))).detect(PHOTO)
    assert (cue.value, cue.box) == ("absent", None)
    assert "no bus found" in cue.note


def test_what_is_off_by_default_is_reported_on_request():
    hydrant = Detection("fire hydrant", 0.9, Box(0, 0, 9, 9))
    assert "signs.hydrant" not in detector(hydrant).variables
    cues = detector(hydrant, everything=True).detect(PHOTO)
    assert ("signs.hydrant", "present") in {(cue.variable, cue.value) for cue in cues}


def test_the_shipped_detector_fits_the_knowledge_base_and_runs_on_any_photo():
    shipped = create()
    assert isinstance(shipped, Detector)
    kb = load_kb()
    for cue in shipped.detect(open_photo(np.full((400, 30, 3), 200, np.uint8))):
        kb.check(cue)
        assert cue.value == "absent"
    assert len(shipped.version) == 12


def test_scene_and_vehicles_never_report_the_same_variable():
    owned = frozenset().union(*(variables for _, variables in OWNED.values()))
    assert create().variables <= owned
    assert not create_scene().variables & create().variables


def test_without_the_weights_nothing_is_left_to_others(tmp_path):
    assert left_to_others(tmp_path) == frozenset()


def test_every_tag_belongs_to_one_class():
    assert len(set(TAG_OF_CLASS.values())) == len(TAG_OF_CLASS)
