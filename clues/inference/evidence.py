"""From a cue to evidence: a log-likelihood ratio for every place."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from clues.cue import ELSEWHERE, Cue
from clues.errors import UnknownRegionError
from clues.inference.tables import Floats, Indices, Tables
from clues.knowledge.model import Kind, Variable
from clues.regions.model import LEAF_SPREAD_KM
from clues.sphere import EARTH_RADIUS_KM, unit_vectors

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
    values : ndarray, shape (classes,), (atoms,) or (leaves,)
        Natural log of P(seen | place) over its mean under the prior, background mixed in.
        0 everywhere if the cue says nothing.
    strength_bits
        Information in the cue alone: the Kullback-Leibler divergence from the prior to the
        posterior that this cue alone would give.
    per_leaf
        Whether ``values`` are per leaf.
    of_atom : ndarray, shape (atoms,), or None
        The class of each atom, where ``values`` are per class.
    """

    cue: Cue
    values: Floats
    strength_bits: float
    per_leaf: bool
    of_atom: Indices | None = None

    @property
    def log_ratio(self) -> Floats:
        """``values`` per atom, shape (atoms,), or per leaf."""
        return self.values if self.of_atom is None else self.values[self.of_atom]

    def on_leaves(self, of_leaf: np.ndarray) -> Floats:
        """Return ``log_ratio`` per leaf; ``of_leaf`` gives the atom of each leaf."""
        return self.values if self.per_leaf else self.log_ratio[of_leaf]


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


class _Likelihood(NamedTuple):
    """What a cue says of classes of atoms, of atoms or of leaves, and their prior."""

    values: Floats
    prior: Floats
    per_leaf: bool
    of_atom: Indices | None = None


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
        """Return the evidence of one cue; see `all_evidence`."""
        return self.all_evidence([(cue, background)])[0]

    def all_evidence(self, cues: Sequence[tuple[Cue, float]]) -> list[Evidence]:
        """Return the evidence of cues, each with its background.

        ``ratio = (1 - background) * L / mean(L) + background`` with
        ``L(place) = sum over v of likelihood[v] * P(v | place)``.

        Raises
        ------
        UnknownCueError, UnknownRegionError
            If the knowledge base has no such variable or value, or the graph no such region.
        """
        said = [self._likelihood(cue) for cue, _ in cues]
        backgrounds = [background for _, background in cues]
        told: list[tuple[Floats, float]] = []
        for run in _runs(said):
            told += _log_ratios(said[run], backgrounds[run])
        return [
            Evidence(cue, values, strength, one.per_leaf, one.of_atom)
            for (cue, _), one, (values, strength) in zip(cues, said, told, strict=True)
        ]

    def _likelihood(self, cue: Cue) -> _Likelihood:
        variable = self.tables.kb.check(cue)
        if variable.kind is Kind.REGION:
            likelihood, per_leaf = self._of_places(cue)
            return _Likelihood(likelihood, self.prior if per_leaf else self.atom_prior, per_leaf)
        table = self.tables.table(variable)
        top = max(cue.likelihood.values())
        weights = np.array([cue.likelihood.get(v, 0.0) / top for v in variable.value_ids])
        return _Likelihood(
            weights @ table.columns, self.mass(variable), per_leaf=False, of_atom=table.of_atom
        )

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


def _runs(said: Sequence[_Likelihood]) -> Iterator[slice]:
    """Yield runs of cues to take together.

    One run of numpy over the classes of many cues takes a fraction of one run for each; but what
    many cues say of every leaf fits no cache.
    """
    first, size = 0, 0
    for number, one in enumerate(said):
        if size and size + len(one.values) > _BLOCK:
            yield slice(first, number)
            first, size = number, 0
        size += len(one.values)
    if size:
        yield slice(first, len(said))


def _log_ratios(
    said: Sequence[_Likelihood], backgrounds: Sequence[float]
) -> list[tuple[Floats, float]]:
    """Return the logs of ratios to the mean under the prior, and the information in bits."""
    sizes = np.array([len(one.values) for one in said])
    stops = np.cumsum(sizes)
    starts = stops - sizes
    likelihood = np.concatenate([one.values for one in said])
    prior = np.concatenate([one.prior for one in said])
    background = np.array(backgrounds)
    mean = np.add.reduceat(prior * likelihood, starts)
    # if everything that a cue supports lies outside the prior, it cannot discriminate
    supported = mean > 0
    scale = np.where(supported, 1 - background, 0.0) / np.where(supported, mean, 1.0)
    ratio = likelihood * np.repeat(scale, sizes)
    ratio += np.repeat(np.where(supported, background, 1.0), sizes)
    log_ratio = np.log(np.maximum(ratio, 1e-12))
    # the posterior that each cue alone would give: a ratio's mean under the prior is 1
    bits = np.add.reduceat(prior * ratio * log_ratio, starts) / math.log(2)
    return [
        (log_ratio[start:stop], max(strength, 0.0))
        for start, stop, strength in zip(
            starts.tolist(), stops.tolist(), bits.tolist(), strict=True
        )
    ]
