import shutil

import numpy as np
import pytest

from clues.photo import open_photo
from detectors.ocr.tesseract import parse_table

HEADER = (
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
)


def test_sure_words_are_taken_in_pixels_of_the_photo():
    rows = [
        HEADER,
        "1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t",
        "5\t1\t1\t1\t1\t1\t20\t40\t60\t20\t91.5\tMADRID",
        '5\t1\t1\t1\t1\t2\t90\t40\t60\t20\t12.0\t"noise',
    ]
    (found,) = parse_table("\n".join(rows), scale_x=2.0, scale_y=2.0)
    assert (found.text, found.confidence) == ("MADRID", pytest.approx(0.915))
    assert found.polygon[0] == (10, 20)
    assert found.polygon[2] == (40, 30)


def test_the_program_reads_a_photo_where_it_is_installed():
    if shutil.which("tesseract") is None:
        pytest.skip("tesseract is not installed")
    from detectors.ocr.engine import create_engine

    photo = open_photo(np.full((100, 200, 3), 255, dtype=np.uint8))
    assert create_engine("tesseract").read(photo) == []
