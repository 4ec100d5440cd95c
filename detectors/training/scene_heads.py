"""All that was learned as linear heads on the features of the two graphs that ship."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.training.graph import Heads
from detectors.training.scene_learn import Learned

Floats = npt.NDArray[np.float32]
# Means of maps lie within 0 and 6 (ReLU6): divided by this, they are never clipped.
_SCALE = 2.0


def frozen_heads(learned: Learned) -> Heads:
    """Return the heads on the frozen networks; the embedding is what neighbours are found by."""
    axes, blend = learned.whitening.axes, learned.tag_blend
    return _single(
        Heads(
            mean=learned.whitening.mean,
            scale=learned.whitening.scale,
            tag_weight=axes @ (blend.frozen * learned.tags.weight),
            tag_bias=blend.frozen * learned.tags.bias + blend.offset,
            cell_weight=axes @ learned.places.weight,
            cell_bias=learned.places.bias,
            embedding_weight=axes @ learned.descriptor.weight,
            embedding_bias=learned.descriptor.bias,
        )
    )


def tuned_heads(learned: Learned) -> Heads:
    """Return the heads on the fine-tuned networks, side by side; they add to the frozen ones'."""
    tags = [f * one.tag_weight for f, one in _with(learned.tag_blend.tuned, learned)]
    cells = [f * one.cell_weight for f, one in _with(learned.tuned_shares, learned)]
    mean = np.concatenate([one.mean for one in learned.tuned])
    tag_bias = sum(f * one.tag_bias for f, one in _with(learned.tag_blend.tuned, learned))
    cell_bias = sum(f * one.cell_bias for f, one in _with(learned.tuned_shares, learned))
    tag_weight, cell_weight = np.concatenate(tags), np.concatenate(cells)
    return _single(
        Heads(
            mean=mean,
            scale=np.full(len(mean), _SCALE),
            tag_weight=_SCALE * tag_weight,
            tag_bias=tag_bias + mean @ tag_weight,
            cell_weight=_SCALE * cell_weight,
            cell_bias=cell_bias + mean @ cell_weight,
        )
    )


def _with(factors: Sequence[float], learned: Learned) -> zip:
    return zip(factors, learned.tuned, strict=True)


def _single(heads: Heads) -> Heads:
    """Return the heads in single precision."""
    values = vars(heads).items()
    return Heads(**{k: v if v is None else np.asarray(v, np.float32) for k, v in values})
