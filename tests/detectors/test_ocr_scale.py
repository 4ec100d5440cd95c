import numpy as np
import pytest

from detectors.ocr.scale import Reading, join, long_sides_px, scaled


def reading(text, confidence=0.9, x=10.0, y=10.0, width=100.0, height=20.0):
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return Reading(text, confidence, corners)


@pytest.mark.parametrize("size", [(16, 16), (640, 610), (1080, 810), (8000, 6000), (3000, 20)])
def test_photos_of_any_size_are_read_at_bounded_sizes(size):
    assert all(800 <= side <= 2560 for side in long_sides_px(*size))


def test_scaling_reports_the_factors_of_both_sides():
    pixels, scale_x, scale_y = scaled(np.zeros((20, 3000, 3), np.uint8), 1280)
    assert pixels.shape[:2] == (32, 1280)
    assert (scale_x, scale_y) == pytest.approx((1280 / 3000, 32 / 20))


def test_small_photos_are_blown_up_threefold_at_most():
    pixels, scale_x, _ = scaled(np.zeros((100, 100, 3), np.uint8), 1280)
    assert pixels.shape[:2] == (300, 300)
    assert scale_x == 3


def test_the_surer_of_two_readings_stays_and_the_other_is_its_alternative():
    words = join([[reading("MADR1D", 0.6)], [reading("MADRID", 0.98, x=12)]], 640, 480)
    assert [w.text for w in words] == ["MADRID"]
    assert words[0].alternatives == (("MADR1D", 0.6),)


def test_neighbours_within_one_pass_are_all_kept():
    near = [reading("one"), reading("two", y=15)]
    assert {w.text for w in join([near, []], 640, 480)} == {"one", "two"}


def test_lines_that_only_one_pass_saw_are_kept():
    words = join([[reading("HOTEL")], [reading("cafe", y=200)]], 640, 480)
    assert {w.text for w in words} == {"HOTEL", "cafe"}


def test_readings_without_area_are_dropped():
    assert join([[reading("x", width=0.0, height=0.0)]], 640, 480) == []
