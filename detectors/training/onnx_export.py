"""Export a graph to ONNX with weights in 8 and 16 bits, checked against torch."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from detectors.backbone import HEIGHT, WIDTH

OUTPUTS = ("tags", "cells", "activation", "embedding")
# Kernels of convolutions with at least so many values are stored in 8 bits (they are most of the
# file and bear it), other weights with at least so many in 16; the early layers do not bear 8.
_EIGHT_BITS = 65_536
_SIXTEEN_BITS = 512


class ExportError(CluesError):
    """An exported graph that does not agree with the network it came from."""


def export(graph: Any, path: Path, images: npt.NDArray[np.float32], tolerance: float) -> float:
    """Write the graph as ONNX with small weights, and check it against torch.

    Large kernels are stored as int8 with one scale per output channel, other weights as float16;
    all are restored to float32 when the graph is loaded: a third of the file, the same arithmetic.

    Parameters
    ----------
    graph
        The torch module; its outputs are `OUTPUTS`, or the first ones of them.
    path
        The file to write.
    images : ndarray, shape (photos, 3, HEIGHT, WIDTH)
        Photos to check on.
    tolerance
        Highest root-mean-square difference between ONNX and torch over these photos, as a share
        of the spread of torch's tags and cells.

    Returns
    -------
    float
        The larger of the two differences.

    Raises
    ------
    ExportError
        If it exceeds ``tolerance``.
    """
    import onnxruntime as ort
    import torch

    example = torch.zeros((2, 3, HEIGHT, WIDTH))
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        expected = [value.numpy() for value in graph(torch.from_numpy(images))]
        outputs = list(OUTPUTS[: len(expected)])
        torch.onnx.export(
            graph,
            (example,),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["image"],
            output_names=outputs,
            dynamic_axes={name: {0: "views"} for name in ("image", *outputs)},
        )
    shrink(path)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(outputs, {"image": images})
    error = max(_relative(a, b) for a, b in zip(expected[:2], got[:2], strict=True))
    if not error <= tolerance:
        raise ExportError(
            f"{path}: ONNX differs from torch by {error:.3f} of the spread (allowed {tolerance}); "
            "store the weights in more bits."
        )
    return error


def _relative(expected: npt.NDArray[np.floating], got: npt.NDArray[np.floating]) -> float:
    spread = float((expected - expected.mean(0)).std())
    return float(np.sqrt(np.mean((expected - got) ** 2))) / max(spread, 1e-9)


def shrink(path: Path, *, eight_bits_from: int | None = _EIGHT_BITS) -> None:
    """Store the weights of an ONNX file in 8 and 16 bits; see `export`.

    Kernels of convolutions with at least ``eight_bits_from`` values get 8 bits; None: no kernel.
    """
    import onnx
    from onnx import TensorProto, numpy_helper

    model = onnx.load(str(path))
    graph = model.graph
    convolved = {node.input[1] for node in graph.node if node.op_type == "Conv"}
    added: list[Any] = []
    for tensor in list(graph.initializer):
        size = int(np.prod(tensor.dims))
        if tensor.data_type != TensorProto.FLOAT or size < _SIXTEEN_BITS:
            continue
        weight = numpy_helper.to_array(tensor)
        graph.initializer.remove(tensor)
        small = eight_bits_from is not None and size >= eight_bits_from
        if tensor.name in convolved and small:
            added.append(_in_eight_bits(graph, tensor.name, weight))
        else:
            added.append(_in_sixteen_bits(graph, tensor.name, weight))
    nodes = [*added, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(path))


def _in_eight_bits(graph: Any, name: str, weight: npt.NDArray[np.float32]) -> Any:
    from onnx import helper, numpy_helper

    flat = weight.reshape(len(weight), -1)
    scale = np.maximum(np.abs(flat).max(1) / 127, 1e-12).astype(np.float32)
    codes = np.clip(np.rint(flat / scale[:, None]), -127, 127).astype(np.int8)
    parts = {
        f"{name}.int8": codes.reshape(weight.shape),
        f"{name}.scale": scale,
        f"{name}.zero": np.zeros(len(scale), np.int8),
    }
    graph.initializer.extend(numpy_helper.from_array(value, key) for key, value in parts.items())
    return helper.make_node("DequantizeLinear", list(parts), [name], axis=0)


def _in_sixteen_bits(graph: Any, name: str, weight: npt.NDArray[np.float32]) -> Any:
    from onnx import TensorProto, helper, numpy_helper

    graph.initializer.append(numpy_helper.from_array(weight.astype(np.float16), f"{name}.half"))
    return helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT)
