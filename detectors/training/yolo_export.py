"""Cut a YOLOv8 into backbone and head, and export each to ONNX, checked against torch."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from detectors.checkpoint import BACKBONE_LAYERS, open_checkpoint
from detectors.training.onnx_export import ExportError, shrink
from detectors.yolo import LEVELS, network_input

_TAPS = (4, 6, 9)  # the backbone's layers that the neck reads
_OPSET = 17
_CHECKED = 4  # photos on which ONNX is compared with torch
# Largest root-mean-square difference from torch, as a share of the spread, that is let pass.
_TOLERANCE = 0.01


def load_model(checkpoint: Path, settings_dir: Path) -> Any:
    """Return the network of a checkpoint, read in weights-only mode, for inference.

    Warns of what such a file is.

    Raises
    ------
    WeightsError
        If it is no checkpoint that is safe to open.
    """
    warnings.warn(
        f"{checkpoint}: a .pt file is a pickle, which can run any code when it is opened "
        "carelessly; here it is opened in weights-only mode, other programs may not do so.",
        stacklevel=2,
    )
    return open_checkpoint(checkpoint, settings_dir).fuse()


def alike(paths: Iterable[Path]) -> npt.NDArray[np.float32]:
    """Return the first few photos of one size as inputs, to compare ONNX with torch on."""
    inputs: list[npt.NDArray[np.float32]] = []
    for path in paths:
        with Image.open(path) as opened:
            pixels = network_input(opened.convert("RGB"))[0]
        if not inputs or pixels.shape == inputs[0].shape:
            inputs.append(pixels)
        if len(inputs) == _CHECKED:
            break
    return np.concatenate(inputs)


def export_backbone(model: Any, path: Path, images: npt.NDArray[np.float32]) -> float:
    """Write the shared layers; see `export_head`."""
    return export_checked(parts(model)[0], path, ("image",), LEVELS, (images,))


def export_head(
    model: Any, path: Path, images: npt.NDArray[np.float32], classes: Sequence[int] | None = None
) -> float:
    """Write neck and head with weights in 16 bits.

    Parameters
    ----------
    model
        From `load_model`.
    path
        The file to write.
    images : ndarray, shape (photos, 3, rows, columns)
        Photos, 0 to 1, on which the file is compared with torch.
    classes
        Which outputs to keep; all by default.

    Returns
    -------
    float
        Root-mean-square difference from torch, as a share of the spread of torch's outputs.

    Raises
    ------
    ExportError
        If that is too much.
    """
    import torch

    backbone, head = parts(model, classes)
    with torch.inference_mode():
        levels = [level.numpy() for level in backbone(torch.from_numpy(images))]
    return export_checked(head, path, LEVELS, ("classes", "boxes"), tuple(levels))


def parts(model: Any, classes: Sequence[int] | None = None) -> tuple[Any, Any]:
    """Return backbone and head of a YOLOv8 as modules; the head gives raw scores and boxes."""
    import torch

    class Backbone(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = model.model[:BACKBONE_LAYERS]

        def forward(self, image: Any) -> tuple[Any, ...]:
            kept = []
            for number, layer in enumerate(self.layers):
                image = layer(image)
                if number in _TAPS:
                    kept.append(image)
            return tuple(kept)

    class Head(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = model.model[BACKBONE_LAYERS:]

        def forward(self, p3: Any, p4: Any, p5: Any) -> tuple[Any, Any]:
            known = dict(zip(_TAPS, (p3, p4, p5), strict=True))
            value = p5
            for number, layer in enumerate(self.layers[:-1], BACKBONE_LAYERS):
                value = layer(_inputs(layer, known, value))
                known[number] = value
            detect = self.layers[-1]
            maps = [known[number] for number in detect.f]
            box = [b(m).flatten(2) for b, m in zip(detect.cv2, maps, strict=True)]
            kind = [c(m).flatten(2) for c, m in zip(detect.cv3, maps, strict=True)]
            scores = torch.cat(kind, 2)
            return scores if classes is None else scores[:, list(classes)], torch.cat(box, 2)

    return Backbone().eval(), Head().eval()


def _inputs(layer: Any, known: dict[int, Any], last: Any) -> Any:
    if layer.f == -1:
        return last
    return [last if number == -1 else known[number] for number in layer.f]


def export_checked(
    part: Any,
    path: Path,
    inputs: Sequence[str],
    outputs: Sequence[str],
    feed: tuple[npt.NDArray[np.float32], ...],
) -> float:
    """Write a module with weights in 16 bits, unless ONNX differs too much from torch.

    Parameters
    ----------
    part
        The module.
    path
        The file to write.
    inputs, outputs
        Their names.
    feed
        Inputs to compare on.

    Returns
    -------
    float
        See `export_head`.
    """
    import onnxruntime as ort
    import torch

    tensors = tuple(torch.from_numpy(value) for value in feed)
    axes = {name: {0: "photos", 2: f"rows_{name}", 3: f"columns_{name}"} for name in inputs}
    for name in outputs:
        axes[name] = {0: "photos", 2: f"{name}_rows"}
        if name in LEVELS:
            axes[name][3] = f"{name}_columns"
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        expected = [value.numpy() for value in part(*tensors)]
        torch.onnx.export(
            part,
            tensors,
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes=axes,
        )
    shrink(path, eight_bits_from=None)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(list(outputs), dict(zip(inputs, feed, strict=True)))
    error = max(
        float(np.sqrt(np.mean((a - b) ** 2)) / max(a.std(), 1e-9))
        for a, b in zip(expected, got, strict=True)
    )
    if not error <= _TOLERANCE:
        raise ExportError(
            f"{path}: ONNX differs from torch by {error:.4f} of the spread (allowed {_TOLERANCE}); "
            "the graph is not the network that was trained."
        )
    return error
