import numpy as np
import pytest

from detectors.yolo import YoloBackbone, YoloHead

torch = pytest.importorskip("torch")
pytest.importorskip("ultralytics")
pytest.importorskip("onnx")

from detectors.training.yolo_export import parts  # noqa: E402
from detectors.training.yolo_start import HEAD_FILE, shipped_yolo  # noqa: E402

IMAGES = np.random.default_rng(0).random((2, 3, 96, 64), dtype=np.float32)


@pytest.mark.parametrize("mode", ["as it is", "settled", "training"])
def test_torch_computes_what_the_shipped_graphs_do(mode):
    tile = YoloBackbone().run(IMAGES)
    boxes = YoloHead(HEAD_FILE).run(tile)[1]
    model = shipped_yolo(3, None if mode == "as it is" else IMAGES)
    model.train(mode == "training")
    first, second = parts(model)
    with torch.inference_mode():
        maps = first.train(mode == "training")(torch.from_numpy(IMAGES))
        kinds, sides = second.train(mode == "training")(*maps)
    for one, other in zip((*tile.levels, boxes), (*maps, sides), strict=True):
        assert np.abs(one - other.numpy()).max() < 1e-3 * one.std()
    assert kinds.shape == (2, 3, boxes.shape[2])


def test_new_classes_start_out_rare():
    model = shipped_yolo(3)
    assert [tower[-1].out_channels for tower in model.model[-1].cv3] == [3, 3, 3]
    with torch.inference_mode():
        kinds = parts(model)[1](*parts(model)[0](torch.from_numpy(IMAGES)))[0]
    assert kinds.sigmoid().max() < 0.1
