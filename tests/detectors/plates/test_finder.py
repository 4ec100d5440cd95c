from clues.cue import Box
from detectors.plates.finder import with_near
from detectors.yolo import Detection

NEAR = Detection("plate", 0.8, Box(100, 100, 500, 200))


def plate(score, *sides):
    return Detection("plate", score, Box(*sides))


def test_a_near_plate_takes_the_place_of_boxes_on_parts_of_it():
    part, other = plate(0.5, 150, 110, 250, 140), plate(0.9, 600, 100, 640, 110)
    assert with_near([other, part], [NEAR]) == (other, NEAR)


def test_a_near_plate_found_at_full_size_keeps_that_box_if_it_is_sure_and_the_higher_score():
    same, unsure = plate(0.6, 105, 102, 498, 198), plate(0.1, 105, 102, 498, 198)
    assert with_near([same], [NEAR]) == (plate(0.8, 105, 102, 498, 198),)
    assert with_near([unsure], [NEAR]) == (NEAR,)


def test_without_near_plates_nothing_changes():
    found = (plate(0.9, 0, 0, 9, 3), plate(0.2, 20, 0, 29, 3))
    assert with_near(found, []) == found
