import shutil

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("ultralytics")
onnx = pytest.importorskip("onnx")

from clues.paths import WEIGHTS_DIR  # noqa: E402
from detectors.session import open_session  # noqa: E402
from detectors.training.onnx_export import ExportError  # noqa: E402
from detectors.training.yolo_export import export_head  # noqa: E402
from detectors.training.yolo_neck import split  # noqa: E402
from detectors.training.yolo_start import shipped_yolo  # noqa: E402
from detectors.yolo import LEVELS, NECK, NECK_FILE, YoloBackbone  # noqa: E402

IMAGES = np.random.default_rng(0).random((1, 3, 96, 64), dtype=np.float32)
OUTPUTS = ["classes", "boxes"]


def test_a_head_that_is_split_computes_the_same_bit_for_bit(tmp_path):
    whole, head, neck = (tmp_path / f"{name}.onnx" for name in ("whole", "head", "neck"))
    export_head(shipped_yolo(3).fuse(), whole, IMAGES)
    shutil.copyfile(whole, head)
    split(head, neck)
    levels = dict(zip(LEVELS, YoloBackbone().run(IMAGES).levels, strict=True))
    maps = dict(zip(NECK, open_session(neck).run(list(NECK), levels), strict=True))
    expected = open_session(whole).run(OUTPUTS, levels)
    for one, other in zip(expected, open_session(head).run(OUTPUTS, maps), strict=True):
        assert (one == other).all()
    sizes = [path.stat().st_size for path in (head, neck, whole)]
    assert sizes[0] + sizes[1] < 1.02 * sizes[2]


def test_the_split_neck_is_the_one_that_ships(tmp_path):
    head, neck = tmp_path / "head.onnx", tmp_path / "neck.onnx"
    export_head(shipped_yolo(3).fuse(), head, IMAGES)
    split(head, neck)
    mine, shipped = (
        {
            tensor.name: onnx.numpy_helper.to_array(tensor)
            for tensor in onnx.load(path).graph.initializer
        }
        for path in (neck, WEIGHTS_DIR / NECK_FILE)
    )
    assert mine.keys() == shipped.keys()
    for name, weight in mine.items():
        assert np.allclose(weight, shipped[name], rtol=2e-3, atol=1e-6)


def test_what_is_no_head_cannot_be_split(tmp_path):
    with pytest.raises(ExportError, match="not a head"):
        split(WEIGHTS_DIR / NECK_FILE, tmp_path / "neck.onnx")
