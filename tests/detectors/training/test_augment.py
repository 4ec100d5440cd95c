"""Random changes of training photos keep what they must keep."""

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

import torch

from detectors.training.augment import change_colours, mix, random_view


def test_a_mirrored_view_is_said_to_be_mirrored():
    # Left half black, right half white: a view's right side is lighter unless it is mirrored.
    pixels = np.zeros((90, 120, 3), np.uint8)
    pixels[:, 60:] = 255
    rng = np.random.default_rng(0)
    told = set()
    for _ in range(30):
        view, mirrored = random_view(Image.fromarray(pixels), 32, rng)
        left, right = view[:, :8].mean(), view[:, -8:].mean()
        if abs(left - right) > 50:
            assert (left > right) == mirrored
            told.add(mirrored)
    assert told == {True, False}


def test_colours_change_within_the_range_of_the_input():
    images = torch.rand(6, 3, 16, 16) * 2 - 1
    changed = change_colours(images.clone(), np.random.default_rng(1))
    assert changed.shape == images.shape
    assert float(changed.abs().max()) <= 1
    assert not torch.allclose(changed, images)


@pytest.mark.parametrize("seed", range(6))
def test_the_share_of_a_mixed_photo_is_how_much_of_it_is_left(seed):
    images = torch.arange(4.0)[:, None, None, None].expand(4, 3, 20, 20)
    mixed, other, share = mix(images, 0.4, np.random.default_rng(seed))
    expected = share * torch.arange(4.0) + (1 - share) * other.float()
    assert torch.allclose(mixed.mean((1, 2, 3)), expected, atol=1e-4)
