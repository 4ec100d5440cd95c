"""Any expert of the literature as a detector, learned from what `clues train experts` has kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from clues.cue import Cue
from clues.errors import CluesError, MissingExtraError
from clues.photo import Photo
from detectors.appearance.cells import Cells
from detectors.appearance.cues import country_cue, place_cue
from detectors.downloads import models_dir
from detectors.manifest import sha256_of
from detectors.session import open_session

COUNTRY = "model.country"
PLACE = "model.place"
FOLDER = "experts"
MATERIAL_FILE = "experts.npz"
SIGHT_FILE = "experts_sight.npz"
GRAPH_FILE = "experts.onnx"
MEASURED_FILE = "experts.json"
FILES = (MATERIAL_FILE, SIGHT_FILE, GRAPH_FILE, MEASURED_FILE)


class LiteratureExpert:
    """Says which countries and places a photo looks like, as one method of the literature does.

    Parameters
    ----------
    name
        Of the method; see `detectors.training.experts.EXPERTS`.
    sight, session
        A `detectors.experts.sight.Sight`, and the session of its network.
    material
        What the method learns from; it learns at once.
    power
        On its likelihoods, fitted on photos that it did not learn from.
    version
        Of all files together.
    """

    variables = frozenset({COUNTRY, PLACE})

    def __init__(
        self, name: str, sight: Any, session: Any, material: Any, power: float, version: str = "0"
    ) -> None:
        from detectors.training.experts import EXPERTS

        self.name = name
        self.version = version
        self._look = lambda photo: sight.look(session, photo.image())
        self._judge = EXPERTS[name].fit(material)
        self._power = power
        self._cells: Cells = material.cells
        self._of_town = material.of_town
        weight = material.towns.prior
        self._share = weight / np.bincount(self._of_town, weights=weight)[self._of_town]

    def detect(self, photo: Photo) -> list[Cue]:
        """Return one cue over countries and one over places."""
        log = self._power * self._judge(self._look(photo))[0]
        of_town = self._share * np.exp(log - log.max())
        likelihood = np.bincount(self._of_town, weights=of_town, minlength=len(self._cells))
        return [
            country_cue(COUNTRY, self._cells.by_country(likelihood), self.name),
            place_cue(PLACE, self._cells, likelihood, self.name),
        ]


def create(name: str, folder: Path | None = None) -> LiteratureExpert:
    """Make an expert from what the user has trained.

    Parameters
    ----------
    name
        A key of `detectors.training.experts.EXPERTS`.
    folder
        That `clues train experts` wrote to; `experts` among the user's models by default.

    Raises
    ------
    CluesError
        If a file or package is missing; says how to get it.
    """
    folder = folder or models_dir() / FOLDER
    missing = [one for one in FILES if not (folder / one).is_file()]
    if missing:
        raise CluesError(
            f"{name} needs {missing[0]} in {folder}; type: clues train experts --data PHOTOS "
            "--out RUN --install"
        )
    try:
        from detectors.experts.sight import Sight
        from detectors.training.experts_material import Material

        sight, material = Sight.load(folder / SIGHT_FILE), Material.load(folder / MATERIAL_FILE)
        version = "-".join(sha256_of(folder / one)[:8] for one in FILES)
        session = open_session(folder / GRAPH_FILE)
        return LiteratureExpert(name, sight, session, material, _power(name, folder), version)
    except ImportError as error:
        raise MissingExtraError(
            f"{name} needs the package {error.name}; type: pip install 'clues[torch]'"
        ) from None


def _power(name: str, folder: Path) -> float:
    path = folder / MEASURED_FILE
    try:
        return float(json.loads(path.read_text("utf-8"))[name]["power"])
    except (ValueError, KeyError, TypeError):
        raise CluesError(f"{path}: no power of {name} in it; train the experts again.") from None
