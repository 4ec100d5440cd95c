"""From likelihoods of countries and cells to cues; shared by all experts on the whole photo."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from clues.cue import ELSEWHERE, Cue
from detectors.appearance.cells import Cells

_MAX_KERNELS = 60
_MIN_SPREAD_M = 60_000.0
# Countries that an expert does not know look, for all we know, like a rather unlikely one.
_ELSEWHERE_QUANTILE = 0.25


def country_cue(variable: str, likelihood: Mapping[str, float], detector: str) -> Cue:
    """Return the cue of a likelihood over countries; those not named are `elsewhere`."""
    top = max(likelihood.values())
    countries = {code: value / top for code, value in likelihood.items()}
    floor = float(np.quantile(list(countries.values()), _ELSEWHERE_QUANTILE))
    return Cue(
        variable=variable,
        likelihood={**countries, ELSEWHERE: floor},
        detector=detector,
        note="the whole photo, compared with photos from everywhere",
    )


def place_cue(
    variable: str, cells: Cells, likelihood: npt.NDArray[np.floating], detector: str
) -> Cue:
    """Return the cue of a likelihood over cells, shape (cells,): kernels around the best ones."""
    order = np.argsort(-likelihood, kind="stable")
    kept, rest = order[:_MAX_KERNELS], order[_MAX_KERNELS:]
    floor = float(np.median(likelihood[rest])) if len(rest) else float(likelihood[order[-1]])
    kernels = {
        _kernel(cells.lat[k], cells.lon[k], cells.spread_m[k]): float(likelihood[k]) - floor
        for k in kept
        if likelihood[k] > floor
    }
    return Cue(
        variable=variable,
        likelihood={**kernels, ELSEWHERE: max(floor, 1e-6)},
        detector=detector,
        note=f"most of all around {cells.lat[order[0]]:.1f}, {cells.lon[order[0]]:.1f}",
    )


def _kernel(lat: float, lon: float, spread_m: float) -> str:
    return f"geo:{lat:.3f},{lon:.3f};u={max(spread_m, _MIN_SPREAD_M):.0f}"
