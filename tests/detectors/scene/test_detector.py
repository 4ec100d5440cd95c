from types import SimpleNamespace

import numpy as np
import pytest

from clues.cue import Box
from clues.detector import Detector
from clues.knowledge import load_kb
from clues.photo import open_photo
from detectors.backbone import Features, View
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.scene.detector import SceneDetector, heat, where


def features(logits, activation=None):
    tags = np.array(logits, np.float32)
    if activation is None:
        activation = np.zeros((len(tags), 4, 5), np.float32)
    view = View(Box(0, 0, 500, 400), activation)
    return Features(tags, np.zeros(1, np.float32), np.ones(1, np.float32), (view,))


def detector(seen, **options):
    scales = tuple(
        BinaryScale(name, n, 1.0, 0.0, 0.0, -3.0, 3.0, enabled)
        for n, (name, enabled) in enumerate([("vegetation.palm", True), ("soil.sandy", False)])
    )
    backbone = SimpleNamespace(features=lambda photo: seen)
    return SceneDetector(backbone, SceneScales(("palm", "sandy"), scales, ()), **options)


PHOTO = open_photo(np.zeros((400, 500, 3), np.uint8))


def test_presence_carries_a_ratio_and_a_box_absence_no_box():
    activation = np.zeros((2, 4, 5), np.float32)
    activation[0, 1, 2:4] = 1
    (cue,) = detector(features([2, 2], activation)).detect(PHOTO)
    assert (cue.variable, cue.value) == ("vegetation.palm", "present")
    assert cue.likelihood["absent"] == pytest.approx(np.exp(-2))
    assert cue.box == Box(200, 100, 400, 200)
    (cue,) = detector(features([-2, 0])).detect(PHOTO)
    assert (cue.value, cue.box) == ("absent", None)


def test_an_uninformative_score_gives_no_cue():
    assert detector(features([0.1, 5])).detect(PHOTO) == []


def test_tags_that_are_off_are_reported_only_on_request():
    assert "soil.sandy" not in detector(features([0, 0])).variables
    cues = detector(features([0, 2]), everything=True).detect(PHOTO)
    assert [cue.variable for cue in cues] == ["soil.sandy"]


def test_the_box_holds_the_connected_peak_only():
    activation = np.zeros((1, 4, 5), np.float32)
    activation[0, 0, 0] = 1
    activation[0, 1, 0] = 0.7
    activation[0, 3, 4] = 0.9
    assert where(features([1], activation), 0) == Box(0, 0, 100, 200)
    assert where(features([1]), 0) is None


def test_the_shipped_detector_speaks_the_knowledge_bases_language():
    pytest.importorskip("onnxruntime")
    from detectors.scene import create

    shipped = create()
    assert isinstance(shipped, Detector)
    assert len(shipped.variables) >= 40
    kb = load_kb()
    for cue in shipped.detect(PHOTO):
        kb.check(cue)


def test_the_heat_map_is_the_activation_as_shares_of_its_peak():
    activation = np.full((1, 2, 2), -1, np.float32)
    activation[0, 0] = 4, 1
    assert heat(features([1], activation), 0).grid == ((1.0, 0.25), (0.0, 0.0))
    assert heat(features([1]), 0) is None
