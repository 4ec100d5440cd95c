"""From outcomes, photo by photo, to one table of metrics."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from clues.errors import CluesError
from clues.evaluation import metrics
from clues.evaluation.manifest import Truth
from clues.evaluation.metrics import Interval, bootstrap
from clues.evaluation.run import SHARES, Outcome
from clues.sphere import distance_km
from clues.tabular import read_rows

Metrics = dict[str, float | Interval]


def summarise(outcomes: Sequence[Outcome]) -> Metrics:
    """Return all metrics of a run; those that need coordinates are left out without them."""
    table: Metrics = {"photos": float(len(outcomes))}
    km = np.array([o.km for o in outcomes])
    if np.isfinite(km).any():
        table |= from_distances(km[np.isfinite(km)])
    table |= _ranks(outcomes, "country") | _ranks(outcomes, "subdivision")
    confidence = np.array([o.confidence for o in outcomes])
    correct = np.array([float(o.country_rank == 1) for o in outcomes])
    table["country ECE"] = metrics.expected_calibration_error(confidence, correct)
    table["by chance, country ECE"] = metrics.calibration_error_by_chance(confidence)
    for i, share in enumerate(SHARES):
        placed = [o for o in outcomes if np.isfinite(o.km)]
        if placed:
            table[f"{share:.0%} area covers"] = float(np.mean([o.covered[i] for o in placed]))
        area = np.median([o.area_km2[i] for o in outcomes])
        table[f"{share:.0%} area, median km2"] = float(area)
    return table


def from_distances(km: np.ndarray) -> Metrics:
    """Return the metrics that follow from distances alone; nan (no answer) counts as a miss."""
    table: Metrics = {"mean score": bootstrap(metrics.scores(km))}
    table["median km"] = bootstrap(np.nan_to_num(km, nan=20_000.0), lambda v: float(np.median(v)))
    shares = metrics.shares_within(km)
    return table | {f"within {metrics.RADII_KM[k]:g} km ({k})": v for k, v in shares.items()}


def _ranks(outcomes: Sequence[Outcome], level: str) -> Metrics:
    known = [o for o in outcomes if getattr(o, f"{level}_rank") > 0]
    if not known:
        return {}
    rank = np.array([getattr(o, f"{level}_rank") for o in known])
    label = np.array([getattr(o, level) for o in known])
    table: Metrics = {}
    for k in (1, 3, 5):
        table[f"{level} top-{k}"] = bootstrap((rank <= k).astype(float))
        table[f"{level} top-{k}, macro"] = metrics.macro_top_k(rank, label, k)
    p = np.array([getattr(o, f"{level}_p") for o in known])
    table[f"{level} log-loss, bits"] = bootstrap(metrics.log_losses_bits(p))
    return table


def reference_distances(path: Path, truths: Sequence[Truth]) -> dict[str, float]:
    """Read somebody's guesses (CSV: file, lat, lon; or file, error_km) as distances by file.

    Raises
    ------
    CluesError
        If the file has neither form.
    """
    where = {truth.file: truth for truth in truths if truth.lat is not None}
    rows, columns = read_rows(path, ["file"])
    if not ({"lat", "lon"} <= columns or "error_km" in columns):
        raise CluesError(f"{path}: needs the columns lat and lon, or error_km.")
    found: dict[str, float] = {}
    for row in rows:
        truth = where.get(row["file"])
        if truth is None:
            continue
        try:
            if "error_km" in columns:
                found[truth.file] = float(row["error_km"])
            else:
                lat, lon = float(row["lat"]), float(row["lon"])
                found[truth.file] = float(distance_km(lat, lon, truth.lat, truth.lon))
        except ValueError:
            found[truth.file] = float("nan")  # no answer is a miss
    return found


def compare_with(
    outcomes: Sequence[Outcome], reference: Mapping[str, float]
) -> tuple[Metrics, Interval, float]:
    """Compare with somebody's guesses on the photos that both answered for.

    Returns
    -------
    tuple
        Their metrics; the mean difference of scores (ours minus theirs); its p-value.
    """
    both = [o for o in outcomes if o.file in reference and np.isfinite(o.km)]
    km = np.array([reference[o.file] for o in both])
    ours = metrics.scores(np.array([o.km for o in both]))
    difference, p = metrics.paired_difference(ours, metrics.scores(km))
    return {"photos": float(len(both))} | from_distances(km), difference, p
