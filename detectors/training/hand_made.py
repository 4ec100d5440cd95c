"""What im2gps (Hays & Efros 2008) compared photos by, before networks: features made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]
_TINY = 16  # side of the tiny image
_COLOUR_BINS = (4, 14, 14)  # of lightness, a and b
_GIST_SIDE, _GIST_CELLS = 64, 5
_WAVELENGTHS, _ORIENTATIONS = (3.0, 5.0, 8.0, 14.0), 6
_WORDS = 256  # of the vocabulary of SIFT descriptors
_DESCRIPTORS = 200  # a photo
_FOR_VOCABULARY = 400  # photos
BLOCKS = [
    3 * _TINY**2,
    int(np.prod(_COLOUR_BINS)),
    len(_WAVELENGTHS) * _ORIENTATIONS * _GIST_CELLS**2,
    _WORDS,
]


def hand_made(paths: Sequence[Path], vocabulary: Floats) -> Floats:
    """Return the features of photos, shape (photos, sum of `BLOCKS`); see `features`."""
    with ThreadPoolExecutor(2) as pool:  # OpenCV lets other threads run
        return np.stack(list(pool.map(lambda path: features(_read(path), vocabulary), paths)))


def features(rgb: npt.NDArray[np.uint8], vocabulary: Floats) -> Floats:
    """Return tiny image, colours, gist and SIFT words of a photo, shape (sum of `BLOCKS`,)."""
    words = _words(_descriptors(rgb), vocabulary)
    return np.concatenate([tiny_image(rgb), colours(rgb), gist(rgb), words])


def fit_vocabulary(paths: Sequence[Path]) -> Floats:
    """Return the words of SIFT, shape (words, 128), from some of the photos."""
    from sklearn.cluster import MiniBatchKMeans

    step = max(1, len(paths) // _FOR_VOCABULARY)
    every = np.concatenate([_descriptors(_read(path)) for path in paths[::step]])
    words = min(_WORDS, len(every))
    fit = MiniBatchKMeans(words, n_init=1, random_state=0, batch_size=4096).fit(every)
    return np.asarray(fit.cluster_centers_, np.float32)


def tiny_image(rgb: npt.NDArray[np.uint8]) -> Floats:
    """Return the photo at 16 x 16 pixels (Torralba, Fergus & Freeman 2008)."""
    small = Image.fromarray(rgb).resize((_TINY, _TINY), Image.Resampling.BOX)
    return np.asarray(small, np.float32).ravel() / 255


def colours(rgb: npt.NDArray[np.uint8]) -> Floats:
    """Return the square roots of a histogram of CIE L*a*b* colours."""
    import cv2

    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    bins = np.array(_COLOUR_BINS)
    index = np.ravel_multi_index(tuple((lab.astype(np.intp) * bins // 256).T), _COLOUR_BINS)
    counts = np.bincount(index, minlength=int(bins.prod()))
    return np.sqrt(counts / len(lab)).astype(np.float32)


def gist(rgb: npt.NDArray[np.uint8]) -> Floats:
    """Return the mean strength of Gabor filters over a grid (Oliva & Torralba 2001)."""
    import cv2

    size = (_GIST_SIDE, _GIST_SIDE)
    grey = cv2.resize(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA)
    grey = grey.astype(np.float32) / 255
    grid = (_GIST_CELLS, _GIST_CELLS)
    cells = []
    for even, odd in _gabor_filters():
        strength = np.hypot(cv2.filter2D(grey, -1, even), cv2.filter2D(grey, -1, odd))
        cells.append(cv2.resize(strength, grid, interpolation=cv2.INTER_AREA).ravel())
    return np.concatenate(cells)


@cache
def _gabor_filters() -> list[tuple[Any, Any]]:
    """Return pairs of an even and an odd filter for each wavelength and orientation."""
    import cv2

    found = []
    for wavelength in _WAVELENGTHS:
        size, spread = (2 * int(wavelength) + 1,) * 2, wavelength / 2
        for turn in np.arange(_ORIENTATIONS) * np.pi / _ORIENTATIONS:
            pair = [
                cv2.getGaborKernel(size, spread, turn, wavelength, 1.0, phase, cv2.CV_32F)
                for phase in (0.0, np.pi / 2)
            ]
            pair[0] -= pair[0].mean()  # an even surface has no strength
            found.append((pair[0], pair[1]))
    return found


def _descriptors(rgb: npt.NDArray[np.uint8]) -> Floats:
    """Return SIFT descriptors (Lowe 2004), shape (points, 128)."""
    import cv2

    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    found = cv2.SIFT_create(nfeatures=_DESCRIPTORS).detectAndCompute(grey, None)[1]
    return np.zeros((0, 128), np.float32) if found is None else np.asarray(found, np.float32)


def _words(descriptors: Floats, vocabulary: Floats) -> Floats:
    """Return the square roots of how often each word occurs (Sivic & Zisserman 2003)."""
    far = (vocabulary**2).sum(1) - 2 * descriptors @ vocabulary.T
    counts = np.bincount(far.argmin(1), minlength=_WORDS)
    return np.sqrt(counts / max(1, len(descriptors))).astype(np.float32)


def _read(path: Path) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))
