"""Vectors of prompts: what CLIP's text encoder makes of them, kept between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays
from clues.errors import CluesError, MissingExtraError
from clues.files import replacing
from clues.paths import cache_dir
from detectors.manifest import WeightsError, sha256_of

Floats = npt.NDArray[np.float32]
ENCODER = "ViT-B-32-quickgelu"  # the text encoder that YOLO-World was trained with
_MAX_BYTES = 16 * 2**20


def encode(prompts: Sequence[str], weights: Path, model: str = ENCODER) -> Floats:
    """Return a unit vector per prompt, shape (prompts, dimensions).

    The encoder is large and slow to load, so its answers are kept in the user's cache; they are
    used again for the same prompts and weights.

    Parameters
    ----------
    prompts
        Names of things, in English.
    weights
        Of CLIP (Radford et al. 2021), a TorchScript archive.
    model
        Architecture, as open_clip names it.

    Raises
    ------
    MissingExtraError
        If open_clip is not installed.
    WeightsError
        If the weights are not of that architecture.
    """
    key = "\n".join([sha256_of(weights), model, *prompts])
    kept = cache_dir() / f"prompts-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"
    if kept.is_file():
        try:
            with open_arrays(kept, most=_MAX_BYTES) as data:
                return np.asarray(data["vectors"], np.float32)
        except CluesError:
            pass  # damaged: made again below
    vectors = _encode(prompts, weights, model)
    with replacing(kept) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, vectors=vectors)
    return vectors


def _encode(prompts: Sequence[str], weights: Path, model: str) -> Floats:
    try:
        import open_clip
        import torch
    except ImportError as error:
        raise MissingExtraError(
            f"Prompts need the package {error.name}; type: pip install 'clues[open]'"
        ) from None
    try:
        # CLIP is published as TorchScript, whose code is confined to tensors.
        state = torch.jit.load(str(weights), map_location="cpu").state_dict()
        network = open_clip.create_model(model, pretrained=None).eval()
        network.load_state_dict({name: state[name].float() for name in network.state_dict()})
    except (RuntimeError, KeyError, ValueError, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise WeightsError(f"{weights}: not weights of {model} ({reason}).") from None
    tokens = open_clip.get_tokenizer(model)(list(prompts))
    with torch.inference_mode():
        vectors = network.encode_text(tokens, normalize=True)
    return np.asarray(vectors.numpy(), np.float32)
