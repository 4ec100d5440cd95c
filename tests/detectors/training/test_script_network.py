import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from detectors.ocr.script_net import CLASSES, NOT_TEXT
from detectors.training.script_data import LABELS, UNSURE
from detectors.training.script_network import (
    Committee,
    ScriptHead,
    TrainingConfig,
    fit,
    logits_of,
    loss_of,
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
        heads=2, epochs=8, batch=16, channels=16, rate=0.01, decay=0.0, seed=0, threads=1
    )
    halves = [one.astype(np.float16) for one in seen]
    logits = logits_of(fit(halves, classes, config, tmp_path), halves)
    assert logits.shape == (160, len(CLASSES))
    assert (logits.argmax(1) == classes).mean() > 0.95


def test_the_temperature_of_overconfident_logits_is_found():
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 3, 4000)
    true = rng.normal(0, 1, (4000, 3))
    true[np.arange(4000), classes] += 1.0  # shifted normals: the log odds are exactly the scores
    assert temperature_of(2 * true, classes) == pytest.approx(2, rel=0.15)


def test_a_label_that_leaves_classes_open_only_speaks_against_the_others():
    def loss(judged, label):
        logits = torch.zeros(1, len(CLASSES))
        logits[0, CLASSES.index(judged)] = 6.0
        return float(loss_of(logits, torch.tensor([LABELS.index(label)]), torch.ones(1)))

    assert loss("latin", UNSURE) == pytest.approx(loss(NOT_TEXT, UNSURE), abs=1e-3)
    assert loss("cyrillic", UNSURE) > loss("latin", UNSURE) + 3
    assert loss(NOT_TEXT, "latin") > loss("latin", "latin") + 3


def test_a_committee_says_what_its_heads_say_on_average():
    torch.manual_seed(0)
    heads = [ScriptHead(16).eval() for _ in range(2)]
    seen = [np.random.default_rng(0).normal(0, 1, (CHANNELS, 6)).astype(np.float16)]
    mean = (logits_of(heads[0], seen) + logits_of(heads[1], seen)) / 2
    assert logits_of(Committee(heads), seen) == pytest.approx(mean, abs=1e-5)
