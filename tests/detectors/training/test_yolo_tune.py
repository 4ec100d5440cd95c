import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("ultralytics")
pytest.importorskip("onnx")

from detectors.training.yolo_start import shipped_weights, shipped_yolo
from detectors.training.yolo_tune import TuneConfig, cache, tune

SIDE = 64
CONFIG = TuneConfig(
    pictures=8, validation=4, epochs=2, batch=4, rate=0.002, decay=0.0, average=0.5, patience=2,
    half=False, threads=1,
)  # fmt: skip


def pictures(seed):
    rng = np.random.default_rng(seed)
    while True:
        pixels = np.full((SIDE, SIDE, 3), 90, np.uint8)
        x, y = rng.integers(2, 30, 2)
        pixels[y : y + 10, x : x + 28] = 240
        yield pixels, np.array([[x, y, x + 28, y + 10]], float)


def test_the_head_learns_the_backbone_stays_and_a_stopped_run_goes_on(tmp_path):
    import torch

    train = cache(pictures(0), CONFIG.pictures, SIDE, tmp_path / "train")
    val = cache(pictures(1), CONFIG.validation, SIDE, tmp_path / "val")
    again = cache(iter(()), CONFIG.pictures, SIDE, tmp_path / "train")
    assert all((a == b).all() for a, b in zip(train.boxes, again.boxes, strict=True))
    assert (train.levels[2] == again.levels[2]).all()

    model = shipped_yolo(1).fuse()
    before = model.model[22].cv3[0][2].weight.clone()
    first = tune(model, CONFIG, train, val, tmp_path)
    assert len(first) == CONFIG.epochs
    assert not torch.equal(before, model.model[22].cv3[0][2].weight)
    kept = torch.from_numpy(shipped_weights()["0.conv.weight"])
    assert torch.allclose(model.model[0].conv.weight, kept, atol=1e-6)
    assert tune(shipped_yolo(1).fuse(), CONFIG, train, val, tmp_path) == first
