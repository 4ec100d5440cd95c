import numpy as np
import pytest
from PIL import Image

from clues.cue import Box
from clues.detector import Detector
from clues.knowledge import load_kb
from clues.photo import open_photo
from detectors.scene.calibration import BinaryScale, ChoiceScale, SceneScales
from detectors.signs.detector import SignDetector, create
from detectors.signs.kinds import KINDS, NONE, SUPERCLASS_OF
from detectors.signs.look import MOST, SIDE_PX, SignLook, candidates, cut, log_softmax
from detectors.signs.scores import (
    CHEVRON_VARIABLE,
    GROUND_VARIABLE,
    GROUNDS,
    SHAPE_VARIABLE,
    TAGS,
    score_photo,
    shape_likelihood,
)
from detectors.yolo import Detection

PHOTO = open_photo(np.zeros((60, 80, 3), np.uint8))
SIGN = Detection("other-sign", 0.6, Box(50, 2, 70, 40))
OTHER = Detection("direction", 0.3, Box(5, 2, 25, 20))
# 1 in 100 photos shows a triangle, as many a diamond; a score speaks with its full weight
SHAPE = ChoiceScale(
    SHAPE_VARIABLE, ("triangle", "diamond"), (0, 1),
    np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), np.array([0.0, 0.0, np.log(98)]),
    np.array([0.01, 0.01, 0.98]), 3.0,
)  # fmt: skip


def taken_for(kind, surely=8.0):
    logits = np.zeros(len(KINDS))
    logits[KINDS.index(kind)] = surely
    return log_softmax(logits)


def detector(*looks, found=(SIGN, OTHER), enabled=True, **options):
    ground = ChoiceScale(GROUND_VARIABLE, *(getattr(SHAPE, n) for n in SHAPE.__slots__[1:-1]), True)
    chevron = BinaryScale(CHEVRON_VARIABLE, TAGS.index("chevron"), 1.0, 0.0, 0.0, -3, 3, enabled)
    scales = SceneScales(TAGS, (chevron,), (SHAPE, ground))
    log_p = np.array(looks).reshape(-1, len(KINDS))
    return SignDetector(lambda _: found, lambda *_: log_p, scales, **options)


def values(cues):
    return {cue.variable: cue.value for cue in cues}


@pytest.mark.parametrize(
    ("kind", "shape", "ground"),
    [
        ("diamond-yellow", "diamond", "yellow"),
        ("triangle-white", "triangle", "white"),
    ],
)
def test_a_sure_warning_sign_tells_shape_and_ground_and_where_it_is(kind, shape, ground):
    cues = detector(taken_for(NONE), taken_for(kind)).detect(PHOTO)
    assert values(cues) | {CHEVRON_VARIABLE: ""} == {
        SHAPE_VARIABLE: shape, GROUND_VARIABLE: ground, CHEVRON_VARIABLE: "",
    }  # fmt: skip
    for cue in cues:
        load_kb().check(cue)
        assert cue.box == (OTHER.box if cue.variable != CHEVRON_VARIABLE else None)


def test_what_is_hardly_like_a_warning_sign_says_nothing_as_they_are_rare():
    unsure = taken_for("diamond-yellow", 3.0)
    assert score_photo(unsure[None])[TAGS.index("diamond")] > 0
    assert SHAPE_VARIABLE not in values(detector(unsure, taken_for(NONE)).detect(PHOTO))
    likelihood = shape_likelihood(SHAPE, score_photo(unsure[None]))
    assert 1 < likelihood["diamond"] / likelihood["triangle"] < 1.5


def test_one_shape_counts_at_most_as_much_as_its_examples_support():
    likelihood = shape_likelihood(SHAPE, score_photo(taken_for("diamond-yellow", 30.0)[None]))
    assert likelihood["diamond"] / likelihood["triangle"] <= np.exp(SHAPE.bound) * 1.001


def test_where_nothing_is_like_a_sign_only_absence_is_told():
    (cue,) = detector(found=()).detect(PHOTO)
    assert (cue.variable, cue.value, cue.box) == (CHEVRON_VARIABLE, "absent", None)


def test_what_is_off_by_default_is_reported_on_request():
    looks = (taken_for("chevron"), taken_for(NONE))
    assert CHEVRON_VARIABLE not in values(detector(*looks, enabled=False).detect(PHOTO))
    cues = detector(*looks, enabled=False, everything=True).detect(PHOTO)
    assert values(cues)[CHEVRON_VARIABLE] == "present"


def test_each_thing_is_looked_at_once_the_surest_first_and_no_specks():
    again = Detection("prohibition", 0.2, Box(51, 3, 70, 40))
    speck = Detection("yield", 0.9, Box(0, 0, 5, 5))
    pole = Detection("pole-wood", 0.9, Box(0, 0, 9, 60))
    kinds = ("other-sign", "direction", "prohibition", "yield")
    assert candidates([OTHER, again, SIGN, speck, pole], kinds) == [SIGN, OTHER]
    many = [Detection("yield", 0.5, Box(20 * n, 0, 20 * n + 9, 9)) for n in range(40)]
    assert len(candidates(many, kinds)) == MOST


def test_a_crop_shows_the_box_in_its_middle_and_black_outside_the_photo():
    image = Image.new("RGB", (100, 100), "blue")
    image.paste("red", (0, 0, 20, 20))
    crop = cut(image, Box(0, 0, 20, 20))
    assert crop.shape == (SIDE_PX, SIDE_PX, 3)
    assert crop[16, 16].tolist() == [255, 0, 0]
    assert crop[1, 1].tolist() == [0, 0, 0]
    assert crop[30, 16].tolist() == [0, 0, 255]


def test_a_look_of_yellow_on_a_triangle_says_nothing_of_the_ground():
    cues = detector(taken_for(NONE), taken_for("triangle-yellow")).detect(PHOTO)
    assert values(cues)[SHAPE_VARIABLE] == "triangle"
    assert GROUND_VARIABLE not in values(cues)


def test_grounds_are_those_of_the_knowledge_base():
    assert set(GROUNDS) == set(load_kb().variables[GROUND_VARIABLE].value_ids)


def test_every_kind_has_one_superclass():
    assert len(set(KINDS)) == len(KINDS) == len(SUPERCLASS_OF)


def test_the_shipped_network_knows_a_drawn_sign_and_the_detector_fits_the_knowledge_base():
    from detectors.training.signs_draw import draw

    shipped = create(everything=True)
    assert isinstance(shipped, Detector)
    assert {SHAPE_VARIABLE, GROUND_VARIABLE} <= shipped.variables
    assert isinstance(shipped.look, SignLook)
    image = Image.new("RGB", (200, 200), (120, 140, 120))
    rng = np.random.default_rng(0)
    boxes = [Box(20, 20, 60, 60), Box(120, 120, 160, 160)]
    for kind, box in zip(("diamond-yellow", "stop"), boxes, strict=True):
        sign = draw(kind, rng).resize((40, 40))
        image.paste(sign, (int(box.x0), int(box.y0)), sign)
    log_p = shipped.look(image, boxes)
    told = [SUPERCLASS_OF[KINDS[n]] for n in log_p.argmax(1)]
    assert told == ["warning", "stop"]
    for cue in shipped.detect(open_photo(np.full((400, 30, 3), 200, np.uint8))):
        load_kb().check(cue)
