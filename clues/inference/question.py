"""What to look for next: the expected information of every cue not yet observed."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from clues.inference.evidence import EvidenceModel
from clues.inference.fusion import Fusion
from clues.inference.tables import Floats, Tables
from clues.knowledge.model import Kind, Variable


@dataclass(frozen=True, slots=True)
class Question:
    """A cue worth looking for.

    Attributes
    ----------
    bits
        Expected drop of the entropy over places from looking for it: the drop if it can be
        judged, times the share of photos in which it can.
    expected
        Probability of each value, given what is known so far.
    """

    variable: Variable
    bits: float
    expected: dict[str, float]


def next_questions(
    tables: Tables, fusion: Fusion, top: int = 5, skip: Collection[str] = ()
) -> list[Question]:
    """Return the questions with the highest expected information gain, best first.

    The gain is the mutual information of the value and the place under the posterior (Lindley
    1956), with the family's background rate mixed in as in fusion. Variables that a cue has
    already observed, that are named in ``skip`` or that have no question are left out.
    """
    observed = {term.cue.variable for term in fusion.terms} | set(skip)
    atom_probability = tables.atoms.total(fusion.posterior.probability)
    questions = [
        _ask(fusion.model, variable, atom_probability)
        for variable in tables.kb.variables.values()
        if variable.question and variable.kind is not Kind.REGION and variable.id not in observed
    ]
    questions.sort(key=lambda q: (-q.bits, q.variable.id))
    return questions[:top]


def _ask(model: EvidenceModel, variable: Variable, atom_probability: Floats) -> Question:
    table = model.tables.table(variable)
    background = model.tables.kb.settings.person.background
    average = table.columns @ model.mass(variable)
    given = (1 - background) * table.columns + background * average[:, None]
    p = table.total(atom_probability)
    p /= p.sum()
    expected = given @ p
    gain = _entropy(expected[:, None])[0] - float(_entropy(given) @ p)
    values = dict(zip(variable.value_ids, map(float, expected), strict=True))
    return Question(variable, variable.judged * max(float(gain), 0.0), values)


def _entropy(columns: Floats) -> Floats:
    safe = np.maximum(columns, 1e-300)
    return np.asarray(-(safe * np.log2(safe)).sum(axis=0))
