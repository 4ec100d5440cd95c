"""Shares of leaves within their subdivisions."""

import numpy as np
import numpy.typing as npt

from clues.regions.graph import RegionGraph

Floats = npt.NDArray[np.float64]

# Chosen by photos with known places, see kb/priors/README.md.
EMPTY_SHARE = 0.05  # of a subdivision's photos that are spread by area


def spread(world: RegionGraph) -> Floats:
    """Return P(leaf | subdivision): as people live, and a little by area."""
    leaves = world.leaves
    area = leaves.area_km2.astype(np.float64)
    by_area = area / leaf_sums(world, area)[leaves.subdivision]
    inhabitants = leaves.population.astype(np.float64)
    total = leaf_sums(world, inhabitants)[leaves.subdivision]
    by_people = np.divide(inhabitants, total, out=by_area.copy(), where=total > 0)
    return (1 - EMPTY_SHARE) * by_people + EMPTY_SHARE * by_area


def people(world: RegionGraph) -> Floats:
    """Return the inhabitants of each subdivision, and one more: none is empty; (subdivisions,)."""
    return leaf_sums(world, world.leaves.population.astype(np.float64)) + 1.0


def shares(values: Floats) -> Floats:
    """Return values scaled to a sum of 1."""
    return np.asarray(values / values.sum())


def leaf_sums(world: RegionGraph, values: Floats) -> Floats:
    """Sum values over the leaves of each subdivision."""
    count = len(world.subdivision_codes)
    sums = np.bincount(world.leaves.subdivision, weights=values, minlength=count)
    return sums.astype(np.float64)
