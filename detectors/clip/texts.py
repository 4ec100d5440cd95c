"""Vectors of prompts: what CLIP's text encoder makes of them, kept between runs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from clues.arrays import open_arrays
from clues.errors import CluesError
from clues.files import replacing
from clues.paths import cache_dir
from detectors.clip.network import ENCODER, Floats, load_clip
from detectors.manifest import sha256_of

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
    vectors = load_clip(weights, model).texts(prompts)
    with replacing(kept) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, vectors=vectors)
    return vectors
