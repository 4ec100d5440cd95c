"""CLIP (Radford et al. 2021) by open_clip, from weights that the user has fetched."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.errors import MissingExtraError, brief_reason
from detectors.manifest import WeightsError

Floats = npt.NDArray[np.float32]
ENCODER = "ViT-B-32-quickgelu"  # of ViT-B-32.pt; YOLO-World was trained with its text half
_MAX_VIEWS = 3


class Clip:
    """A network with its tokenizer and its preparation of pictures."""

    def __init__(self, network: Any, tokenizer: Any, prepare: Any) -> None:
        self._network, self._tokenizer, self._prepare = network, tokenizer, prepare

    def texts(self, texts: Sequence[str]) -> Floats:
        """Return a unit vector per text, shape (texts, dimensions)."""
        import torch

        with torch.inference_mode():
            vectors = self._network.encode_text(self._tokenizer(list(texts)), normalize=True)
        return np.asarray(vectors.numpy(), np.float32)

    def image(self, image: Image.Image) -> Floats:
        """Return a unit vector for a picture of any shape: the mean over its square views."""
        import torch

        views = torch.stack([self._prepare(view) for view in squares(image)])
        with torch.inference_mode():
            vectors = self._network.encode_image(views, normalize=True)
        return unit(vectors.numpy().mean(0))


def load_clip(weights: Path, model: str = ENCODER) -> Clip:
    """Load CLIP; nothing is downloaded.

    Parameters
    ----------
    weights
        A TorchScript archive, as CLIP is published.
    model
        Architecture, as open_clip names it.

    Raises
    ------
    MissingExtraError
        If open_clip is not installed.
    WeightsError
        If the weights are not of that architecture.
    """
    try:
        import open_clip
        import torch
    except ImportError as error:
        raise MissingExtraError(
            f"CLIP needs the package {error.name}; type: pip install 'clues[open]'"
        ) from None
    try:
        # CLIP is published as TorchScript, whose code is confined to tensors.
        state = torch.jit.load(str(weights), map_location="cpu").state_dict()
        network = open_clip.create_model(model, pretrained=None).eval()
        network.load_state_dict({name: state[name].float() for name in network.state_dict()})
    except (RuntimeError, KeyError, ValueError, OSError) as error:
        why = brief_reason(error, 200)
        raise WeightsError(f"{weights}: not weights of {model} ({why}).") from None
    prepare = open_clip.image_transform(network.visual.image_size, is_train=False)
    return Clip(network, open_clip.get_tokenizer(model), prepare)


def squares(image: Image.Image) -> list[Image.Image]:
    """Return square views that cover a picture along its longer side, three at the most."""
    side, length = min(image.size), max(image.size)
    count = min(_MAX_VIEWS, max(1, round(length / side)))
    starts = np.linspace(0, length - side, count) if count > 1 else [(length - side) / 2]
    return [
        image.crop((round(s), 0, round(s) + side, side))
        if image.width >= image.height
        else image.crop((0, round(s), side, round(s) + side))
        for s in starts
    ]


def unit(vectors: npt.NDArray[np.floating]) -> Floats:
    """Return vectors of length 1, along the last axis."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)
