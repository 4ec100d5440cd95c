"""Random changes of training photos: crop, tilt, mirror, colour, mixing, erasing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]
_CROP_AREA = (0.25, 0.9)
_CROP_ASPECT = (0.8, 1.25)
_MAX_TILT = np.radians(6)
_MAX_GAIN = 0.3
_ERASED = 0.25  # share of photos of which a part is erased


def random_view(
    image: Image.Image, size: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.uint8], bool]:
    """Return a random crop, tilted and perhaps mirrored, shape (size, size, 3), and if mirrored."""
    area = rng.uniform(*_CROP_AREA) * image.width * image.height
    aspect = np.exp(rng.uniform(*np.log(_CROP_ASPECT)))
    width = min(np.sqrt(area * aspect), image.width)
    height = min(np.sqrt(area / aspect), image.height)
    x = rng.uniform(width / 2, image.width - width / 2)
    y = rng.uniform(height / 2, image.height - height / 2)
    mirrored = bool(rng.random() < 0.5)
    tilt = rng.uniform(-_MAX_TILT, _MAX_TILT)
    # One affine map from the view's pixels to the photo's.
    a, b = np.cos(tilt) * width / size, -np.sin(tilt) * height / size
    d, e = np.sin(tilt) * width / size, np.cos(tilt) * height / size
    if mirrored:
        a, d = -a, -d
    c, f = x - (a + b) * size / 2, y - (d + e) * size / 2
    view = image.transform(
        (size, size),
        Image.Transform.AFFINE,
        (a, b, c, d, e, f),
        Image.Resampling.BILINEAR,
        fillcolor=(127, 127, 127),
    )
    return np.asarray(view), mirrored


def change_colours(images: Any, rng: np.random.Generator) -> Any:
    """Return a batch (photos, 3, size, size), about -1 to 1, with changed light and colours.

    Contrast, brightness, saturation and white balance vary per photo; a part of some is erased
    (Zhong et al. 2020).
    """
    import torch

    count, _, high, wide = images.shape

    def gain(columns: int, spread: float) -> Any:
        values = np.exp(rng.uniform(-spread, spread, (count, columns, 1, 1)))
        return torch.from_numpy(values.astype(np.float32))

    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * gain(1, 1.5 * _MAX_GAIN)
    mean = images.mean((1, 2, 3), keepdim=True)
    images = mean + (images - mean) * gain(1, _MAX_GAIN)
    images = ((images + 1) * gain(1, _MAX_GAIN) * gain(3, _MAX_GAIN / 4) - 1).clamp(-1, 1)
    for photo in np.flatnonzero(rng.random(count) < _ERASED):
        y, x = rng.integers(0, high * 3 // 4), rng.integers(0, wide * 3 // 4)
        images[photo, :, y : y + high // 4, x : x + wide // 4] = 0
    return images


def mix(images: Any, alpha: float, rng: np.random.Generator) -> tuple[Any, Any, float]:
    """Mix each photo with another of its batch: mixup (Zhang et al. 2018) or, now and then, CutMix.

    Returns
    -------
    images, other, share
        The mixed batch; which photo each was mixed with; the share of the photo itself.
    """
    import torch

    other = torch.from_numpy(rng.permutation(len(images)))
    if rng.random() >= 0.25:
        share = float(rng.beta(alpha, alpha)) if alpha else 1.0
        return share * images + (1 - share) * images[other], other, share
    # CutMix (Yun et al. 2019): a rectangle comes from the other photo.
    high, wide = images.shape[2:]
    side = np.sqrt(rng.uniform(0, 0.5))
    h, w = int(side * high), int(side * wide)
    y, x = rng.integers(0, high - h + 1), rng.integers(0, wide - w + 1)
    images = images.clone()
    images[:, :, y : y + h, x : x + w] = images[other][:, :, y : y + h, x : x + w]
    return images, other, 1 - h * w / (high * wide)
