"""Tests of `detectors.recent`."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from clues.photo import open_photo
from detectors.recent import Recent


@pytest.fixture
def photos():
    return [open_photo(np.full((64, 64, 3), shade, np.uint8)) for shade in range(3)]


def test_a_photo_is_seen_once_while_it_is_remembered(photos):
    seen = []
    recent = Recent(lambda photo: seen.append(photo.sha256) or len(seen), kept=2)
    assert [recent(photos[n]) for n in (0, 1, 0, 2, 0)] == [1, 2, 1, 3, 4]


def test_threads_share_one_run(photos):
    seen = []
    recent = Recent(lambda photo: seen.append(photo.sha256), kept=2)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(recent, photos[:1] * 8))
    assert len(seen) == 1
