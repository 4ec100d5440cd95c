"""Locate photos with known places, and record how it went, photo by photo."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from clues.errors import CluesError
from clues.evaluation.cache import ExtractionCache
from clues.evaluation.manifest import Truth
from clues.photo import open_photo
from clues.pipeline import Extraction, Location, Locator
from clues.sphere import distance_km

SHARES = (0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one photo went.

    Attributes
    ----------
    km
        Distance from the point estimate to the truth; nan without coordinates.
    country_rank, subdivision_rank
        Rank of the true region among all of its level, from 1; 0 if not known.
    country_p, subdivision_p
        Probability given to the true region.
    confidence
        Probability of the first country.
    covered, area_km2
        Whether the truth lies in the 50 and 90 % credible areas, and how large these are.
    family_bits
        Bits that each cue family adds to the true country's log-odds.
    """

    file: str
    country: str
    subdivision: str | None
    lat: float
    lon: float
    km: float
    guess: str
    country_rank: int
    country_p: float
    subdivision_rank: int
    subdivision_p: float
    confidence: float
    covered: tuple[bool, ...]
    area_km2: tuple[float, ...]
    conflict_bits: float
    family_bits: Mapping[str, float] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return plain data for JSON; nan becomes None."""
        data = asdict(self)
        return {k: None if isinstance(v, float) and np.isnan(v) else v for k, v in data.items()}


def extractions(
    locator: Locator, truths: Iterable[Truth], cache: ExtractionCache
) -> Iterator[tuple[Truth, Extraction | str]]:
    """Yield what the detectors see in each photo, or one sentence where it cannot be opened."""
    for truth in truths:
        try:
            photo = open_photo(truth.path)
        except CluesError as error:
            yield truth, str(error)
            continue
        yield truth, cache.extract(locator.detectors, photo)


def evaluate(
    locator: Locator,
    seen: Iterable[tuple[Truth, Extraction]],
    locate: Callable[[Locator, Extraction], Location] | None = None,
    *,
    explain: bool = True,
) -> list[Outcome]:
    """Locate each photo from what was seen in it.

    Parameters
    ----------
    locate
        How to locate; all cues under the default prior by default. Ablations pass their own.
    explain
        Whether to compute the bits per cue family, which takes longest.
    """
    locate = locate or (lambda one, extraction: one.locate(None, extraction=extraction))
    return [_outcome(truth, locate(locator, e), e, explain=explain) for truth, e in seen]


def _outcome(truth: Truth, found: Location, seen: Extraction, *, explain: bool) -> Outcome:
    posterior = found.fusion.posterior
    point = found.point
    km = float("nan")
    if truth.lat is not None and truth.lon is not None:
        km = float(distance_km(point.lat, point.lon, truth.lat, truth.lon))
    country_rank, country_p = _rank(found, "country", truth.country)
    subdivision_rank, subdivision_p = _rank(found, "subdivision", truth.subdivision)
    areas = [posterior.credible_area(share) for share in SHARES]
    home = _home_leaf(found, truth)
    first = posterior.regions("country", 1)[0]
    return Outcome(
        file=truth.file,
        country=truth.country,
        subdivision=truth.subdivision,
        lat=point.lat,
        lon=point.lon,
        km=km,
        guess=first.region.code,
        country_rank=country_rank,
        country_p=country_p,
        subdivision_rank=subdivision_rank,
        subdivision_p=subdivision_p,
        confidence=first.probability,
        covered=tuple(home is not None and bool(np.isin(home, a.leaves)) for a in areas),
        area_km2=tuple(a.area_km2 for a in areas),
        conflict_bits=found.fusion.conflict_bits,
        family_bits=_family_bits(found, truth.country) if explain else {},
        seconds=dict(seen.seconds),
    )


def _rank(found: Location, level: str, code: str | None) -> tuple[int, float]:
    if code is None:
        return 0, float("nan")
    ranked = found.fusion.posterior.regions(level)
    for rank, one in enumerate(ranked, 1):
        if one.region.code == code:
            return rank, one.probability
    return len(ranked) + 1, 0.0


def _home_leaf(found: Location, truth: Truth) -> int | None:
    """Return the leaf the truth lies in: the nearest of its subdivision."""
    if truth.lat is None or truth.lon is None or truth.subdivision is None:
        return None
    world = found.fusion.posterior.world
    leaves = np.flatnonzero(world.leaf_mask(truth.subdivision))
    distance = distance_km(truth.lat, truth.lon, world.leaves.lat[leaves], world.leaves.lon[leaves])
    return int(leaves[np.argmin(distance)])


def _family_bits(found: Location, country: str) -> dict[str, float]:
    bits: defaultdict[str, float] = defaultdict(float)
    for one in found.explainer.contrast(country).contributions:
        bits[one.cue.family] += one.bits
    return dict(bits)
