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
from clues.inference.fusion import Engine, Fusion, Term, log_sum
from clues.inference.places import below, levels
from clues.inference.tables import Atoms, Floats
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
        self._masses: dict[tuple[tuple[int, float], ...], Floats] = {}

    def contrast(self, a: str, b: str | None = None, *, cite: bool = True) -> Explanation:
        """Explain region ``a`` against region ``b``, or against anywhere else.

        Parameters
        ----------
        cite
            Look up the clues behind each contribution; a batch does without.

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
            Contribution(
                term.cue, float(bits), *(self._authorities(term.cue, a, b) if cite else ())
            )
            for term, bits in zip(self.fusion.terms, bits_a - bits_b, strict=True)
        ]
        contributions.sort(key=lambda c: (-abs(c.bits), c.cue.variable, c.cue.value))
        prior = prior_a - prior_b
        total = prior + sum(c.bits for c in contributions)
        return Explanation(a, b, total, prior, tuple(contributions))

    def leave_one_out(self, region: str) -> list[LeftOut]:
        """Fuse again without each cue in turn: what would it change?"""
        odds, _ = self._outcome(self.fusion.terms, region)
        found = [term.evidence for term in self.fusion.terms]
        left_out = []
        for index, one in enumerate(found):
            rest = self.engine.terms([*found[:index], *found[index + 1 :]])
            without, first = self._outcome(rest, region)
            left_out.append(LeftOut(one.cue, odds - without, first))
        return left_out

    def _outcome(self, terms: Sequence[Term], region: str) -> tuple[float, str]:
        """Return the log-odds of a region in bits, and the likeliest country, under some terms."""
        atoms = self.engine.tables.atoms
        log_mass = self._log_mass_of_atoms(terms) + self.engine.on_atoms(terms)
        inside = atoms.mask(region)
        odds = _safe_log_sum(log_mass[inside]) - _safe_log_sum(log_mass[~inside])
        world = self.engine.tables.world
        sums = np.bincount(
            atoms.subdivision,
            weights=np.exp(log_mass - log_mass.max()),
            minlength=len(world.subdivision_codes),
        ).astype(np.float64, copy=False)
        countries = levels(world)["country"]
        return odds / _LN2, countries.codes[int(np.argmax(countries.sums(sums)))]

    def _log_mass_of_atoms(self, terms: Sequence[Term]) -> Floats:
        """Return log(sum over an atom's leaves of the prior times the terms per leaf).

        Leaving out a cue that is not per leaf mostly leaves these as they are: they are kept.
        """
        fine = [term for term in terms if term.evidence.per_leaf]
        key = tuple((id(term.evidence), term.coefficient) for term in fine)
        if key not in self._masses:
            on_leaves = self.fusion.log_prior.copy()
            for term in fine:
                on_leaves += term.coefficient * term.evidence.values
            self._masses[key] = _log_sum_by(on_leaves, self.engine.tables.atoms)
        return self._masses[key]

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
        """Return the clue that speaks for a region, or for most of it as things stand."""
        tables, probability_of = self.engine.tables, self.fusion.posterior.probability_of
        clue = tables.authority(variable, value, region)
        rule = tables.kb.rules.get(variable, {}).get(value)
        if rule is None or (clue is not None and clue is not rule.elsewhere_clue):
            return clue
        held: dict[str, float] = {}
        speaker, parts = clue, below(tables.world, region)
        for code, (_, part_clue) in rule.where.items():
            if code in parts:
                mass = held.get(part_clue.id, 0.0) + probability_of(code)
                held[part_clue.id] = mass
                if mass >= max(held.values()) and mass >= probability_of(region) / 2:
                    speaker = part_clue
        return speaker

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
        of_leaf = self.engine.tables.atoms.of_leaf[leaves]
        occurs = np.zeros(self.engine.tables.atoms.count, dtype=bool)
        occurs[of_leaf] = True
        unique, atoms = np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[of_leaf]
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
            atoms,
        )


def _close(shares: Floats, total: float) -> Floats:
    """Spread the quadrature's remainder over the shares, so that they sum to the total."""
    remainder = total - shares.sum()
    size = np.abs(shares).sum()
    if size == 0:
        return np.asarray(shares + remainder / len(shares))
    return np.asarray(shares + remainder * np.abs(shares) / size)


def _log_sum_by(on_leaves: Floats, atoms: Atoms) -> Floats:
    """Return log(sum(exp(values))) over the leaves of each atom, safe for any size."""
    top = np.full(atoms.count, -np.inf)
    np.maximum.at(top, atoms.of_leaf, on_leaves)
    reference = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        sums = np.log(atoms.total(np.exp(on_leaves - reference[atoms.of_leaf])))
    return np.asarray(sums + reference)


def _safe_log_sum(values: Floats) -> float:
    return log_sum(values) if len(values) and np.isfinite(values.max()) else -math.inf
