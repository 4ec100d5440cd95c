"""From a calibrated ratio to the cue of a binary variable."""

from __future__ import annotations

import math

from clues.cue import ABSENT, PRESENT, Box, Cue

# Below a ratio of 1.5 to 1 a score says too little to be listed as a cue.
MIN_LOG_RATIO = 0.4


def binary_cue(
    variable: str, log_ratio: float, *, detector: str, seen: str, box: Box | None = None
) -> Cue | None:
    """Return the cue of log( P(seen | present) / P(seen | absent) ); None if it says little.

    Parameters
    ----------
    variable
        A binary cue variable.
    log_ratio
        Natural logarithm.
    detector
        Who reports it.
    seen
        What was seen, for people.
    box
        Where; left out of cues of absence.
    """
    if abs(log_ratio) < MIN_LOG_RATIO:
        return None
    return Cue(
        variable=variable,
        likelihood=presence(log_ratio),
        box=box if log_ratio > 0 else None,
        detector=detector,
        note=f"{seen}: {odds(log_ratio)}",
    )


def presence(log_ratio: float) -> dict[str, float]:
    """Return the likelihood of a binary variable, the higher value 1, of a log ratio."""
    ratio = math.exp(log_ratio)
    return {PRESENT: min(ratio, 1.0), ABSENT: min(1 / ratio, 1.0)}


def odds(log_ratio: float) -> str:
    """Return log( P(seen | present) / P(seen | absent) ) in words."""
    ratio = math.exp(abs(log_ratio))
    return f"{ratio:.0f} to 1 {'for' if log_ratio > 0 else 'against'} it"
