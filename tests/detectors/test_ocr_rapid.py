import numpy as np

from detectors.ocr.rapid import most_legible


def line(height: int, width: int) -> np.ndarray:
    return np.zeros((height, width, 3), np.uint8)


def test_a_street_is_read_whole():
    crops = [line(20, 100), line(40, 300), line(10, 60)]
    assert most_legible(crops) == [0, 1, 2]


def test_of_a_page_the_tallest_lines_are_read_in_their_order():
    crops = [line(10, 1_000), line(20, 1_000), line(40, 1_000), line(10, 1_000), line(30, 1_000)]
    assert most_legible(crops, budget=110) == [1, 2, 4]


def test_one_line_is_read_however_long_and_none_is_no_problem():
    assert most_legible([line(1, 5_000)], budget=10) == [0]
    assert most_legible([]) == []


def test_the_shipped_reader_has_the_method_that_bounds_its_work():
    import pytest

    pytest.importorskip("rapidocr")
    from rapidocr import RapidOCR

    assert hasattr(RapidOCR, "detect_and_crop")
