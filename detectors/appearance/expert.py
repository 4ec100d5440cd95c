"""The appearance expert: a likelihood over countries and over places for the whole photo."""

from __future__ import annotations

from pathlib import Path

from clues.cue import Cue
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.appearance.cells import Cells
from detectors.appearance.cues import country_cue, place_cue
from detectors.appearance.neighbours import Neighbours
from detectors.backbone import LOOK, Backbone, graph_files, shared
from detectors.manifest import version_of, weight_file

NAME = "appearance"
CELLS_FILE = "scene_places.npz"
NEIGHBOURS_FILE = "scene_neighbours.npz"
COUNTRY = "appearance.country"
PLACE = "appearance.place"


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
        return [
            country_cue(COUNTRY, self.cells.by_country(likelihood), NAME),
            place_cue(PLACE, self.cells, likelihood, NAME),
        ]


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
    return AppearanceExpert(shared(folder), cells, neighbours, version=f"{LOOK}-{version}")
