"""Cut the frozen neck out of a YOLO head's graph, run it over views, and join a new head to it."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from detectors.session import open_session
from detectors.training.furniture_cells import Maps, open_maps
from detectors.training.furniture_data import View
from detectors.training.onnx_export import ExportError, shrink
from detectors.yolo import BACKBONE_FILE, LEVELS, LONG_SIDE_PX, network_input

# The neck's outputs in the graph of `vehicles.onnx`, and the last hidden layer of its box towers.
NECK = tuple(f"/layers.{layer}/cv2/act/Mul_output_0" for layer in (15, 18, 21))
TOWER = tuple(f"/cv2.{level}/cv2.{level}.1/act/Mul_output_0" for level in range(3))
_GREY = 114 / 255
_TOLERANCE = 0.01
_MAPS = tuple(f"map{n}" for n in range(len(NECK) + len(TOWER)))


def cut_neck(head: Path, out: Path) -> None:
    """Write the part of a head's graph that leads to neck and box towers.

    Raises
    ------
    ExportError
        If the graph is no head that `detectors.training.yolo_export` wrote.
    """
    import onnx

    try:
        onnx.utils.extract_model(str(head), str(out), list(LEVELS), [*NECK, *TOWER])
    except (ValueError, onnx.checker.ValidationError) as error:
        raise ExportError(f"{head}: not a head of YOLOv8 ({error}).") from None


def box_layers(head: Path) -> list[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Return weight and bias of the last box layer of a head's graph, per stride."""
    import onnx

    known = {
        tensor.name.removesuffix(".half"): onnx.numpy_helper.to_array(tensor).astype(np.float32)
        for tensor in onnx.load(str(head)).graph.initializer
    }
    names = [f"layers.22.cv2.{level}.2" for level in range(len(LEVELS))]
    return [(known[f"{name}.weight"], known[f"{name}.bias"]) for name in names]


def cache_maps(weights: Path, neck: Path, views: Sequence[View], folder: Path) -> Maps:
    """Run backbone and neck over views, once; a folder that is complete is read back.

    Views are padded with grey to squares; `Maps.sizes` holds their width and height in network
    pixels.
    """
    from rich.progress import track

    done = folder / "sizes.npy"
    if done.is_file() and len(sizes := np.load(done)) == len(views):
        return Maps(open_maps(folder, len(views), "r"), sizes, views)
    folder.mkdir(parents=True, exist_ok=True)
    backbone, rest = open_session(weights / BACKBONE_FILE), open_session(neck)
    maps = open_maps(folder, len(views), "w+")
    sizes = np.zeros((len(views), 2))
    for row, view in enumerate(track(views, description="features")):
        image = view.image()
        pixels, scale = network_input(image)
        sizes[row] = image.width * scale, image.height * scale
        square = np.full((1, 3, LONG_SIDE_PX, LONG_SIDE_PX), _GREY, np.float32)
        square[:, :, : pixels.shape[2], : pixels.shape[3]] = pixels
        levels = backbone.run(list(LEVELS), {"image": square})
        outputs = rest.run([*NECK, *TOWER], dict(zip(LEVELS, levels, strict=True)))
        for kept, value in zip(maps, outputs, strict=True):
            kept[row] = value[0]
    np.save(done, sizes)
    return Maps(maps, sizes, views)


def join(neck: Path, head: Any, path: Path, maps: Sequence[npt.NDArray[np.float32]]) -> float:
    """Write neck and trained head as one graph, checked against torch; return the difference.

    Parameters
    ----------
    neck
        From `cut_neck`.
    head
        A trained `CellHead`.
    path
        The file to write.
    maps
        Cached maps of a few views, to check on.

    Raises
    ------
    ExportError
        If ONNX differs from torch by more than a hundredth of the spread.
    """
    import onnx
    import onnxruntime as ort

    tensors = tuple(torch.from_numpy(value) for value in maps)
    axes: dict[str, dict[int, str]] = {
        name: {0: "photos", 2: f"{name}_rows", 3: f"{name}_columns"} for name in _MAPS
    }
    axes |= {name: {0: "photos", 2: f"{name}_cells"} for name in ("classes", "boxes")}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = Path(folder) / "head.onnx"
        with torch.inference_mode():
            expected = [value.numpy() for value in head(*tensors)]
            torch.onnx.export(
                head, tensors, str(part), dynamo=False, opset_version=17,
                input_names=list(_MAPS), output_names=["classes", "boxes"], dynamic_axes=axes,
            )  # fmt: skip
        shrink(part, eight_bits_from=None)
        session = ort.InferenceSession(str(part), providers=["CPUExecutionProvider"])
        got = session.run(["classes", "boxes"], dict(zip(_MAPS, maps, strict=True)))
        first, second = onnx.load(str(neck)), onnx.load(str(part))
    second = onnx.compose.add_prefix(second, "head_")
    second.ir_version = first.ir_version
    links = [(name, f"head_{n}") for name, n in zip([*NECK, *TOWER], _MAPS, strict=True)]
    whole = onnx.compose.merge_models(first, second, io_map=links)
    _rename_outputs(whole)
    onnx.save(whole, str(path))
    error = max(
        float(np.sqrt(np.mean((a - b) ** 2)) / max(a.std(), 1e-9))
        for a, b in zip(expected, got, strict=True)
    )
    if not error <= _TOLERANCE:
        raise ExportError(f"{path}: ONNX differs from torch by {error:.4f} of the spread.")
    return error


def _rename_outputs(model: Any) -> None:
    """Give the outputs of the joined graph the names that `detectors.yolo.YoloHead` asks for."""
    for output in model.graph.output:
        name = output.name.removeprefix("head_")
        for node in model.graph.node:
            node.output[:] = [name if value == output.name else value for value in node.output]
        output.name = name
