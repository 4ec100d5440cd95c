"""How much a training photo counts by how much of a town it shows.

Training photos of random roads show far more countryside than the photos that people ask about.
Counting towns more is the usual answer to such a shift (Shimodaira 2000), with a weight made from
what is seen in the photo, so that no photo of the target has to be known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.training.config import TownsConfig

Floats = npt.NDArray[np.float64]


def town_weights(
    scores: npt.NDArray[np.floating], tags: Sequence[str], config: TownsConfig
) -> Floats:
    """Return a weight per photo, with mean 1.

    It is ``floor + slope * r**2``, with ``r`` the photo's rank from 0 (countryside) to 1 (town):
    by the sum of its standardised scores of ``config.town``, less those of ``config.countryside``.

    Parameters
    ----------
    scores : ndarray, shape (photos, tags)
        Of the tags, higher the surer; tags of the configuration that are not among ``tags`` do
        not count.
    tags
    config
    """
    standard = (scores - scores.mean(0)) / (scores.std(0) + 1e-9)
    sign = np.array([(tag in config.town) - float(tag in config.countryside) for tag in tags])
    likeness = standard @ sign if len(tags) else np.zeros(len(scores))
    rank = np.argsort(np.argsort(likeness, kind="stable")) / max(len(scores) - 1, 1)
    weight = config.floor + config.slope * rank**2
    return weight / weight.mean()
