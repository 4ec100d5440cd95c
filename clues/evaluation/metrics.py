"""The field's metrics, over arrays with one entry a photo."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clues.sphere import score

Floats = npt.NDArray[np.float64]

# Street, city, region, country, continent (Hays and Efros 2008; Vo et al. 2017).
RADII_KM = {"street": 1.0, "city": 25.0, "region": 200.0, "country": 750.0, "continent": 2500.0}


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __format__(self, spec: str) -> str:
        spec = spec or ".3g"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"


def bootstrap(
    values: Floats, statistic: Callable[[Floats], float] = np.mean, *, rounds: int = 1000
) -> Interval:
    """Return a statistic with its percentile bootstrap interval (Efron 1979); fixed seed.

    Photos are drawn with replacement; ``values`` has one entry, or row, a photo.
    """
    values = np.asarray(values, float)
    if not len(values):
        nan = float("nan")
        return Interval(nan, nan, nan)
    rng = np.random.default_rng(0)
    draws = [
        float(statistic(values[rng.integers(0, len(values), len(values))])) for _ in range(rounds)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Interval(float(statistic(values)), float(low), float(high))


def paired_difference(a: Floats, b: Floats, *, rounds: int = 10_000) -> tuple[Interval, float]:
    """Return the mean of ``a - b`` with its interval, and a two-sided p-value.

    The p-value is that of a paired sign-flip permutation test; fixed seed.
    """
    difference = np.asarray(a, float) - np.asarray(b, float)
    interval = bootstrap(difference)
    rng = np.random.default_rng(1)
    signs = rng.integers(0, 2, (rounds, len(difference)), dtype=np.int8) * 2 - 1
    extreme = np.abs(signs @ difference) >= abs(difference.sum()) - 1e-9
    return interval, float((extreme.sum() + 1) / (rounds + 1))


def shares_within(km: Floats) -> dict[str, float]:
    """Return the share of photos located within each of `RADII_KM`; nan counts as a miss."""
    return {
        name: float(np.mean(np.nan_to_num(km, nan=np.inf) <= r)) for name, r in RADII_KM.items()
    }


def scores(km: Floats) -> Floats:
    """Return GeoGuessr points, shape (photos,); a missing answer (nan) scores 0."""
    return score(np.nan_to_num(km, nan=np.inf))


def macro_top_k(rank: npt.NDArray[np.int64], label: npt.NDArray[np.str_], k: int) -> float:
    """Return the mean over true regions of the share ranked among the first ``k``."""
    return float(np.mean([np.mean(rank[label == one] <= k) for one in np.unique(label)]))


def log_losses_bits(p_true: Floats) -> Floats:
    """Return -log2 P(true region), shape (photos,); at most 40, so that one photo is not all."""
    return np.asarray(-np.log2(np.maximum(p_true, 1e-12)))


def expected_calibration_error(confidence: Floats, correct: Floats, bins: int = 10) -> float:
    """Return the expected calibration error over equal-mass bins (Naeini et al. 2015).

    Weighted mean over bins of |mean confidence - share correct|.
    """
    return float(_calibration_errors(confidence, correct[None], bins)[0])


def _calibration_errors(confidence: Floats, correct: Floats, bins: int) -> Floats:
    """Return the error of each row of ``correct``, shape (rows, photos)."""
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    return np.asarray(
        sum(
            len(part) / len(confidence) * np.abs(confidence[part].mean() - correct[:, part].mean(1))
            for part in parts
            if len(part)
        )
    )


def calibration_error_by_chance(
    confidence: Floats, bins: int = 10, rounds: int = 1000, seed: int = 0
) -> float:
    """Return the calibration error to expect if every stated confidence were exactly right.

    In a bin of few photos the share correct differs from its true rate by chance, so that the
    error of a perfect system is not 0 (Vaicenavicius et al. 2019). Outcomes are drawn from the
    confidences, ``rounds`` times.
    """
    drawn = np.random.default_rng(seed).random((rounds, len(confidence))) < confidence
    return float(_calibration_errors(confidence, drawn.astype(float), bins).mean())


def reliability(
    confidence: Floats, correct: Floats, bins: int = 10
) -> list[tuple[float, float, int]]:
    """Return (mean confidence, share correct, photos) of equal-mass bins."""
    return [
        (float(confidence[part].mean()), float(correct[part].mean()), len(part))
        for part in np.array_split(np.argsort(confidence, kind="stable"), bins)
        if len(part)
    ]


def accuracy_by_coverage(confidence: Floats, correct: Floats) -> tuple[Floats, Floats]:
    """Return the share answered and the accuracy on it, as the least sure are left out first."""
    order = np.argsort(-confidence, kind="stable")
    answered = np.arange(1, len(order) + 1)
    return answered / len(order), np.cumsum(correct[order]) / answered
