"""Cross-validated log-loss of fitted fusion settings: what photos not used for fitting say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clues.evaluation.fit import Floats, Sample, fit, loss_bits
from clues.knowledge.model import FusionSettings


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Mean log-loss (bits, true country) on photos that the settings were not fitted on."""

    designed_bits: float
    fitted_bits: float
    folds: int


def cross_validate(
    samples: Sequence[Sample],
    log_prior: Floats,
    designed: FusionSettings,
    folds: int = 5,
    seed: int = 0,
) -> HeldOut:
    """Fit on all folds but one and measure on that one, in turn."""
    fold = np.random.default_rng(seed).permutation(len(samples)) % folds
    losses = np.zeros((2, len(samples)))
    for held in range(folds):
        inside = [s for s, f in zip(samples, fold, strict=True) if f != held]
        outside = [s for s, f in zip(samples, fold, strict=True) if f == held]
        fitted = fit(inside, log_prior, designed, "").settings
        losses[0, fold == held] = loss_bits(outside, log_prior, designed)
        losses[1, fold == held] = loss_bits(outside, log_prior, fitted)
    return HeldOut(float(losses[0].mean()), float(losses[1].mean()), folds)
