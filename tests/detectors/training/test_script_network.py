import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from detectors.ocr.script_net import CLASSES, HEIGHT, WIDTH
from detectors.training.script_network import TrainingConfig, fit, logits_of, temperature_of


def test_workers_train_shares_and_their_mean_goes_on(tmp_path):
    rng = np.random.default_rng(0)
    windows = rng.integers(0, 256, (24, HEIGHT, WIDTH), dtype=np.uint8)
    classes = rng.integers(0, len(CLASSES), 24)
    config = TrainingConfig(rounds=2, workers=2, batch=4, rate=1e-3, decay=0.0, seed=0)
    network = fit(windows, classes, config, tmp_path / "script.pt")
    logits = logits_of(network, windows)
    assert logits.shape == (24, len(CLASSES))
    assert np.isfinite(logits).all()
    kept = torch.load(tmp_path / "script.pt", weights_only=True)
    assert kept.keys() == network.state_dict().keys()


def test_the_temperature_of_overconfident_logits_is_found():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 4000)
    true = rng.normal(0, 1, (4000, 3))
    true[np.arange(4000), classes] += 1.0  # shifted normals: the log odds are exactly the scores
    assert temperature_of(2 * true, classes) == pytest.approx(2, rel=0.15)
