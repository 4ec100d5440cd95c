"""A linear probe of the user's CLIP starts from what its real architecture sees."""

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

from detectors.training.compare_experts import clip_features


def test_clip_sees_each_photo_as_a_vector_of_its_own(tiny_clip, tmp_path):
    paths = [tmp_path / f"{n}.png" for n in range(2)]
    for n, path in enumerate(paths):
        Image.fromarray(np.full((40, 60, 3), 200 * n, np.uint8)).save(path)
    seen = clip_features(paths, tiny_clip, "tiny-clip")
    assert seen.shape == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1, rtol=1e-5)
    assert np.abs(seen[0] - seen[1]).max() > 1e-3
