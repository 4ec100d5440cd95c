import numpy as np
import pytest

from clues.cue import Box
from detectors.ocr.close_up import MAX_FACES, make_sheet, sign_boxes
from detectors.ocr.scale import Reading, join
from detectors.yolo import Detection


def sign(x=10.0, y=10.0, side=30.0, score=0.9, kind="stop-sign"):
    return Detection(kind, score, Box(x, y, x + side, y + side))


def test_each_sign_gets_one_look_however_many_kinds_it_may_be():
    found = [sign(score=0.4, kind="other-sign"), sign(x=11), sign(x=200)]
    assert {box.x0 for box in sign_boxes(found)} == {11, 200}


def test_poles_and_specks_get_none_and_a_wall_of_signs_a_few():
    assert sign_boxes([sign(kind="pole-wood"), sign(side=8)]) == []
    assert len(sign_boxes([sign(x=40.0 * n) for n in range(50)])) == MAX_FACES


@pytest.mark.parametrize("number", range(5))
def test_what_is_read_on_the_sheet_lies_on_its_sign_in_the_photo(number):
    rng = np.random.default_rng(0)
    boxes = [sign(x=100.0 * n, y=300 - 60.0 * n, side=20 + 9.0 * n).box for n in range(5)]
    sheet = make_sheet(rng.integers(0, 255, (400, 600, 3), dtype=np.uint8), boxes)
    x, y = sheet.faces[number].corner
    middle = (
        (x + 20.0, y + 20.0),
        (x + 60.0, y + 20.0),
        (x + 60.0, y + 40.0),
        (x + 20.0, y + 40.0),
    )
    (word,) = join([sheet.words([Reading("PARE", 0.95, middle)])], 600, 400)
    assert word.on_sign
    box = boxes[number]
    around = 0.1 * (box.x1 - box.x0) + 2
    assert box.x0 - around <= word.box.x0
    assert word.box.x1 <= box.x1 + around
    assert box.y0 - around <= word.box.y0
    assert word.box.y1 <= box.y1 + around


def test_signs_at_the_edge_of_the_photo_are_cut_not_wrapped():
    sheet = make_sheet(
        np.full((50, 50, 3), 200, np.uint8), [Box(0, 0, 20, 20), Box(30, 30, 50, 50)]
    )
    assert sheet.pixels.shape[2] == 3
    assert sheet.faces[0].origin == (0, 0)


def test_pictograms_and_doubtful_readings_are_not_taken_for_words():
    sheet = make_sheet(np.zeros((50, 50, 3), np.uint8), [Box(0, 0, 20, 20)])
    corners = ((10.0, 10.0), (50.0, 10.0), (50.0, 30.0), (10.0, 30.0))
    assert sheet.words([Reading("K", 0.99, corners), Reading("STOP", 0.6, corners)]) == []


def test_a_word_that_the_whole_photo_told_too_is_one_word_on_a_sign():
    sheet = make_sheet(np.zeros((90, 90, 3), np.uint8), [Box(20, 20, 70, 70)])
    left, top = sheet.faces[0].corner
    wide = 60.0
    corners = ((left, top), (left + wide, top), (left + wide, top + 20.0), (left, top + 20.0))
    (close,) = sheet.words([Reading("STOP", 0.99, corners)])
    plain = Reading("ST0P", 0.5, close.polygon)
    (word,) = join([[plain], [close]], 90, 90)
    assert word.text == "STOP"
    assert word.on_sign
