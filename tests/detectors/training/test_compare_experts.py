"""The comparison of experts: CLIP sees photos by its real architecture; what is kept is found."""

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("torch")

from clues.errors import CluesError
from detectors import experts
from detectors.experts.detector import FILES
from detectors.training.compare_experts import clip_features, install


def test_clip_sees_each_photo_as_a_vector_of_its_own(tiny_clip, tmp_path):
    paths = [tmp_path / f"{n}.png" for n in range(2)]
    for n, path in enumerate(paths):
        Image.fromarray(np.full((40, 60, 3), 200 * n, np.uint8)).save(path)
    seen = clip_features(paths, tiny_clip, "tiny-clip")
    assert seen.shape == (2, 16)
    np.testing.assert_allclose(np.linalg.norm(seen, axis=1), 1, rtol=1e-5)
    assert np.abs(seen[0] - seen[1]).max() > 1e-3


def test_what_was_learned_is_put_where_it_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUES_MODELS", str(tmp_path / "models"))
    for name in FILES:
        (tmp_path / name).write_text("not an array")
    assert len(install(tmp_path)) == len(FILES)
    with pytest.raises(CluesError, match="damaged"):  # it is there, and read
        experts.planet()
