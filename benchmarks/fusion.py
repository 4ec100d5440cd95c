"""Speed of loading and fusing, as ratios against pgmpy's exact inference in the same run.

    python -m benchmarks.fusion

One parent (the subdivisions as states) and 50 children (binary cues): the same discrete model in
pgmpy and here must give equal posteriors to 1e-6. Detectors give likelihoods, not certainties, so
the query that counts is the one with virtual evidence; the one with certain values is timed too.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np
from PIL import Image

from clues.cue import Cue
from clues.inference import Engine, Tables
from clues.inference.evidence import EvidenceModel
from clues.inference.fusion import log_sum
from clues.knowledge import KnowledgeBase, load_kb
from clues.knowledge.model import FamilySettings, FusionSettings, Kind, Variable
from clues.regions import RegionGraph, load_regions
from clues.regions.prior import prior as log_prior_of

CUES = 50
ROUNDS = 20


class Seconds(NamedTuple):
    """The least and the median wall time of some rounds."""

    best: float
    median: float

    def __str__(self) -> str:
        return f"{self.best * 1000:8.2f} ms, median {self.median * 1000:8.2f} ms"


def independent(kb: KnowledgeBase) -> KnowledgeBase:
    """Return the knowledge base with plain naive Bayes settings, as the peer's model has."""
    plain = FamilySettings(weight=1, redundancy=0, background=0)
    return KnowledgeBase(
        kb.variables, kb.clues, FusionSettings(default=plain, person=plain), "benchmark"
    )


def binary_with_rules(kb: KnowledgeBase) -> list[Variable]:
    """Return binary variables that clues speak of."""
    return [v for v in kb.variables.values() if v.kind is Kind.BINARY and v.id in kb.rules]


def timed(work: Callable[[], object], rounds: int) -> Seconds:
    """Return the wall times of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return Seconds(min(times), median(times))


def by_pgmpy(
    tables: Tables, cues: list[Cue], prior: np.ndarray, *, certain: bool
) -> tuple[np.ndarray, Seconds]:
    """Return the posterior over atoms and the seconds of one query."""
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork

    network = DiscreteBayesianNetwork([("place", cue.variable) for cue in cues])
    network.add_cpds(TabularCPD("place", len(prior), prior[:, None] / prior.sum()))
    for cue in cues:
        table = tables.probability(tables.kb.variables[cue.variable])
        network.add_cpds(TabularCPD(cue.variable, 2, table, ["place"], [len(prior)]))
    rows = {cue.variable: tables.kb.variables[cue.variable].value_ids for cue in cues}
    if certain:
        seen = {"evidence": {cue.variable: rows[cue.variable].index(cue.value) for cue in cues}}
    else:
        soft = [[[cue.likelihood.get(v, 0.0)] for v in rows[cue.variable]] for cue in cues]
        seen = {
            "virtual_evidence": [
                TabularCPD(cue.variable, 2, values) for cue, values in zip(cues, soft, strict=True)
            ]
        }
    engine = VariableElimination(network)
    seconds = timed(lambda: engine.query(["place"], **seen, show_progress=False), ROUNDS)
    return engine.query(["place"], **seen, show_progress=False).values, seconds


def some_cues(kb: KnowledgeBase, *, certain: bool) -> list[Cue]:
    """Return cues of many families, a third of them present."""
    high, low = (1.0, 0.0) if certain else (0.9, 0.2)
    return [
        Cue(variable=v.id, likelihood=dict(zip(("present", "absent"), pair, strict=True)))
        for i, v in enumerate(binary_with_rules(kb)[:CUES])
        for pair in [(high, low) if i % 3 == 0 else (low, high)]
    ]


def ours(tables: Tables, cues: list[Cue], world: RegionGraph) -> tuple[np.ndarray, Seconds]:
    """Fuse over all leaves; return the posterior over atoms and seconds."""
    log_prior = log_prior_of(world)
    engine = Engine(tables)
    posterior = engine.fuse(cues, log_prior).posterior  # compiles the tables
    # the engine keeps evidence of cues that it has just met: each round gets its own
    fresh = iter([[cue.model_copy() for cue in cues] for _ in range(ROUNDS)])
    seconds = timed(lambda: engine.fuse(next(fresh), log_prior), ROUNDS)
    return tables.atoms.total(posterior.probability), seconds


def on_states(tables: Tables, cues: list[Cue], world: RegionGraph) -> Seconds:
    """Return the seconds for pgmpy's own task: the posterior over states, without their leaves."""
    engine = Engine(tables)
    model = EvidenceModel(tables, np.exp(log_prior_of(world)))
    log_prior = np.log(model.atom_prior)

    def posterior() -> np.ndarray:
        terms = engine.terms(model.all_evidence([(cue, 0.0) for cue in cues]))
        log_joint = log_prior + engine.on_atoms(terms)
        return np.exp(log_joint - log_sum(log_joint))

    return timed(posterior, ROUNDS)


def loading(code: str) -> str:
    """Return the seconds that a fresh interpreter spends in ``code``, imports not counted.

    The CPU's seconds are what an idle machine takes; a busy one's clock says more.
    """
    program = (
        "import time, clues.knowledge, clues.regions, clues.inference\n"
        "from clues.knowledge import load_kb\nfrom clues.regions import load_regions\n"
        f"s, c = time.perf_counter(), time.process_time()\n{code}\n"
        "print(time.perf_counter() - s, time.process_time() - c)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    wall, cpu = map(float, done.stdout.split())
    return f"{wall:8.2f} s ({cpu:.2f} s of CPU)"


def peak_memory_mb() -> float:
    """Return the peak memory of `clues locate` on one photo, in a process of its own."""
    pixels = np.random.default_rng(0).integers(0, 255, (600, 640, 3), dtype=np.uint8)
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "noise.png"
        Image.fromarray(pixels).save(photo)
        command = [sys.executable, "-m", "clues", "locate", str(photo)]
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit("clues locate failed")
    return usage.ru_maxrss / 1024


def main() -> None:
    """Print the figures."""
    parts = {
        "the knowledge base": "load_kb(use_cache={cache}).rules",
        "everything": "load_kb(use_cache={cache}).rules; load_regions().leaves",
    }
    for name, code in parts.items():
        print(f"load {name + ', cold':26}{loading(code.format(cache=False))}")
        loading(code.format(cache=True))
        print(f"load {name + ', cached':26}{loading(code.format(cache=True))}")
    print(f"peak memory of clues locate    {peak_memory_mb():8.0f} MB")
    world, kb = load_regions(), load_kb()
    tables = Tables(independent(kb), world)
    atom_prior = tables.atoms.total(np.exp(log_prior_of(world)))
    for certain in (False, True):
        cues = some_cues(kb, certain=certain)
        mine, seconds = ours(tables, cues, world)
        theirs, their_seconds = by_pgmpy(tables, cues, atom_prior, certain=certain)
        print(f"\n{len(cues)} cues, {'certain values' if certain else 'virtual evidence'}")
        states = on_states(tables, cues, world)
        print(f"clues, {len(world.leaves.lat):,} leaves          {seconds}")
        print(f"clues, {len(atom_prior):,} states            {states}")
        print(f"pgmpy, {len(atom_prior):,} states            {their_seconds}")
        for name, own in (("leaves", seconds), ("states", states)):
            best, typical = their_seconds.best / own.best, their_seconds.median / own.median
            print(
                f"ours is faster by              {best:8.1f} x,  median {typical:8.1f} x ({name})"
            )
        print(f"largest difference             {np.abs(mine - theirs).max():8.1e}")


if __name__ == "__main__":
    main()
