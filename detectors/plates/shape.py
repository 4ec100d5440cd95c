"""The shape of a plate by its box: long as in Europe, or short and high as in America.

Only for plates that can be read. Blurred ones are seen from any side; on the dev photos their form
told nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays
from clues.cue import Box, Cue
from detectors.likelihood import MIN_LOG_RATIO, odds

SHAPE_VARIABLE = "plates.shape"


@dataclass(frozen=True, slots=True, eq=False)
class ShapeModel:
    """A normal distribution of the log of width by height, for each shape.

    Attributes
    ----------
    mean, spread : ndarray, shape (2,)
        Of short plates, and of long ones.
    bound
        Highest log ratio.
    """

    mean: npt.NDArray[np.float64]
    spread: npt.NDArray[np.float64]
    bound: float

    def log_ratio(self, box: Box) -> float:
        """Return log( P(box | short and high) / P(box | long) ) of a plate's box."""
        form = math.log(box.width_px / box.height_px)
        short, long = -(((form - self.mean) / self.spread) ** 2) / 2 - np.log(self.spread)
        return float(np.clip(short - long, -self.bound, self.bound))

    def save(self, path: Path) -> None:
        """Write the model to an ``.npz`` without pickles."""
        np.savez_compressed(path, mean=self.mean, spread=self.spread, bound=np.array(self.bound))

    @classmethod
    def load(cls, path: Path) -> ShapeModel:
        """Read what `save` wrote."""
        with open_arrays(path, most=2**16) as data:
            mean, spread = (np.asarray(data[name], float) for name in ("mean", "spread"))
            return cls(mean, spread, float(data["bound"]))


def shape_cue(log_ratio: float, box: Box, detector: str) -> Cue | None:
    """Return the cue of `ShapeModel.log_ratio`; None if it says little.

    A nearly square plate looks like a short one, and a shortened one lies in between.
    """
    if abs(log_ratio) < MIN_LOG_RATIO:
        return None
    short, long = min(math.exp(log_ratio), 1.0), min(math.exp(-log_ratio), 1.0)
    likelihood = {
        "long": long,
        "american": short,
        "square": short,
        "shortened": (short + long) / 2,
    }
    what = "short and high" if log_ratio > 0 else "long"
    note = f"the plate's box is {what}: {odds(abs(log_ratio))}"
    return Cue(
        variable=SHAPE_VARIABLE, likelihood=likelihood, box=box, detector=detector, note=note
    )
