"""All that was learned as one set of linear heads on the features of the joint graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detectors.training.graph import Heads
from detectors.training.scene_learn import Learned
from detectors.training.scene_tune import Tuned

Floats = npt.NDArray[np.float32]
# Means of maps lie within 0 and 6 (ReLU6): divided by this, they are never clipped.
_SCALE = 2.0


def make_heads(learned: Learned, dims: int) -> Heads:
    """Return the heads that ship, with an embedding of ``dims`` dimensions.

    The features are those of the frozen networks, then those of the fine-tuned one.
    """
    axes, blend = learned.whitening.axes, learned.tag_blend
    heads = Heads(
        mean=learned.whitening.mean,
        scale=learned.whitening.scale,
        tag_weight=axes @ (blend.frozen * learned.tags.weight),
        tag_bias=blend.frozen * learned.tags.bias + blend.offset,
        cell_weight=axes @ learned.places.weight,
        cell_bias=learned.places.bias,
        embedding=axes[:, :dims],
    )
    return _with_tuned(heads, learned, learned.tuned) if learned.tuned else _single(heads)


def _with_tuned(heads: Heads, learned: Learned, tuned: Tuned) -> Heads:
    tags, cells = learned.tag_blend.tuned, learned.tuned_share
    count = len(tuned.mean)

    def below(upper: Floats, lower: Floats) -> Floats:
        return np.concatenate([upper, _SCALE * lower])

    return _single(
        Heads(
            mean=np.r_[heads.mean, tuned.mean],
            scale=np.r_[heads.scale, np.full(count, _SCALE)],
            tag_weight=below(heads.tag_weight, tags * tuned.tag_weight),
            tag_bias=heads.tag_bias + tags * (tuned.tag_bias + tuned.mean @ tuned.tag_weight),
            cell_weight=below(heads.cell_weight, cells * tuned.cell_weight),
            cell_bias=heads.cell_bias + cells * (tuned.cell_bias + tuned.mean @ tuned.cell_weight),
            embedding=below(heads.embedding, np.zeros((count, heads.embedding.shape[1]))),
        )
    )


def _single(heads: Heads) -> Heads:
    """Return the heads in single precision."""
    return Heads(**{name: value.astype(np.float32) for name, value in vars(heads).items()})
