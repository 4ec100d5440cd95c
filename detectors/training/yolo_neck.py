"""Cut a YOLOv8 head's graph in two: the neck, which heads on COCO's weights share, and the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from detectors.training.onnx_export import ExportError
from detectors.yolo import LEVELS, NECK

# The neck's outputs in a graph of `yolo_export`, and the last hidden layer of its box towers.
_INSIDE = (
    *(f"/layers.{layer}/cv2/act/Mul_output_0" for layer in (15, 18, 21)),
    *(f"/cv2.{level}/cv2.{level}.1/act/Mul_output_0" for level in range(3)),
)


def split(head: Path, neck: Path) -> None:
    """Move neck and box towers of a head's graph to a file of their own; the head reads `NECK`.

    Raises
    ------
    ExportError
        If the graph is no head that `detectors.training.yolo_export` wrote.
    """
    import onnx

    names = dict(zip(_INSIDE, NECK, strict=True))
    model = onnx.shape_inference.infer_shapes(onnx.load(str(head)))
    try:
        extractor = onnx.utils.Extractor(model)
        first = extractor.extract_model(list(LEVELS), list(_INSIDE))
        second = extractor.extract_model(list(_INSIDE), ["classes", "boxes"])
    except (KeyError, ValueError) as error:
        raise ExportError(f"{head}: not a head of YOLOv8 ({error}).") from None
    for part, path in ((first, neck), (second, head)):
        _rename(part.graph, names)
        onnx.checker.check_model(part)
        onnx.save(part, str(path))


def _rename(graph: Any, names: Mapping[str, str]) -> None:
    """Give tensors other names; what shape inference noted is dropped."""
    del graph.value_info[:]
    for tensor in (*graph.input, *graph.output):
        tensor.name = names.get(tensor.name, tensor.name)
        for axis, dimension in enumerate(tensor.type.tensor_type.shape.dim):
            if dimension.dim_param:
                dimension.dim_param = f"{tensor.name}_{axis}" if axis else "photos"
    for node in graph.node:
        node.input[:] = _renamed(node.input, names)
        node.output[:] = _renamed(node.output, names)


def _renamed(own: Sequence[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(name, name) for name in own]
