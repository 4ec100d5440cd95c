"""GeoCLIP (Vivanco Cepeda et al. 2023): pictures and coordinates in one space of vectors.

It was trained by contrast, so its scores are log-ratios of a place with the photo to the place
without: a likelihood, with the training photos' density already divided out.
"""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from clues.cue import Cue
from clues.errors import CluesError, MissingExtraError, brief_reason
from clues.photo import Photo
from detectors.appearance.cells import Cells
from detectors.appearance.cues import country_cue, place_cue
from detectors.clip.network import Floats, squares, unit
from detectors.downloads import models_dir
from detectors.geoclip.gallery import read_gallery
from detectors.manifest import WeightsError

NAME = "geoclip"
COUNTRY = "model.country"
PLACE = "model.place"
FOLDER = "clip-vit-large-patch14"
FILES = ("config.json", "preprocessor_config.json", "model.safetensors")
# Nothing was measured on street views: half of the scale that was learned on photos of the web.
_SHARPNESS = 0.5
_MOST_LOG_RATIO = np.log(200.0)


class GeoClipExpert:
    """Says which countries and places a photo goes with.

    Parameters
    ----------
    model
        A `geoclip.GeoCLIP`.
    cells, vectors : Cells and ndarray, shape (cells, dimensions)
        Places, and the network's unit vector for each.
    version
        Of the package and the weights.
    """

    name = NAME
    variables = frozenset({COUNTRY, PLACE})

    def __init__(self, model: Any, cells: Cells, vectors: Floats, version: str = "0") -> None:
        self.model, self.cells, self.vectors, self.version = model, cells, vectors, version
        self._scale = float(model.logit_scale.detach().exp())

    def detect(self, photo: Photo) -> list[Cue]:
        """Return one cue over countries and one over places."""
        log = self._scale * (self.vectors @ self._vector(photo))
        log = np.maximum(log, log.max() - _MOST_LOG_RATIO / _SHARPNESS)
        likelihood = self.cells.likelihood(log)
        return [
            country_cue(COUNTRY, self.cells.by_country(likelihood), NAME),
            place_cue(PLACE, self.cells, likelihood, NAME),
        ]

    def _vector(self, photo: Photo) -> Floats:
        import torch

        encoder = self.model.image_encoder
        views = [encoder.preprocess_image(view) for view in squares(photo.image())]
        with torch.inference_mode():
            vectors = encoder(torch.cat(views))
        return unit(unit(vectors.numpy()).mean(0))


def create(folder: Path | None = None) -> GeoClipExpert:
    """Make the expert from the installed package and a CLIP that the user has brought.

    Parameters
    ----------
    folder
        Of the user's models; `clip-vit-large-patch14` is looked for in it.

    Raises
    ------
    CluesError
        If the package or the weights are missing; says how to get them. Nothing is downloaded.
    """
    clip = (folder or models_dir()) / FOLDER
    missing = [name for name in FILES if not (clip / name).is_file()]
    model = _load(clip, missing)
    cells, vectors = read_gallery(model, _SHARPNESS)
    size = (clip / FILES[-1]).stat().st_size
    return GeoClipExpert(model, cells, vectors, f"{version('geoclip')}-{size}")


def _load(clip: Path, missing: list[str]) -> Any:
    try:
        version("geoclip")
    except PackageNotFoundError:
        raise MissingExtraError(
            "GeoCLIP needs its package; type: pip install 'clues[geoclip]'"
        ) from None
    if missing:
        raise CluesError(
            f"GeoCLIP needs CLIP ViT-L/14 as {clip}: put {', '.join(missing)} of "
            "openai/clip-vit-large-patch14 there."
        )
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # a folder needs no network; none is tried
    try:
        from geoclip import GeoCLIP

        return GeoCLIP(clip_path=str(clip)).eval()
    except ImportError as error:
        raise MissingExtraError(
            f"GeoCLIP needs the package {error.name}; type: pip install 'clues[geoclip]'"
        ) from None
    except Exception as error:  # transformers and safetensors raise kinds of their own
        why = brief_reason(error, 200)
        raise WeightsError(f"{clip}: not weights that GeoCLIP can use ({why}).") from None
