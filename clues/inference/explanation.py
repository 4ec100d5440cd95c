"""The explanation: how many bits each cue adds or takes away, exactly.

The log-odds of a region are a sum over its leaves of exponentials of sums, so cues do not simply
add up inside it. Each cue's share is its Aumann-Shapley value (Aumann and Shapley 1974; the
integrated gradients of Sundararajan et al. 2017): all cues are turned up together from 0 to 1,
and each is credited with its slope along the way. The shares sum to the log-odds exactly, do not
depend on an order, and reduce to the plain log-likelihood ratio where a cue is constant over the
region.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clues.cue import PRESENT, Cue
from clues.inference.fusion import Engine, Fusion, log_sum
from clues.inference.tables import Floats
from clues.knowledge.model import Clue, Kind

_LN2 = math.log(2)
_NODES = 24


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one cue adds to the log-odds of region A against region B, in bits.

    Attributes
    ----------
    bits
        Above 0 it speaks for A, below 0 for B.
    clue_a, clue_b
        The knowledge-base clues that say how common the cue's value is in A and in B; None for
        places read directly, or where the knowledge base says nothing particular.
    """

    cue: Cue
    bits: float
    clue_a: Clue | None = None
    clue_b: Clue | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why A and not B: ``prior_bits`` plus all contributions make ``log_odds_bits``.

    ``b`` is None for "anywhere else".
    """

    a: str
    b: str | None
    log_odds_bits: float
    prior_bits: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would change without one cue.

    Attributes
    ----------
    bits
        Change of the log-odds of the region when the cue is counted (full minus without).
    first
        The country that would rank first without it.
    """

    cue: Cue
    bits: float
    first: str


class Explainer:
    """Explains one fusion."""

    def __init__(self, engine: Engine, fusion: Fusion) -> None:
        self.engine = engine
        self.fusion = fusion
        self._paths: dict[str, tuple[float, Floats]] = {}

    def contrast(self, a: str, b: str | None = None) -> Explanation:
        """Explain region ``a`` against region ``b``, or against anywhere else.

        Raises
        ------
        UnknownRegionError
            If the graph has no such region.
        """
        world = self.engine.tables.world
        a = world.resolve(a).code
        b = world.resolve(b).code if b is not None else None
        prior_a, bits_a = self._path(a, outside=False)
        prior_b, bits_b = self._path(b or a, outside=b is None)
        contributions = [
            Contribution(term.cue, float(bits), *self._authorities(term.cue, a, b))
            for term, bits in zip(self.fusion.terms, bits_a - bits_b, strict=True)
        ]
        contributions.sort(key=lambda c: (-abs(c.bits), c.cue.variable, c.cue.value))
        prior = prior_a - prior_b
        total = prior + sum(c.bits for c in contributions)
        return Explanation(a, b, total, prior, tuple(contributions))

    def leave_one_out(self, region: str) -> list[LeftOut]:
        """Fuse again without each cue in turn: what would it change?"""
        odds = self._log_odds(self.fusion, region)
        found = [term.evidence for term in self.fusion.terms]
        left_out = []
        for index, one in enumerate(found):
            rest = [*found[:index], *found[index + 1 :]]
            fusion = self.engine.combine(rest, self.fusion.log_prior, self.fusion.model)
            first = fusion.posterior.regions("country", 1)[0].region.code
            left_out.append(LeftOut(one.cue, odds - self._log_odds(fusion, region), first))
        return left_out

    def _log_odds(self, fusion: Fusion, region: str) -> float:
        mask = self.engine.tables.world.leaf_mask(region)
        inside, outside = fusion.log_joint[mask], fusion.log_joint[~mask]
        return (_safe_log_sum(inside) - _safe_log_sum(outside)) / _LN2

    def _authorities(self, cue: Cue, a: str, b: str | None) -> tuple[Clue | None, Clue | None]:
        tables = self.engine.tables
        if tables.kb.variables[cue.variable].kind is Kind.REGION:
            return None, None
        value = cue.value
        if tables.kb.variables[cue.variable].kind is Kind.BINARY:
            value = PRESENT
        clue_b = self._authority(cue.variable, value, b) if b is not None else None
        return self._authority(cue.variable, value, a), clue_b

    def _authority(self, variable: str, value: str, region: str) -> Clue | None:
        """Return the clue that speaks for a region, or for the likeliest part of it."""
        tables = self.engine.tables
        clue = tables.authority(variable, value, region)
        rule = tables.kb.rules.get(variable, {}).get(value)
        if rule is None or (clue is not None and clue is not rule.elsewhere_clue):
            return clue
        parts = [
            code
            for code in rule.where
            if code in tables.world.regions and region in tables.world.ancestors(code)
        ]
        if not parts:
            return clue
        likeliest = max(parts, key=self.fusion.posterior.probability_of)
        return rule.where[likeliest][1]

    def _path(self, code: str, *, outside: bool) -> tuple[float, Floats]:
        """Return a region's log prior in bits and each term's Aumann-Shapley share in bits."""
        key = f"not {code}" if outside else code
        if key not in self._paths:
            mask = self.engine.tables.world.leaf_mask(code)
            self._paths[key] = self._integrate(~mask if outside else mask)
        return self._paths[key]

    def _integrate(self, mask: np.ndarray) -> tuple[float, Floats]:
        fusion = self.fusion
        leaves = np.flatnonzero(mask & np.isfinite(fusion.log_prior))
        if not len(leaves):
            return -math.inf, np.zeros(len(fusion.terms))
        log_prior = fusion.log_prior[leaves]
        start = log_sum(log_prior)
        if not fusion.terms:
            return start / _LN2, np.zeros(0)
        fine, coarse, atoms = self._rows(leaves)
        slope = fine.sum(axis=0) + coarse.sum(axis=0)[atoms]
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        on_leaves, on_atoms = np.zeros(len(leaves)), np.zeros(coarse.shape[1])
        for t, w in zip((nodes + 1) / 2, weights / 2, strict=True):
            tilted = log_prior + t * slope
            p = np.exp(tilted - tilted.max())
            p *= w / p.sum()
            on_leaves += p
            on_atoms += np.bincount(atoms, weights=p, minlength=len(on_atoms))
        shares = np.zeros(len(fusion.terms))
        is_fine = np.array([term.evidence.per_leaf for term in fusion.terms])
        shares[is_fine], shares[~is_fine] = fine @ on_leaves, coarse @ on_atoms
        total = log_sum(log_prior + slope) - start
        return start / _LN2, _close(shares, total) / _LN2

    def _rows(self, leaves: np.ndarray) -> tuple[Floats, Floats, np.ndarray]:
        """Return the terms' values over some leaves.

        Those per leaf, shape (terms, leaves); those per atom, shape (terms, atoms); and the atom
        of each leaf, numbered over the atoms that occur.
        """
        unique, atoms = np.unique(self.engine.tables.atoms.of_leaf[leaves], return_inverse=True)
        fine = [
            t.coefficient * t.evidence.log_ratio[leaves]
            for t in self.fusion.terms
            if t.evidence.per_leaf
        ]
        coarse = [
            t.coefficient * t.evidence.log_ratio[unique]
            for t in self.fusion.terms
            if not t.evidence.per_leaf
        ]
        return (
            np.array(fine).reshape(len(fine), len(leaves)),
            np.array(coarse).reshape(len(coarse), len(unique)),
            atoms.reshape(-1),
        )


def _close(shares: Floats, total: float) -> Floats:
    """Spread the quadrature's remainder over the shares, so that they sum to the total."""
    remainder = total - shares.sum()
    size = np.abs(shares).sum()
    if size == 0:
        return np.asarray(shares + remainder / len(shares))
    return np.asarray(shares + remainder * np.abs(shares) / size)


def _safe_log_sum(values: Floats) -> float:
    return log_sum(values) if len(values) and np.isfinite(values.max()) else -math.inf


def strongest(contributions: Sequence[Contribution], top: int) -> list[Contribution]:
    """Return the ``top`` contributions with the most bits either way."""
    return sorted(contributions, key=lambda c: -abs(c.bits))[:top]
