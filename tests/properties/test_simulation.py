"""Draw places from the prior and cues from the knowledge base: are stated probabilities right?

Recover known truths from synthetic data, as splink's test_correctness_of_convergence.py does.
"""

from itertools import pairwise

import numpy as np
import pytest

from clues.cue import Cue
from clues.evaluation.fit import country_samples, fit
from clues.evaluation.manifest import Truth
from clues.inference import Engine, Tables
from clues.knowledge.base import KnowledgeBase
from clues.knowledge.model import FamilySettings, FusionSettings
from clues.pipeline import Extraction
from tests.tiny import tiny_kb, tiny_world

WORLD = tiny_world()
NAIVE = FamilySettings(weight=1, redundancy=0, background=0)
PLAIN = FusionSettings(default=NAIVE, person=NAIVE)
KB = KnowledgeBase(tiny_kb().variables, tiny_kb().clues, PLAIN, "plain")
TABLES = Tables(KB, WORLD)
VARIABLES = [v for v in KB.variables.values() if v.value_ids]


@pytest.fixture(scope="module")
def prior() -> np.ndarray:
    return np.full(len(WORLD.leaves.lat), 1 / len(WORLD.leaves.lat))


def draw(rng: np.random.Generator, prior: np.ndarray) -> tuple[str, list[Cue]]:
    """Draw a leaf and, for each variable, a value as the knowledge base says."""
    leaf = rng.choice(len(prior), p=prior)
    atom = TABLES.atoms.of_leaf[leaf]
    code = WORLD.subdivision_codes[WORLD.leaves.subdivision[leaf]]
    cues = [
        Cue.certain(v.id, str(rng.choice(v.value_ids, p=TABLES.probability(v)[:, atom])))
        for v in VARIABLES
    ]
    return WORLD.regions[code].parent, cues


def test_stated_probabilities_are_right(prior):
    rng = np.random.default_rng(7)
    engine = Engine(TABLES)
    stated, came_true = [], []
    for _ in range(1500):
        country, cues = draw(rng, prior)
        for found in engine.fuse(cues, np.log(prior)).posterior.regions("country"):
            stated.append(found.probability)
            came_true.append(found.region.code == country)
    stated, came_true = np.array(stated), np.array(came_true)
    edges = [0, 0.02, 0.1, 0.3, 0.6, 0.9, 1.001]
    for low, high in pairwise(edges):
        inside = (stated >= low) & (stated < high)
        expected, seen = stated[inside].mean(), came_true[inside].mean()
        error = np.sqrt(expected * (1 - expected) / inside.sum())
        assert abs(seen - expected) < 4 * error + 1e-3, (low, high)


def test_fitting_recovers_that_a_family_is_noise(prior):
    """Cues of one family are replaced with random ones: its weight, or trust, must fall."""
    rng = np.random.default_rng(3)
    seen = []
    for _ in range(400):
        country, cues = draw(rng, prior)
        told = [c for c in cues if c.family != "text"]
        language = str(rng.choice(KB.variables["text.language"].value_ids))
        cues = [*told, Cue.certain("text.language", language)]
        truth = Truth("x", None, None, None, country, None)
        seen.append((truth, Extraction(tuple(cues))))
    samples, log_prior = country_samples(TABLES, prior, seen)
    designed = FusionSettings(default=FamilySettings(weight=1, redundancy=0.1, background=0.05))
    found = fit(samples, log_prior, designed, "simulation")
    trusted = found.settings.of("text")
    assert trusted.weight * (1 - trusted.background) < 0.3
    assert found.settings.of("vegetation").weight > 0.6
    assert found.after_bits < found.before_bits
