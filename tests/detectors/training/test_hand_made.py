"""Hand-made features tell apart what they are made to tell apart."""

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("cv2")

from detectors.training.hand_made import (
    BLOCKS,
    colours,
    fit_vocabulary,
    gist,
    hand_made,
    tiny_image,
)

RNG = np.random.default_rng(0)


def plain(*colour: int) -> np.ndarray:
    return np.full((60, 80, 3), colour, np.uint8)


def stripes(*, upright: bool) -> np.ndarray:
    wave = (127 + 100 * np.sin(np.arange(160) * 2 * np.pi / 8)).astype(np.uint8)
    across = np.broadcast_to(wave, (160, 160))
    return np.stack([across if upright else across.T] * 3, -1)


def test_a_tiny_image_keeps_the_layout():
    half = np.concatenate([plain(255, 0, 0), plain(0, 0, 255)])
    tiny = tiny_image(half).reshape(16, 16, 3)
    assert tiny[0, 0].tolist() == [1, 0, 0]
    assert tiny[-1, 0].tolist() == [0, 0, 1]


def test_colours_forget_the_layout():
    half = np.concatenate([plain(255, 0, 0), plain(0, 0, 255)])
    np.testing.assert_array_equal(colours(half), colours(half[::-1].copy()))
    assert colours(half) @ colours(plain(0, 255, 0)) == 0


def test_gist_tells_upright_stripes_from_level_ones_and_an_even_surface_has_none():
    upright, level = gist(stripes(upright=True)), gist(stripes(upright=False))
    assert np.abs(upright - level).max() > 0.5 * upright.max()
    assert np.abs(gist(plain(90, 90, 90))).max() < 1e-4


def test_photos_become_rows_with_all_blocks(tmp_path):
    paths = []
    for n in range(4):
        paths.append(tmp_path / f"{n}.png")
        Image.fromarray(RNG.integers(0, 255, (64, 80, 3), np.uint8)).save(paths[-1])
    Image.fromarray(plain(90, 90, 90)).save(paths[0])  # without a single corner
    rows = hand_made(paths, fit_vocabulary(paths[:3]))
    assert rows.shape == (4, sum(BLOCKS))
    assert np.isfinite(rows).all()
    assert rows[1, -BLOCKS[-1] :].any()
