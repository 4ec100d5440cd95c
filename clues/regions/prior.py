"""The prior over leaves (first version: population and area; refined next)."""

from typing import Any

import numpy as np
import numpy.typing as npt

from clues.regions.graph import RegionGraph


def prior(
    world: RegionGraph, name: str = "street-view", within: Any = None
) -> npt.NDArray[np.float64]:
    """Return log-probabilities, shape (leaves,)."""
    leaves = world.leaves
    weight = np.sqrt(leaves.population + 1.0) * 1e-3 + leaves.area_km2 * 1e-4
    if within:
        codes = [within] if isinstance(within, str) else list(within)
        weight = weight * np.any([world.leaf_mask(world.resolve(c).code) for c in codes], axis=0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(weight / weight.sum()))
