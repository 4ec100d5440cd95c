"""From a tag's logit to the likelihood of its values, fitted on photos not trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BinaryScale:
    """Platt scaling of one tag, as a likelihood ratio.

    Attributes
    ----------
    variable
        The cue variable.
    tag
        Index of the tag's logit.
    slope, intercept
        ``log-odds = slope * logit + intercept`` on the photos of the fit (Platt 1999).
    prior
        Log-odds of the tag in them; the ratio is the log-odds minus it.
    low, high
        Bounds of the log ratio: no stronger than the number of examples can support.
    enabled
        False where the held-out AUC's interval includes chance.
    """

    variable: str
    tag: int
    slope: float
    intercept: float
    prior: float
    low: float
    high: float
    enabled: bool = True

    def probability(self, logit: float) -> float:
        """Return the probability that the tag is present, in photos such as those of the fit."""
        return float(1 / (1 + np.exp(-(self.slope * logit + self.intercept))))

    def log_ratio(self, logit: float) -> float:
        """Return log( P(logit | present) / P(logit | absent) ), bounded."""
        raw = self.slope * logit + self.intercept - self.prior
        return float(min(max(raw, self.low), self.high))


@dataclass(frozen=True, slots=True)
class ChoiceScale:
    """A multinomial logistic scaling of several tags that exclude each other.

    Attributes
    ----------
    variable
        The cue variable.
    values
        Its values; the class after the last one means that none can be told.
    tags
        Index of each value's tag.
    weight : ndarray, shape (values + 1, tags)
    bias : ndarray, shape (values + 1,)
    prior : ndarray, shape (values + 1,)
        Share of each class in the photos of the fit.
    bound
        Highest likelihood ratio between two values, as a log.
    enabled
        Whether it is reported by default.
    """

    variable: str
    values: tuple[str, ...]
    tags: tuple[int, ...]
    weight: Floats
    bias: Floats
    prior: Floats
    bound: float
    enabled: bool = True

    def judge(self, logits: npt.NDArray[np.floating]) -> tuple[dict[str, float], float]:
        """Return the likelihood per value (highest 1), and the probability that any can be told."""
        score = self.weight @ logits[list(self.tags)].astype(float) + self.bias
        probability = np.exp(score - score.max())
        probability /= probability.sum()
        log_ratio = np.log(np.maximum(probability[:-1], 1e-9)) - np.log(self.prior[:-1])
        log_ratio = np.maximum(log_ratio - log_ratio.max(), -self.bound)
        likelihood = {v: float(np.exp(r)) for v, r in zip(self.values, log_ratio, strict=True)}
        return likelihood, float(1 - probability[-1])


@dataclass(frozen=True, slots=True)
class SceneScales:
    """All scales of the scene model, as stored beside its weights."""

    tags: tuple[str, ...]
    binary: tuple[BinaryScale, ...]
    choices: tuple[ChoiceScale, ...]

    def save(self, path: Path) -> None:
        """Write the scales to an ``.npz`` without pickles."""
        arrays: dict[str, npt.NDArray[np.generic]] = {
            "tags": np.array(self.tags),
            "variable": np.array([s.variable for s in self.binary]),
            "number": np.array(
                [
                    (s.tag, s.slope, s.intercept, s.prior, s.low, s.high, s.enabled)
                    for s in self.binary
                ],
                dtype=np.float64,
            ),
            "choices": np.array([s.variable for s in self.choices]),
        }
        for n, choice in enumerate(self.choices):
            arrays[f"choice{n}.values"] = np.array(choice.values)
            arrays[f"choice{n}.tags"] = np.array(choice.tags)
            arrays[f"choice{n}.weight"] = choice.weight
            arrays[f"choice{n}.bias"] = choice.bias
            arrays[f"choice{n}.prior"] = choice.prior
            arrays[f"choice{n}.limits"] = np.array([choice.bound, choice.enabled])
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> SceneScales:
        """Read what `save` wrote."""
        with open_arrays(path, most=2**20) as data:
            binary = tuple(
                BinaryScale(str(name), int(row[0]), *map(float, row[1:6]), enabled=bool(row[6]))
                for name, row in zip(data["variable"], data["number"], strict=True)
            )
            choices = tuple(
                ChoiceScale(
                    variable=str(name),
                    values=tuple(map(str, data[f"choice{n}.values"])),
                    tags=tuple(map(int, data[f"choice{n}.tags"])),
                    weight=data[f"choice{n}.weight"],
                    bias=data[f"choice{n}.bias"],
                    prior=data[f"choice{n}.prior"],
                    bound=float(data[f"choice{n}.limits"][0]),
                    enabled=bool(data[f"choice{n}.limits"][1]),
                )
                for n, name in enumerate(data["choices"])
            )
            return cls(tuple(map(str, data["tags"])), binary, choices)
