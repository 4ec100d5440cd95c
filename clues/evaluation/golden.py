"""Run golden scenes against an engine."""

from collections.abc import Iterable
from dataclasses import dataclass

from clues.errors import CluesError
from clues.inference.fusion import Engine
from clues.inference.posterior import Posterior
from clues.knowledge.scenes import Expectation, Scene
from clues.regions.prior import prior as log_prior_of


@dataclass(frozen=True, slots=True)
class SceneResult:
    """What a scene gave.

    Attributes
    ----------
    failures
        The expectations that do not hold, in words; empty if all hold.
    ranking
        The first three countries with their probabilities.
    """

    scene: Scene
    failures: tuple[str, ...]
    ranking: tuple[tuple[str, float], ...]

    @property
    def passed(self) -> bool:
        """Whether every expectation holds."""
        return not self.failures


def run_scenes(engine: Engine, scenes: Iterable[Scene]) -> list[SceneResult]:
    """Fuse each scene's cues and check what it expects.

    A scene that the knowledge base cannot even read (an unknown cue, say) fails with the reason.
    """
    return [_run(engine, scene) for scene in scenes]


def _run(engine: Engine, scene: Scene) -> SceneResult:
    try:
        log_prior = log_prior_of(engine.tables.world, scene.prior, scene.within)
        posterior = engine.fuse(scene.as_cues(), log_prior).posterior
        failures = tuple(_check(posterior, scene.expect))
    except CluesError as error:
        return SceneResult(scene, (str(error),), ())
    ranking = tuple((r.region.code, r.probability) for r in posterior.regions("country", 3))
    return SceneResult(scene, failures, ranking)


def _check(posterior: Posterior, expect: Expectation) -> list[str]:
    failed = []
    if expect.first and _rank(posterior, expect.first) != 1:
        failed.append(f"{expect.first} ranks {_rank(posterior, expect.first)}, not first")
    for wanted, limit in ((expect.top3, 3), (expect.top5, 5)):
        for code in wanted:
            if (rank := _rank(posterior, code)) > limit:
                failed.append(f"{code} ranks {rank}, not among the first {limit}")
    for code in expect.not_first:
        if _rank(posterior, code) == 1:
            failed.append(f"{code} ranks first, and must not")
    for code, bound in expect.below.items():
        if (p := posterior.probability_of(code)) >= bound:
            failed.append(f"P({code}) is {p:.3f}, not below {bound:g}")
    for code, bound in expect.above.items():
        if (p := posterior.probability_of(code)) <= bound:
            failed.append(f"P({code}) is {p:.3f}, not above {bound:g}")
    return failed


def _rank(posterior: Posterior, code: str) -> int:
    """Return a region's rank (from 1) among the regions of its level."""
    region = posterior.world.resolve(code)
    if region.level == "zone":
        mass = posterior.probability_of(region.code)
        zones = posterior.world.of_level("zone")
        return 1 + sum(posterior.probability_of(zone) > mass for zone in zones)
    codes = [r.region.code for r in posterior.regions(region.level)]
    return codes.index(region.code) + 1
