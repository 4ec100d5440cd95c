"""PP-OCR's convolutions, on which the reading networks stand: cut out, run, joined to a head."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from detectors.ocr.lines import Crop, run_batched

CHANNELS = 384
LICENCE = "Apache-2.0 (PP-OCRv6 backbone)"
_FEATURES = "p2o.pd_op.pool2d.1.0"  # the last of PP-OCR's network that knows no letters yet

Halves = npt.NDArray[np.float16]


def cut_backbone(path: Path) -> None:
    """Write the part of PP-OCR's recogniser that sees letters of any script.

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
    onnx.save(extractor.extract_model([model.graph.input[0].name], [_FEATURES]), str(path))


def features(backbone: Path, crops: Sequence[Crop], threads: int = 1) -> list[Halves]:
    """Return what the backbone sees in each crop, shape (channels, steps)."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(backbone), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    seen = run_batched(lambda batch: session.run(None, {name: batch})[0], crops)
    return [one[:, 0].astype(np.float16) for one in seen]


def export_joined(
    backbone: Path, head: Any, output: str, path: Path, eight_bits_from: int | None
) -> None:
    """Write backbone and head as one ONNX graph from ``crops`` to ``output``, weights made small.

    Parameters
    ----------
    backbone
        From `cut_backbone`.
    head
        A torch module that takes (crops, channels, 1, steps).
    output
        Name of the result.
    path
        The file to write.
    eight_bits_from
        See `detectors.training.onnx_export.shrink`.
    """
    import onnx
    import torch
    from onnx import compose

    from detectors.training.onnx_export import shrink

    part = path.with_suffix(".head.onnx")
    axes = {"seen": {0: "crops", 3: "steps"}, output: {0: "crops"}}
    torch.onnx.export(
        head.eval(), (torch.zeros((2, CHANNELS, 1, 8)),), str(part), dynamo=False,
        opset_version=17, input_names=["seen"], output_names=[output], dynamic_axes=axes,
    )  # fmt: skip
    first = onnx.version_converter.convert_version(onnx.load(str(backbone)), 17)
    second = onnx.load(str(part))
    second.ir_version = first.ir_version
    whole = compose.merge_models(
        compose.add_prefix(first, "seen/"), compose.add_prefix(second, "head/"),
        [(f"seen/{first.graph.output[0].name}", "head/seen")],
    )  # fmt: skip
    renamed = {whole.graph.input[0].name: "crops", whole.graph.output[0].name: output}
    for node in whole.graph.node:
        for names in (node.input, node.output):
            names[:] = [renamed.get(name, name) for name in names]
    whole.graph.input[0].name, whole.graph.output[0].name = renamed.values()
    onnx.save(whole, str(path))
    shrink(path, eight_bits_from=eight_bits_from)
    part.unlink()
