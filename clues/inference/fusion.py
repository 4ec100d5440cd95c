"""Fuse cues with a prior into a posterior, in log space, normalised once.

    log P(leaf | cues) = log prior(leaf) + sum over cues of coefficient * log_ratio(leaf)

Cues of one family are not independent. The same value of a variable seen again counts once (the
strongest sighting); of words that a person reads, each counts. Different cues of a family share
the coefficient ``weight * n ** -redundancy`` with ``n`` the effective number of cues, the
participation ratio of their strengths: one strong cue among weak ones keeps its weight, many equal
ones share it. A variable with settings of its own counts apart from its family.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from clues.cue import PERSON, Cue
from clues.inference.evidence import Evidence, EvidenceModel
from clues.inference.posterior import Posterior
from clues.inference.tables import Floats, Tables
from clues.knowledge.model import FusionSettings

# Cues that tell less than this together leave the prior about as it was: half of what an even
# yes-or-no question tells. An empty road under a grey sky tells more.
_LEAST_TOLD_BITS = 0.5
# Words and names: two that a person reads tell more than one, though both are of one country.
_EACH_COUNTS = frozenset({"text.street-word", "text.brand"})
_MISFITS = 12  # the strongest cues, among which the one that fits least is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """One cue's share in the sum: ``coefficient * evidence.log_ratio``."""

    evidence: Evidence
    coefficient: float

    @property
    def cue(self) -> Cue:
        """The cue."""
        return self.evidence.cue


@dataclass(frozen=True, slots=True, eq=False)
class Fusion:
    """The fused result with everything that explains it.

    Attributes
    ----------
    posterior
        Probability of each leaf.
    terms
        The cues that counted, strongest first.
    repeated
        Cues left out because a stronger sighting of the same value counted.
    log_prior, log_joint : ndarray, shape (leaves,)
        ``log_joint`` is ``log_prior`` plus all terms, not normalised.
    """

    posterior: Posterior
    terms: tuple[Term, ...]
    repeated: tuple[Cue, ...]
    log_prior: Floats
    log_joint: Floats
    model: EvidenceModel

    @property
    def conflict_bits(self) -> float:
        """How much the cues contradict each other, in bits.

        Jensen, Chamond, Nordvik and Kim (1991): log2 of the product of the cues' probabilities
        over their joint probability. Above 0 they surprise each other; below 0 they agree.
        """
        if len(self.terms) < 2:
            return 0.0
        joint = log_sum(self.log_joint) - log_sum(self.log_prior)
        return (sum(map(self._alone, self.terms)) - joint) / math.log(2)

    @property
    def misfit(self) -> Cue | None:
        """The strong cue without which the others contradict each other least.

        None of one or two cues: either contradicts the other.
        """
        if len(self.terms) < 3:
            return None
        of_leaf = self.model.tables.atoms.of_leaf

        def left(term: Term) -> float:  # nats of conflict without it, but for what all share
            without = self.log_joint - term.coefficient * term.evidence.on_leaves(of_leaf)
            return -self._alone(term) - log_sum(without)

        return min(self.terms[:_MISFITS], key=left).cue

    def _alone(self, term: Term) -> float:
        """Return the log of a term's ratio that the prior expects."""
        prior = self.model.prior if term.evidence.per_leaf else self.model.atom_prior
        return math.log(float(prior @ np.exp(term.coefficient * term.evidence.log_ratio)))

    @property
    def told_bits(self) -> float:
        """How much the cues have told together, in bits.

        The information gain: Kullback and Leibler's (1951) divergence of the posterior from the
        prior, over the leaves. An even yes-or-no question tells 1 bit.
        """
        held = self.posterior.probability > 0
        gain = self.log_joint[held] - self.log_prior[held]
        told = float(self.posterior.probability[held] @ gain)
        told += log_sum(self.log_prior) - log_sum(self.log_joint)
        return max(told / math.log(2), 0.0)

    @property
    def is_told(self) -> bool:
        """Whether the cues tell enough for an answer other than the prior's favourite."""
        return self.told_bits >= _LEAST_TOLD_BITS


class Engine:
    """Fuses cues under a knowledge base; compiled tables are shared by all calls."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        # the last prior and what was found under it: a switched cue leaves the others alone;
        # one tuple, so that threads never see the one without the other
        self._last: tuple[Floats, EvidenceModel, Mapping[int, Evidence]] | None = None

    def fuse(self, cues: Iterable[Cue], log_prior: Floats) -> Fusion:
        """Fuse cues with a prior.

        Parameters
        ----------
        cues
            In any order; the result does not depend on it.
        log_prior : ndarray, shape (leaves,)
            Natural log of prior probabilities; ``-inf`` excludes a leaf for good.

        Raises
        ------
        UnknownCueError, UnknownRegionError
            If a cue does not fit the knowledge base.
        """
        last = self._last
        if last is not None and np.array_equal(log_prior, last[0]):
            log_prior, model, known = last
        else:
            log_prior, known = log_prior.copy(), {}
            model = EvidenceModel(self.tables, softmax(log_prior))
        found = self._evidence(list(cues), model, known)
        self._last = log_prior, model, {id(one.cue): one for one in found}
        return self.combine(found, log_prior, model)

    def _evidence(
        self, cues: Sequence[Cue], model: EvidenceModel, known: Mapping[int, Evidence]
    ) -> list[Evidence]:
        """Return the evidence of cues, from the last fusion where it was there."""
        # what is known holds its cue, so that no other object can have its id
        missing = [cue for cue in cues if id(cue) not in known]
        settings = self.tables.kb.settings
        new = model.all_evidence([(cue, settings.of_cue(cue).background) for cue in missing])
        found = {**known, **{id(one.cue): one for one in new}}
        return [found[id(cue)] for cue in cues]

    def combine(self, found: Sequence[Evidence], log_prior: Floats, model: EvidenceModel) -> Fusion:
        """Fuse evidence that ``model`` has found under the same prior; see `fuse`."""
        counted, repeated = _count_once(found)
        terms = self.terms(counted)
        log_joint = log_prior + self._sum(terms)
        posterior = Posterior(self.tables.world, softmax(log_joint))
        return Fusion(posterior, terms, repeated, log_prior, log_joint, model)

    def terms(self, counted: Sequence[Evidence]) -> tuple[Term, ...]:
        """Return evidence, each value counted once, with its coefficients."""
        return _terms(counted, self.tables.kb.settings)

    def on_atoms(self, terms: Iterable[Term]) -> Floats:
        """Return the sum of the terms that are per atom, shape (atoms,)."""
        coarse = [term for term in terms if not term.evidence.per_leaf]
        by_class = [term for term in coarse if term.evidence.of_atom is not None]
        by_class.sort(key=lambda term: term.cue.variable)  # what was joined once is found again
        total = self._joined(by_class) if by_class else np.zeros(self.tables.atoms.count)
        for term in coarse:
            if term.evidence.of_atom is None:
                total += term.coefficient * term.evidence.values
        return total

    def _joined(self, terms: Sequence[Term]) -> Floats:
        """Return the sum of terms that have values per class, shape (atoms,)."""
        joint = self.tables.joint(tuple(term.cue.variable for term in terms))
        values = [term.evidence.values for term in terms]
        times = np.repeat([term.coefficient for term in terms], [len(v) for v in values])
        return joint.total(np.concatenate(values) * times)

    def _sum(self, terms: Sequence[Term]) -> Floats:
        total = self.on_atoms(terms)[self.tables.atoms.of_leaf]
        for term in terms:
            if term.evidence.per_leaf:
                total += term.coefficient * term.evidence.values
        return total


def _count_once(found: Sequence[Evidence]) -> tuple[list[Evidence], tuple[Cue, ...]]:
    """Keep the strongest sighting of each (variable, value), or of each word; see `_sighted`."""
    groups: defaultdict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for evidence in found:
        groups[_sighted(evidence.cue)].append(evidence)
    repeated: list[Cue] = []
    for group in groups.values():
        if len(group) > 1:
            # the text decides between equals, so that the order of the cues never matters
            group.sort(key=lambda one: (-one.strength_bits, one.cue.model_dump_json()))
            repeated.extend(evidence.cue for evidence in group[1:])
    strongest_first = sorted(groups, key=lambda key: (-groups[key][0].strength_bits, key))
    return [groups[key][0] for key in strongest_first], tuple(repeated)


def _sighted(cue: Cue) -> tuple[str, str]:
    """Return what two sightings of the same thing share."""
    each = cue.detector == PERSON and cue.variable in _EACH_COUNTS
    return cue.variable, cue.note if each and cue.note else cue.value


def _terms(counted: Sequence[Evidence], settings: FusionSettings) -> tuple[Term, ...]:
    strengths: defaultdict[str, list[float]] = defaultdict(list)
    groups = [settings.group(evidence.cue) for evidence in counted]
    for group, evidence in zip(groups, counted, strict=True):
        strengths[group].append(evidence.strength_bits)
    number = {group: effective_number(found) for group, found in strengths.items()}
    by_detectors = {group: settings.of(group).coefficient(n) for group, n in number.items()}
    return tuple(
        Term(
            evidence,
            settings.person.coefficient(number[group])
            if evidence.cue.detector == PERSON
            else by_detectors[group],
        )
        for group, evidence in zip(groups, counted, strict=True)
    )


def effective_number(strengths: Sequence[float]) -> float:
    """Return the participation ratio, (sum s)^2 / sum s^2: 1 for one cue, n for n equal ones."""
    # scaled by the largest, so that tiny strengths do not underflow when squared
    largest = max(strengths, default=0.0)
    if largest <= 0:
        return 1.0
    scaled = [s / largest for s in strengths]
    return sum(scaled) ** 2 / sum(s * s for s in scaled)


def log_sum(log_values: Floats) -> float:
    """Return log(sum(exp(values))), safe for any size of the values."""
    top = float(log_values.max())
    return top + math.log(float(np.exp(log_values - top).sum()))


def softmax(log_values: Floats) -> Floats:
    """Return exp(values) scaled to sum to 1, safe for any size of the values."""
    values: Floats = np.exp(log_values - log_values.max())
    values /= values.sum()
    return values
