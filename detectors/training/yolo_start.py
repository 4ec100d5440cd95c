"""A YOLOv8n to start from without any download: rebuilt from the graphs that Clues ships.

The shipped graphs hold COCO's weights with batch normalisation folded into the convolutions.
`shipped_yolo` unfolds them into a network of ultralytics that computes the same.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.paths import WEIGHTS_DIR
from detectors.checkpoint import ultralytics_offline
from detectors.manifest import weight_file
from detectors.yolo import BACKBONE_FILE, NECK_FILE

HEAD_FILE = "vehicles.onnx"  # the head that keeps COCO's weights
_ARCHITECTURE = "yolov8n.yaml"
_COCO_CLASSES = 80  # they decide how wide the head's towers for classes are
_RARE = 0.01  # probability of an object in a cell before training (Lin et al. 2017)

Weights = dict[str, npt.NDArray[np.float32]]


def shipped_yolo(
    classes: int, images: npt.NDArray[np.float32] | None = None, folder: Path = WEIGHTS_DIR
) -> Any:
    """Return a YOLOv8n with the shipped COCO weights and a new last layer for classes.

    Parameters
    ----------
    classes
        How many. Only the last convolution of each class tower is new: it gives every cell the
        probability `_RARE`.
    images : ndarray, shape (photos, 3, rows, columns)
        Typical photos, 0 to 1, to measure the batch statistics on. Without them normalisation
        does nothing until training switches it on, and the network must be trained with it
        frozen (``eval``): in ``train`` mode it would compute something else.
    folder
        Of weights.

    Returns
    -------
    ultralytics.nn.tasks.DetectionModel
        In ``eval`` mode, not fused, on the CPU.

    Raises
    ------
    WeightsError, MissingExtraError
        If weights or a package are missing.
    """
    settings = Path(os.environ.get("YOLO_CONFIG_DIR", tempfile.gettempdir())) / "clues-ultralytics"
    ultralytics_offline(settings)
    import torch
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel(_ARCHITECTURE, nc=_COCO_CLASSES, verbose=False).float().eval()
    weights = shipped_weights(folder)
    own = dict(model.model.named_modules())
    with torch.no_grad():
        for name, module in own.items():
            if f"{name}.weight" not in weights or not isinstance(module, torch.nn.Conv2d):
                continue
            module.weight.copy_(torch.from_numpy(weights[f"{name}.weight"]))
            bias = torch.from_numpy(weights[f"{name}.bias"])
            if module.bias is not None:
                module.bias.copy_(bias)
            else:
                _pass_through(own[name.removesuffix(".conv") + ".bn"], bias)
        _new_classes(model, classes)
        if images is not None:
            _settle(own, torch.from_numpy(images), model)
    return model


def shipped_weights(folder: Path = WEIGHTS_DIR) -> Weights:
    """Return the weights of the shipped graphs, named as in ultralytics: ``0.conv.weight`` ..."""
    import onnx
    from onnx import numpy_helper

    weights: Weights = {}
    for file in (BACKBONE_FILE, NECK_FILE, HEAD_FILE):
        graph = onnx.load(str(weight_file(file, folder))).graph
        for tensor in graph.initializer:
            if tensor.name.startswith("layers."):
                name = tensor.name.removeprefix("layers.").removesuffix(".half")
                weights[name] = numpy_helper.to_array(tensor).astype(np.float32)
    return weights


def _pass_through(norm: Any, bias: Any) -> None:
    """Let a batch normalisation do nothing but add the bias that was folded into the kernel."""
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.fill_(1)
    norm.bias.copy_(bias)


def _new_classes(model: Any, classes: int) -> None:
    """Replace the last convolution of each class tower."""
    import torch

    detect = model.model[-1]
    seeded = torch.Generator().manual_seed(0)
    for tower in detect.cv3:
        last = torch.nn.Conv2d(tower[-1].in_channels, classes, 1)
        torch.nn.init.normal_(last.weight, std=0.01, generator=seeded)
        torch.nn.init.constant_(last.bias, float(np.log(_RARE / (1 - _RARE))))
        tower[-1] = last
    detect.nc = classes
    detect.no = classes + 4 * detect.reg_max
    model.nc = model.yaml["nc"] = classes
    model.names = {number: str(number) for number in range(classes)}


def _settle(modules: dict[str, Any], images: Any, model: Any) -> None:
    """Give each batch normalisation the statistics of its input, and keep what it computes."""
    import torch

    def measure(norm: Any, inputs: tuple[Any, ...]) -> None:
        var, mean = torch.var_mean(inputs[0], (0, 2, 3), correction=0)
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        norm.bias += scale * (mean - norm.running_mean)
        norm.weight.copy_(scale * torch.sqrt(var + norm.eps))
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(var)

    norms = [m for m in modules.values() if isinstance(m, torch.nn.BatchNorm2d)]
    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    model(images)
    for hook in hooks:
        hook.remove()
