from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest

from clues.cue import Box
from clues.detector import Detector
from clues.knowledge import load_kb
from clues.photo import open_photo
from detectors.manifest import load_manifest
from detectors.objects import FLOOR
from detectors.plates.detector import MODEL, TAGS, PlateDetector, create, presence_scores
from detectors.plates.look import COLOURS, Look
from detectors.plates.reading import PlateText
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.yolo import Detection

PHOTO = open_photo(np.zeros((60, 200, 3), np.uint8))
PLATE = Detection("plate", 0.9, Box(10, 10, 110, 34))
LOW = Detection("plate", 0.9, Box(10, 10, 40, 18))


def look(colour="white", strip=2.0):
    values = {name: 1.0 if name == colour else 0.01 for name in COLOURS}
    model = Mock(return_value=Look(values, strip))
    model.colour.return_value = values
    return model


def detector(*found, text=None, colour="white"):
    names = ("plates.plate", "plates.plate-yellow")
    binary = tuple(BinaryScale(name, n, 1.0, 0.0, 0.0, -3, 3) for n, name in enumerate(names))
    reader = SimpleNamespace(read=lambda pixels, box: text)
    return PlateDetector(
        lambda photo: found,
        SceneScales(TAGS, binary, ()),
        look(colour),
        Mock(log_ratio=Mock(return_value=-2.0)),
        reader,
    )


def cues_of(*found, **options):
    return {cue.variable: cue for cue in detector(*found, **options).detect(PHOTO)}


def test_plates_are_private():
    assert detector(PLATE, LOW).private(PHOTO) == [PLATE.box, LOW.box]


def test_a_russian_plate_gives_its_region():
    cues = cues_of(PLATE, text=PlateText("A123BC186", 0.95))
    region = cues["plates.region-code"]
    assert (region.value, region.box, region.detector) == ("RU-KHM", PLATE.box, "plates")
    assert cues["plates.blue-strip-left"].value == "present"
    kb = load_kb()
    for cue in cues.values():
        kb.check(cue)


def test_the_issuers_name_is_worth_more_than_the_number():
    cues = cues_of(PLATE, text=PlateText("ABC1234", 0.9, ("WASHINGTON",)))
    assert cues["plates.region-code"].value == "US-WA"


def test_a_low_plate_is_found_but_not_read_and_shows_no_strip():
    cues = cues_of(LOW, text=PlateText("A123BC186", 0.95), colour="yellow")
    assert cues["plates.plate"].value == "present"
    assert cues["plates.plate-yellow"].value == "present"
    assert cues["plates.rear-colour"].value == "yellow"
    told = {"plates.region-code", "plates.format", "plates.blue-strip-left", "plates.shape"}
    assert told.isdisjoint(cues)


def test_without_a_plate_only_absence_is_reported():
    cues = cues_of()
    assert set(cues) == {"plates.plate", "plates.plate-yellow"}
    assert {cue.value for cue in cues.values()} == {"absent"}
    assert all(cue.box is None for cue in cues.values())


def test_a_white_plate_is_no_yellow_one():
    plate, yellow = presence_scores(np.asarray(PHOTO.pixels), [PLATE], look("white"))
    assert plate == pytest.approx(0.9)
    assert yellow == FLOOR


@pytest.mark.skipif(MODEL.head_file not in load_manifest(), reason="no plate weights are shipped")
def test_the_shipped_detector_fits_the_knowledge_base_and_runs_on_any_photo():
    shipped = create()
    assert isinstance(shipped, Detector)
    assert shipped.variables <= set(load_kb().variables)
    for cue in shipped.detect(open_photo(np.full((400, 30, 3), 200, np.uint8))):
        load_kb().check(cue)
    assert len(shipped.version) >= 12


def test_the_shape_of_a_plate_that_can_be_read_is_told_but_not_of_one_that_the_edge_cuts():
    text = PlateText("A123BC186", 0.95)
    assert cues_of(PLATE, text=text)["plates.shape"].value == "long"
    cut = Detection("plate", 0.9, Box(0, 10, 100, 34))
    assert "plates.shape" not in cues_of(cut, text=text)


def test_a_number_in_two_rows_is_told_if_it_fits_a_format():
    two = PlateText("UP26A L9836", 0.98, two_rows=True)
    assert cues_of(PLATE, text=two)["plates.two-line-truck"].value == "present"
    assert "plates.two-line-truck" not in cues_of(PLATE, text=PlateText("UP26AL9836", 0.98))
    sign = PlateText("HOTEL BAR", 0.98, two_rows=True)
    assert "plates.two-line-truck" not in cues_of(PLATE, text=sign)
