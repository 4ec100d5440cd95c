"""PP-OCR's convolutions, on which the reading networks stand: cut out, run, joined to heads."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from detectors.ocr.lines import Crop, run_batched
from detectors.ocr.strokes import FILE, INPUT, OUTPUT
from detectors.training.card import record_weights
from detectors.training.onnx_export import shrink

CHANNELS = 384
LICENCE = "Apache-2.0 (PP-OCRv6 backbone)"
_FEATURES = "p2o.pd_op.pool2d.1.0"  # the last of PP-OCR's network that knows no letters yet
_OPSET = 17
_EIGHT_BITS = 65_536  # kernels with at least so many values bear 8 bits

Halves = npt.NDArray[np.float16]


def make_strokes(out: Path) -> Path:
    """Write the part of PP-OCR's recogniser that sees strokes, and its card; return its path.

    Raises
    ------
    CluesError
        If the installed RapidOCR has another network.
    """
    import onnx

    spec = importlib.util.find_spec("rapidocr")
    source = Path(str(spec.origin)).parent / "models" / "PP-OCRv6_rec_small.onnx" if spec else None
    if source is None or not source.is_file():
        raise CluesError("Training needs PP-OCRv6's small network: pip install 'rapidocr==3.10.*'.")
    model = onnx.load(str(source))
    extractor = onnx.utils.Extractor(model)
    part = extractor.extract_model([model.graph.input[0].name], [_FEATURES])
    part = onnx.version_converter.convert_version(part, _OPSET)
    names = {part.graph.input[0].name: INPUT, _FEATURES: OUTPUT}
    for node in part.graph.node:
        for own in (node.input, node.output):
            own[:] = [names.get(name, name) for name in own]
    part.graph.input[0].name, part.graph.output[0].name = INPUT, OUTPUT
    path = out / FILE
    onnx.save(part, str(path))
    shrink(path, eight_bits_from=_EIGHT_BITS)
    record_weights(path, path.stem, LICENCE)
    (out / f"{path.stem}.md").write_text(_CARD, encoding="utf-8")
    return path


def features(strokes: Path, crops: Sequence[Crop], threads: int = 1) -> list[Halves]:
    """Return what the convolutions see in each crop, shape (channels, steps)."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(strokes), options, providers=["CPUExecutionProvider"])
    seen = run_batched(lambda batch: session.run(None, {INPUT: batch})[0], crops)
    return [one[:, 0].astype(np.float16) for one in seen]


def export_head(head: Any, output: str, path: Path) -> None:
    """Write a head as an ONNX graph from features to ``output``, its weights in 16 bits.

    Parameters
    ----------
    head
        A torch module that takes (crops, channels, 1, steps).
    output
        Name of the result.
    path
        The file to write.
    """
    import torch

    axes = {OUTPUT: {0: "crops", 3: "steps"}, output: {0: "crops", 1: "outputs"}}
    torch.onnx.export(
        head.eval(), (torch.zeros((2, CHANNELS, 1, 8)),), str(path), dynamo=False,
        opset_version=_OPSET, input_names=[OUTPUT], output_names=[output], dynamic_axes=axes,
    )  # fmt: skip
    shrink(path, eight_bits_from=None)


_CARD = """\
# Strokes

What the networks stand on that tell scripts (`script`) and read them (`reader_*`): a crop of a word
or line, 48 pixels high and of any width (blue, green, red), becomes 384 features by step. These are
the convolutions of PP-OCRv6's small recogniser (PaddlePaddle, Apache-2.0, in the package
`rapidocr`) up to where letters begin, unchanged but with weights in 8 and 16 bits. They are stored
once and run once a crop.

- Made by: `clues train recogniser` and `clues train script`, from the installed `rapidocr`
- Licence: Apache-2.0
"""
