"""What the experts of the literature see of a photo: features of a network, and hand-made ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.arrays import open_arrays
from detectors.backbone import network_input
from detectors.training.experts_material import Asked
from detectors.training.hand_made import features
from detectors.training.heads import Whitening

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Sight:
    """Turns pictures into features as the training photos were.

    Attributes
    ----------
    deep, hand
        The whitening of each kind of features.
    vocabulary : ndarray, shape (words, 128)
        Of SIFT.
    """

    deep: Whitening
    hand: Whitening
    vocabulary: Floats

    def look(self, session: Any, image: Image.Image) -> Asked:
        """Return the features of one picture; ``session`` runs the network."""
        pooled = session.run(["pooled"], {"image": network_input(image)[None]})[0]
        by_hand = features(np.asarray(image), self.vocabulary)
        return Asked(self.deep(pooled.astype(np.float16)), self.hand(by_hand[None]))

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` without pickles."""
        arrays = {"vocabulary": self.vocabulary}
        for name, one in (("deep", self.deep), ("hand", self.hand)):
            arrays |= {f"{name}_scaling": np.stack([one.mean, one.scale]), f"{name}_axes": one.axes}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Sight:
        """Read what `save` wrote.

        Raises
        ------
        CluesError
            If the file is missing or damaged.
        """
        with open_arrays(path, "train the experts again") as data:
            deep, hand = (
                Whitening(*data[f"{name}_scaling"], data[f"{name}_axes"])
                for name in ("deep", "hand")
            )
            return cls(deep, hand, data["vocabulary"])
