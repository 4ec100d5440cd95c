"""The appearance expert: a likelihood over countries and over places for the whole photo."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clues.cue import ELSEWHERE, Cue
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.appearance.cells import Cells
from detectors.appearance.neighbours import Neighbours
from detectors.backbone import Backbone, graph_files, shared
from detectors.manifest import version_of, weight_file

NAME = "appearance"
CELLS_FILE = "scene_places.npz"
NEIGHBOURS_FILE = "scene_neighbours.npz"
COUNTRY = "appearance.country"
PLACE = "appearance.place"
_MAX_KERNELS = 60
_MIN_SPREAD_M = 60_000.0
# Countries without any training photo look, for all we know, like a rather unlikely one.
_ELSEWHERE_QUANTILE = 0.25


class AppearanceExpert:
    """Says which countries and places a photo looks like.

    The network is trained with the training set's geographic bias taken out (balanced softmax,
    Ren et al. 2020), so that it reports likelihoods; the prior is fusion's affair.

    Parameters
    ----------
    backbone
        The network.
    cells
        The places that it tells apart.
    neighbours
        Training photos that look alike, or None to go by the network's cells only.
    version
        Of all weights together.
    """

    name = NAME
    variables = frozenset({COUNTRY, PLACE})

    def __init__(
        self,
        backbone: Backbone,
        cells: Cells,
        neighbours: Neighbours | None = None,
        *,
        version: str = "0",
    ) -> None:
        self.backbone = backbone
        self.version = version
        self.cells = cells
        self.neighbours = neighbours

    def detect(self, photo: Photo) -> list[Cue]:
        """Return one cue over countries and one over places."""
        features = self.backbone.features(photo)
        near = self.neighbours.log_ratio(features.embedding) if self.neighbours else 0.0
        likelihood = self.cells.likelihood(features.cells, near)
        countries = self.cells.by_country(likelihood)
        top = max(countries.values())
        countries = {code: value / top for code, value in countries.items()}
        floor = float(np.quantile(list(countries.values()), _ELSEWHERE_QUANTILE))
        best = sorted(countries, key=lambda code: (-countries[code], code))[:3]
        return [
            Cue(
                variable=COUNTRY,
                likelihood={**countries, ELSEWHERE: floor},
                detector=NAME,
                note=f"looks most like {', '.join(best)}",
            ),
            self._place(likelihood),
        ]

    def _place(self, likelihood: np.ndarray) -> Cue:
        cells = self.cells
        order = np.argsort(-likelihood, kind="stable")
        kept, rest = order[:_MAX_KERNELS], order[_MAX_KERNELS:]
        floor = float(np.median(likelihood[rest])) if len(rest) else float(likelihood[order[-1]])
        kernels = {
            _kernel(cells.lat[k], cells.lon[k], cells.spread_m[k]): float(likelihood[k]) - floor
            for k in kept
            if likelihood[k] > floor
        }
        return Cue(
            variable=PLACE,
            likelihood={**kernels, ELSEWHERE: max(floor, 1e-6)},
            detector=NAME,
            note=f"looks most like the part of {cells.country[order[0]]} around "
            f"{cells.lat[order[0]]:.1f}, {cells.lon[order[0]]:.1f}",
        )


def _kernel(lat: float, lon: float, spread_m: float) -> str:
    return f"geo:{lat:.3f},{lon:.3f};u={max(spread_m, _MIN_SPREAD_M):.0f}"


def create(folder: Path = WEIGHTS_DIR) -> AppearanceExpert:
    """Make the appearance expert from the weights of a folder.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    cells = Cells.load(weight_file(CELLS_FILE, folder))
    neighbours = Neighbours.load(weight_file(NEIGHBOURS_FILE, folder))
    version = version_of((*graph_files(folder), CELLS_FILE, NEIGHBOURS_FILE), folder)
    return AppearanceExpert(shared(folder), cells, neighbours, version=version)
