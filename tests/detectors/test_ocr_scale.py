from itertools import pairwise

import numpy as np
import pytest

from detectors.ocr.scale import Reading, join, long_sides_px, parts, scaled


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


@pytest.mark.parametrize("size", [(1280, 1220), (800, 762), (32, 32)])
def test_a_small_picture_is_read_whole(size):
    assert parts(*size) == [(0, 0, *size)]


@pytest.mark.parametrize("size", [(1281, 1281), (1920, 1440), (2560, 1920), (2560, 32)])
def test_the_parts_of_a_large_picture_are_bounded_and_share_their_borders(size):
    found = parts(*size)
    assert (found[0][:2], found[-1][2:]) == ((0, 0), size)
    for left, top, right, bottom in found:
        assert max(right - left, bottom - top) <= 1280
    for axis in (0, 1):
        spans = sorted({(part[axis], part[axis + 2]) for part in found})
        assert all(b[0] <= a[1] - 159 for a, b in pairwise(spans))


def test_a_word_at_the_border_of_two_parts_is_kept_whole():
    cut, whole = reading("MADR", 0.97, width=60), reading("MADRID", 0.95)
    assert [w.text for w in join([[cut], [whole]], 640, 480)] == ["MADRID"]
