"""How a plate looks: its ground colour, and a blue strip on its left end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.arrays import open_arrays

COLOURS = ("white", "yellow", "black", "blue", "green", "red")
_WIDE, _HIGH = 96, 24  # plates are compared at this size
_INNER = (slice(4, -4), slice(16, -8))  # rows, columns without frame and strip
_STRIP = slice(2, 9)
_BRIGHT = 30.0  # added to a sum of three channels, so that black has no colour

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Look:
    """What a plate looks like.

    Attributes
    ----------
    colour
        Likelihood per colour of `COLOURS`, the highest 1.
    strip
        log( P(left end | blue strip) / P(left end | none) ).
    """

    colour: dict[str, float]
    strip: float

    @property
    def best(self) -> str:
        """Return the likeliest colour."""
        return max(self.colour, key=lambda name: self.colour[name])


@dataclass(frozen=True, slots=True, eq=False)
class LookModel:
    """Logistic regressions on `colour_features` and `strip_features`.

    Attributes
    ----------
    weight, bias, prior : ndarray
        Of colours: shape (colours, features), (colours,), (colours,); prior is the share of each
        among the plates of the fit.
    strip : ndarray, shape (features + 1,)
        Weights, then the bias less the log-odds of strips in the fit.
    bounds : ndarray, shape (2,)
        Highest log ratio between two colours, and for or against a strip: no stronger than the
        number of examples can support.
    """

    weight: Floats
    bias: Floats
    prior: Floats
    strip: Floats
    bounds: Floats

    def __call__(self, crop: Image.Image) -> Look:
        """Judge a plate that was cut out."""
        pixels = normal_size(crop)
        strip = float(self.strip[:-1] @ strip_features(pixels) + self.strip[-1])
        return Look(self._colour(pixels), float(np.clip(strip, -self.bounds[1], self.bounds[1])))

    def colour(self, crop: Image.Image) -> dict[str, float]:
        """Judge a plate's colour alone; see `Look.colour`."""
        return self._colour(normal_size(crop))

    def _colour(self, pixels: Floats) -> dict[str, float]:
        ratio = self.weight @ colour_features(pixels) + self.bias - np.log(self.prior)
        ratio = np.maximum(ratio - ratio.max(), -self.bounds[0])
        return {name: float(np.exp(r)) for name, r in zip(COLOURS, ratio, strict=True)}

    def save(self, path: Path) -> None:
        """Write the model to an ``.npz`` without pickles."""
        np.savez_compressed(path, **{name: getattr(self, name) for name in self.__slots__})

    @classmethod
    def load(cls, path: Path) -> LookModel:
        """Read what `save` wrote."""
        with open_arrays(path, most=2**16) as data:
            return cls(**{name: np.asarray(data[name], float) for name in cls.__slots__})


def normal_size(crop: Image.Image) -> Floats:
    """Return a plate's pixels, 0 to 1, shape (24, 96, 3)."""
    small = crop.convert("RGB").resize((_WIDE, _HIGH), Image.Resampling.BILINEAR)
    return np.asarray(small, dtype=np.float64) / 255


def colour_features(pixels: Floats) -> Floats:
    """Return what tells colours apart: the ground's hue and strength, and which side ink is on.

    The ground covers most of a plate, so that the median is its colour; where the mean is
    brighter than the median, the ink is brighter than the ground.
    """
    inner = pixels[_INNER].reshape(-1, 3)
    light = inner.mean(1)
    ground = np.median(inner, 0)
    red, green, blue = ground / (ground.sum() + _BRIGHT / 255)
    low, middle, high = np.percentile(light, [5, 50, 95])
    ink = (high + low - 2 * middle) / max(high - low, 0.05)
    warm, cool = red + green - 2 * blue, red - green
    return np.array([4 * warm, 8 * cool, (4 * warm) ** 2, (8 * cool) ** 2, ink, 2 * ground.mean()])


def strip_features(pixels: Floats) -> Floats:
    """Return how much bluer and darker the left end is than the rest."""

    def blueness(part: Floats) -> Floats:
        total = part.sum(2) + _BRIGHT / 255
        return (2 * part[..., 2] - part[..., 0] - part[..., 1]) / total

    rows = slice(4, -4)
    end, rest = pixels[rows, _STRIP], pixels[rows, _STRIP.stop + 8 :]
    return np.array(
        [
            4 * (np.percentile(blueness(end), 75) - np.median(blueness(rest))),
            4 * (np.median(blueness(end)) - np.median(blueness(rest))),
            2 * (np.median(end.mean(2)) - np.median(rest.mean(2))),
        ]
    )
