"""The network that is fine-tuned: folded batch norms, heads, rates of its parts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.training.config import FineTuneConfig

Floats = npt.NDArray[np.float32]
_WARM_UP = 0.05


@dataclass(frozen=True, eq=False)
class Probe:
    """Linear heads to start from, on the mean of the network's last map."""

    cell_weight: Floats
    cell_bias: Floats
    tag_weight: Floats
    tag_bias: Floats


def fold_batch_norms(network: Any) -> Any:
    """Fold the batch norms of an EfficientNet-Lite into its convolutions, in place."""
    from torch import nn
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    network.eval()
    pairs = {network: (("_conv_stem", "_bn0"), ("_conv_head", "_bn1"))}
    for block in network._blocks:
        pairs[block] = (
            ("_expand_conv", "_bn0"),
            ("_depthwise_conv", "_bn1"),
            ("_project_conv", "_bn2"),
        )
    for owner, names in pairs.items():
        for conv, norm in names:
            if hasattr(owner, conv):
                setattr(owner, conv, fuse_conv_bn_eval(getattr(owner, conv), getattr(owner, norm)))
                setattr(owner, norm, nn.Identity())
    return network


def make_tuned(network: Any, probe: Probe, spec: FineTuneConfig) -> Any:
    """Return the module to train: image to logits of cells and tags, and pooled features."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Tuned(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.cells = _linear(probe.cell_weight, probe.cell_bias)
            self.tags = _linear(probe.tag_weight, probe.tag_bias)

        def early(self, image: torch.Tensor) -> torch.Tensor:
            with torch.no_grad(), torch.autocast(image.device.type, torch.bfloat16):
                x = functional.relu6(network._bn0(network._conv_stem(image)))
                for block in network._blocks[: spec.frozen_blocks]:
                    x = block(x)
            return x.float()

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
            x = self.early(image)
            for block in network._blocks[spec.frozen_blocks :]:
                x = block(x)
            last = functional.relu6(network._bn1(network._conv_head(x)))
            pooled = last.mean((2, 3))
            dropped = functional.dropout(pooled, spec.dropout, self.training)
            return self.cells(dropped), self.tags(dropped), pooled

    return Tuned().to(memory_format=torch.channels_last)


def _linear(weight: Floats, bias: Floats) -> Any:
    import torch
    from torch import nn

    layer = nn.Linear(*weight.shape)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight.T))
        layer.bias.copy_(torch.from_numpy(bias))
    return layer


def parameter_groups(module: Any, spec: FineTuneConfig) -> list[dict[str, Any]]:
    """Return parameter groups: later blocks learn faster, the first ones not at all."""
    network, groups = module.network, []
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    tuned = list(network._blocks[spec.frozen_blocks :])
    for number, part in enumerate([*tuned, network._conv_head]):
        rate = spec.rate * spec.layer_decay ** (len(tuned) - number)
        groups.append({"params": list(part.parameters()), "lr": rate})
    for group in groups:
        for parameter in group["params"]:
            parameter.requires_grad_(True)
    heads = [*module.cells.parameters(), *module.tags.parameters()]
    return [*groups, {"params": heads, "lr": spec.head_rate}]


def rate_factor(step: int, total: int) -> float:
    """Return the factor on all rates: a short warm-up, then a cosine to 0."""
    warm = max(1, round(_WARM_UP * total))
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm))))
