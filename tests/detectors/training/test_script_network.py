import numpy as np
import pytest

pytest.importorskip("torch")

from detectors.ocr.script_net import CLASSES
from detectors.training.script_network import (
    TrainingConfig,
    fit,
    logits_of,
    temperature_of,
)
from detectors.training.text_backbone import CHANNELS


def test_the_head_learns_what_features_tell(tmp_path):
    rng = np.random.default_rng(0)
    classes = np.arange(160) % 4
    seen = [rng.normal(0, 1, (CHANNELS, 5)) for _ in classes]
    for one, label in zip(seen, classes, strict=True):
        one[label * 10 : label * 10 + 10] += 3
    config = TrainingConfig(
        epochs=8, batch=16, channels=16, rate=0.01, decay=0.0, seed=0, threads=1
    )
    halves = [one.astype(np.float16) for one in seen]
    logits = logits_of(fit(halves, classes, config, tmp_path / "s.pt"), halves)
    assert logits.shape == (160, len(CLASSES))
    assert (logits.argmax(1) == classes).mean() > 0.95


def test_the_temperature_of_overconfident_logits_is_found():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 4000)
    true = rng.normal(0, 1, (4000, 3))
    true[np.arange(4000), classes] += 1.0  # shifted normals: the log odds are exactly the scores
    assert temperature_of(2 * true, classes) == pytest.approx(2, rel=0.15)
