"""Zero-shot countries (Radford et al. 2021): which country's name fits the whole photo best."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clues.cue import Cue
from clues.errors import CluesError
from clues.photo import Photo
from clues.regions import RegionGraph, load_regions
from detectors.appearance.cues import country_cue
from detectors.clip.network import ENCODER, Clip, Floats, load_clip, unit
from detectors.clip.texts import encode
from detectors.downloads import CATALOGUE, fetched, models_dir

NAME = "clip"
COUNTRY = "model.country"
WEIGHTS = "ViT-B-32.pt"
TEMPLATES = (
    "a street view photo in {}.",
    "a photo of a road in {}.",
    "a photo of a street in {}.",
    "a photo that I took in {}.",
)
_MIN_PEOPLE = 100_000  # names of tiny islands attract photos of any coast
# Nothing was measured. CLIP's own scale is 100, for pictures and captions of the web; for streets
# half of it, and a country is never told against by more than this.
_SCALE = 50.0
_MOST_RATIO = 50.0


class ClipExpert:
    """Says which countries' names fit a photo.

    Parameters
    ----------
    clip
        The network.
    names : ndarray, shape (countries, dimensions)
        A unit vector for each country's name.
    codes
        Of the countries.
    version
        Of the weights.
    """

    name = NAME
    variables = frozenset({COUNTRY})

    def __init__(self, clip: Clip, names: Floats, codes: list[str], version: str = "0") -> None:
        self.clip, self.names, self.codes, self.version = clip, names, codes, version

    def detect(self, photo: Photo) -> list[Cue]:
        """Return one cue over countries."""
        log = _SCALE * (self.names @ self.clip.image(photo.image())).astype(np.float64)
        likelihood = np.maximum(np.exp(log - log.max()), 1 / _MOST_RATIO)
        return [country_cue(COUNTRY, dict(zip(self.codes, likelihood.tolist(), strict=True)), NAME)]


def countries(world: RegionGraph) -> dict[str, str]:
    """Return the name of each country with people in it, by code."""
    return {
        code: region.name
        for code, region in world.regions.items()
        if region.level == "country" and region.population >= _MIN_PEOPLE
    }


def create(folder: Path | None = None, model: str = ENCODER) -> ClipExpert:
    """Make the expert from weights that the user has fetched.

    Parameters
    ----------
    folder
        Of the weights; the user's by default.
    model
        Architecture, as open_clip names it.

    Raises
    ------
    CluesError
        If the weights or open_clip are missing; says how to get them.
    """
    weights = fetched(WEIGHTS, folder)
    if weights is None:
        raise CluesError(
            f"CLIP needs weights in {folder or models_dir()}; type: clues models pull {WEIGHTS}"
        )
    named = countries(load_regions())
    prompts = [template.format(name) for name in named.values() for template in TEMPLATES]
    vectors = encode(prompts, weights, model).reshape(len(named), len(TEMPLATES), -1)
    version = CATALOGUE[WEIGHTS].sha256[:12]
    return ClipExpert(load_clip(weights, model), unit(vectors.mean(1)), list(named), version)
