"""Speed of loading and fusing, as ratios against pgmpy's exact inference in the same run.

    python -m benchmarks.fusion

One parent (the subdivisions as states) and 50 children (binary cues): the same discrete model in
pgmpy and here must give equal posteriors to 1e-6.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from clues.cue import Cue
from clues.inference import Engine, Tables
from clues.knowledge import KnowledgeBase, load_kb
from clues.knowledge.model import FamilySettings, FusionSettings, Kind, Variable
from clues.regions import RegionGraph, load_regions
from clues.regions.prior import prior as log_prior_of

CUES = 50


def independent(kb: KnowledgeBase) -> KnowledgeBase:
    """Return the knowledge base with plain naive Bayes settings, as the peer's model has."""
    plain = FamilySettings(weight=1, redundancy=0, background=0)
    return KnowledgeBase(kb.variables, kb.clues, FusionSettings(default=plain), "benchmark")


def binary_with_rules(kb: KnowledgeBase) -> list[Variable]:
    """Return binary variables that clues speak of."""
    return [v for v in kb.variables.values() if v.kind is Kind.BINARY and v.id in kb.rules]


def best_of(work: Callable[[], object], rounds: int) -> float:
    """Return the least wall time in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def by_pgmpy(tables: Tables, cues: list[Cue], prior: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the posterior over atoms and the seconds of one query."""
    from pgmpy.factors.discrete import TabularCPD
    from pgmpy.inference import VariableElimination
    from pgmpy.models import DiscreteBayesianNetwork

    network = DiscreteBayesianNetwork([("place", cue.variable) for cue in cues])
    network.add_cpds(TabularCPD("place", len(prior), prior[:, None] / prior.sum()))
    for cue in cues:
        table = tables.probability(tables.kb.variables[cue.variable])
        network.add_cpds(TabularCPD(cue.variable, 2, table, ["place"], [len(prior)]))
    evidence = {
        cue.variable: tables.kb.variables[cue.variable].value_ids.index(cue.value) for cue in cues
    }
    engine = VariableElimination(network)
    seconds = best_of(lambda: engine.query(["place"], evidence, show_progress=False), 3)
    return engine.query(["place"], evidence, show_progress=False).values, seconds


def ours(world: RegionGraph, kb: KnowledgeBase) -> tuple[Tables, list[Cue], np.ndarray, float]:
    """Fuse over all leaves; return tables, cues, the posterior over atoms and seconds."""
    tables = Tables(independent(kb), world)
    variables = binary_with_rules(kb)[:CUES]
    cues = [
        Cue.certain(v.id, "present" if i % 3 == 0 else "absent") for i, v in enumerate(variables)
    ]
    log_prior = log_prior_of(world)
    engine = Engine(tables)
    engine.fuse(cues, log_prior)  # compiles the tables
    seconds = best_of(lambda: engine.fuse(cues, log_prior), 20)
    posterior = engine.fuse(cues, log_prior).posterior
    return tables, cues, tables.atoms.total(posterior.probability), seconds


def loading(code: str) -> float:
    """Return the seconds that a fresh interpreter spends in ``code``, imports not counted."""
    program = (
        "import time, clues.knowledge, clues.regions, clues.inference\n"
        "from clues.knowledge import load_kb\nfrom clues.regions import load_regions\n"
        f"s = time.perf_counter()\n{code}\nprint(time.perf_counter() - s)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main() -> None:
    """Print the figures."""
    everything = "load_kb(use_cache={cache}).rules; load_regions().leaves"
    print(f"load everything, cold      {loading(everything.format(cache=False)):8.2f} s")
    loading(everything.format(cache=True))
    print(f"load everything, cached    {loading(everything.format(cache=True)):8.2f} s")
    world, kb = load_regions(), load_kb()
    tables, cues, mine, seconds = ours(world, kb)
    print(f"fuse {len(cues)} cues, {len(world.leaves.lat)} leaves {seconds * 1000:8.1f} ms")
    atom_prior = tables.atoms.total(np.exp(log_prior_of(world)))
    theirs, their_seconds = by_pgmpy(tables, cues, atom_prior)
    print(f"pgmpy, {len(atom_prior)} states          {their_seconds * 1000:8.1f} ms")
    print(f"largest difference         {np.abs(mine - theirs).max():8.1e}")
    print(f"ours is faster by          {their_seconds / seconds:8.0f} x")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory (with pgmpy)   {peak:8.0f} MB")


if __name__ == "__main__":
    main()
