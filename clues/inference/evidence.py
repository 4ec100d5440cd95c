"""From a cue to evidence: a log-likelihood ratio for every place."""

import math
import re
from dataclasses import dataclass

import numpy as np

from clues.cue import ELSEWHERE, Cue
from clues.errors import UnknownRegionError
from clues.inference.sphere import EARTH_RADIUS_KM, unit_vectors
from clues.inference.tables import Floats, Tables
from clues.knowledge.model import Kind, Variable
from clues.regions.model import LEAF_SPREAD_KM

_GEO_URI = re.compile(r"geo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)(?:;u=(\d+(?:\.\d+)?))?")
_MAX_KERNELS = 500
_DEFAULT_RADIUS_KM = 20.0
# Values at a time: they stay in the processor's cache, and BLAS starts no threads for so few.
_BLOCK = 60_000


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one cue says about each place.

    Attributes
    ----------
    cue
        The cue.
    log_ratio : ndarray, shape (atoms,) or (leaves,)
        Natural log of P(seen | place) over its mean under the prior, background mixed in.
        0 everywhere if the cue says nothing.
    strength_bits
        Information in the cue alone: the Kullback-Leibler divergence from the prior to the
        posterior that this cue alone would give.
    per_leaf
        Whether ``log_ratio`` is per leaf rather than per atom.
    """

    cue: Cue
    log_ratio: Floats
    strength_bits: float
    per_leaf: bool

    def on_leaves(self, of_leaf: np.ndarray) -> Floats:
        """Return ``log_ratio`` per leaf; ``of_leaf`` gives the atom of each leaf."""
        return self.log_ratio if self.per_leaf else self.log_ratio[of_leaf]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A Gaussian kernel on the sphere, from a geo URI with a radius (RFC 5870)."""

    lat: float
    lon: float
    sigma_km: float


def parse_place(key: str) -> Kernel | None:
    """Return the kernel of a geo URI, or None if the key is a region code.

    Raises
    ------
    UnknownRegionError
        If the key starts with ``geo:`` but is no geo URI with a sane place and radius.
    """
    if not key.startswith("geo:"):
        return None
    match = _GEO_URI.fullmatch(key[:100])
    if match is None:
        raise UnknownRegionError(
            f"'{key[:60]}' is no geo URI; write geo:lat,lon;u=metres, such as geo:40.4,-3.7;u=15000"
        )
    lat, lon = float(match[1]), float(match[2])
    sigma = float(match[3]) / 1000 if match[3] else _DEFAULT_RADIUS_KM
    if abs(lat) > 90 or abs(lon) > 180 or not 0 < sigma <= 20_000:
        raise UnknownRegionError(f"'{key[:60]}' lies outside the Earth or has no radius")
    return Kernel(lat, lon, sigma)


class EvidenceModel:
    """Turns cues into evidence under one prior.

    Parameters
    ----------
    tables
        The compiled knowledge base.
    prior : ndarray, shape (leaves,)
        Probabilities. Evidence is stated relative to the mean under it, so that a cue that says
        nothing is exactly 0 everywhere, and the background means "as likely as on average".
    """

    def __init__(self, tables: Tables, prior: Floats) -> None:
        self.tables = tables
        self.prior = prior
        self.atom_prior = tables.atoms.total(prior)
        self._masses: dict[str, Floats] = {}

    def mass(self, variable: Variable) -> Floats:
        """Return the prior probability of each class of atoms that a variable tells apart."""
        if variable.id not in self._masses:
            self._masses[variable.id] = self.tables.table(variable).total(self.atom_prior)
        return self._masses[variable.id]

    def evidence(self, cue: Cue, background: float) -> Evidence:
        """Return the evidence of one cue.

        ``ratio = (1 - background) * L / mean(L) + background`` with
        ``L(place) = sum over v of likelihood[v] * P(v | place)``.

        Raises
        ------
        UnknownCueError, UnknownRegionError
            If the knowledge base has no such variable or value, or the graph no such region.
        """
        variable = self.tables.kb.check(cue)
        if variable.kind is Kind.REGION:
            likelihood, per_leaf = self._of_places(cue)
            prior = self.prior if per_leaf else self.atom_prior
            return Evidence(cue, *_log_ratio(likelihood, prior, background), per_leaf=per_leaf)
        table = self.tables.table(variable)
        top = max(cue.likelihood.values())
        weights = np.array([cue.likelihood.get(v, 0.0) / top for v in variable.value_ids])
        log_ratio, bits = _log_ratio(weights @ table.columns, self.mass(variable), background)
        return Evidence(cue, log_ratio[table.of_atom], bits, per_leaf=False)

    def _of_places(self, cue: Cue) -> tuple[Floats, bool]:
        top = max(cue.likelihood.values())
        regions: dict[str, float] = {}
        kernels: list[tuple[Kernel, float]] = []
        for key, value in cue.likelihood.items():
            kernel = parse_place(key)
            if kernel is not None:
                kernels.append((kernel, value / top))
            elif key != ELSEWHERE:
                if key not in self.tables.world.regions:
                    self.tables.world.resolve(key)  # raises, with suggestions
                    raise UnknownRegionError(f"'{key[:60]}' is a name; use the region's code")
                regions[key] = value / top
        flat = self.tables.atoms.fill(regions, cue.likelihood.get(ELSEWHERE, 0.0) / top)
        if not kernels:
            return flat, False
        kernels.sort(key=lambda item: -item[1])
        leaves = flat[self.tables.atoms.of_leaf]
        leaves += self._kernel_sum(kernels[:_MAX_KERNELS])
        return leaves, True

    def _kernel_sum(self, kernels: list[tuple[Kernel, float]]) -> Floats:
        """Return the kernels' sum at each leaf, in single precision: it is a broad-brush thing."""
        lat, lon = [k.lat for k, _ in kernels], [k.lon for k, _ in kernels]
        centres = unit_vectors(lat, lon).astype(np.float32)
        sigma = np.array([math.hypot(k.sigma_km, LEAF_SPREAD_KM) for k, _ in kernels])
        steepness = ((EARTH_RADIUS_KM / sigma) ** 2).astype(np.float32)
        height = np.array([height for _, height in kernels], dtype=np.float32)
        leaves = self.tables.leaf_vectors
        total = np.empty(len(leaves))
        size = max(1, _BLOCK // len(kernels))
        for start in range(0, len(leaves), size):
            block = slice(start, start + size)
            # half the squared chord is 1 - cosine, on the unit sphere
            values = leaves[block] @ centres.T
            values -= 1
            values *= steepness
            np.exp(np.minimum(values, 0, out=values), out=values)
            total[block] = np.einsum("lk,k->l", values, height)
        return total


def _log_ratio(likelihood: Floats, prior: Floats, background: float) -> tuple[Floats, float]:
    """Return the log of the ratio to the mean under the prior, and the information in bits."""
    mean = float(prior @ likelihood)
    if mean <= 0:  # everything it supports lies outside the prior: it cannot discriminate
        return np.zeros_like(likelihood), 0.0
    ratio = likelihood * ((1 - background) / mean) + background
    log_ratio = np.log(np.maximum(ratio, 1e-12))
    # the posterior that this cue alone would give: a ratio's mean under the prior is 1
    alone = prior * ratio
    return log_ratio, max(float(alone @ log_ratio) / math.log(2), 0.0)
