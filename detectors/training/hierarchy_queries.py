"""One query a level and type of scene, after GeoDecoder (Clark et al. 2023).

A photo's features are cut into tokens; a query for each level of a hierarchy of cells and each
type of scene asks them by attention, and what it hears is classified among the level's cells. In
the paper, the tokens are a Swin transformer's; here, parts of pooled features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
_TOKENS = 10
_WIDTH = 96
_HEADS = 4
_RATE, _DECAY, _DROPOUT, _BATCH = 1e-3, 0.05, 0.3, 256


def fit_queries(
    x: Floats,
    scene: npt.NDArray[np.int64],
    levels: Sequence[tuple[Floats, Wide]],
    weight: Floats,
    *,
    epochs: int,
) -> Any:
    """Learn the network; return a function of features and scenes that gives logits a level.

    Parameters
    ----------
    x : ndarray, shape (photos, components)
    scene : ndarray, shape (photos,)
        The type of scene of each photo, from 0.
    levels
        For each, the share of each photo in its cells, shape (photos, cells),
        and the share of the training photos, which is divided out (balanced softmax).
    weight : ndarray, shape (photos,)
    epochs
        Of AdamW under a one-cycle schedule.
    """
    import torch
    from torch.nn import functional

    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    network = _network(x.shape[1], int(scene.max()) + 1, [goal.shape[1] for goal, _ in levels])
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    size = min(_BATCH, len(x))
    steps = len(x) // size
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=epochs * steps)
    inputs, scenes, weights = (torch.from_numpy(a) for a in (x, scene, weight))
    goals = [torch.from_numpy(goal) for goal, _ in levels]
    offsets = [torch.from_numpy(np.log(share).astype(np.float32)) for _, share in levels]
    for _ in range(epochs):
        for rows in torch.from_numpy(rng.permutation(len(x))[: steps * size]).split(size):
            loss = torch.zeros(())
            heard = network(inputs[rows], scenes[rows])
            for logits, goal, offset in zip(heard, goals, offsets, strict=True):
                log_p = functional.log_softmax(logits + offset, 1)
                loss = loss - ((goal[rows] * log_p).sum(1) * weights[rows]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()

    def ask(features: Floats, kinds: npt.NDArray[np.int64]) -> list[Floats]:
        with torch.inference_mode():
            heard = network(torch.from_numpy(features), torch.from_numpy(kinds))
        return [logits.numpy() for logits in heard]

    return ask


def _network(components: int, scenes: int, cells: Sequence[int]) -> Any:
    import torch
    from torch import nn

    class Queries(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Linear(components, _TOKENS * _WIDTH)
            self.queries = nn.Parameter(0.5 * torch.randn(scenes, len(cells), _WIDTH))
            self.attention = nn.MultiheadAttention(_WIDTH, _HEADS, batch_first=True)
            self.norm = nn.LayerNorm(_WIDTH)
            self.dropout = nn.Dropout(_DROPOUT)
            self.classify = nn.ModuleList(nn.Linear(_WIDTH, count) for count in cells)

        def forward(self, x: torch.Tensor, scene: torch.Tensor) -> list[torch.Tensor]:
            tokens = self.tokens(self.dropout(x)).reshape(len(x), _TOKENS, _WIDTH)
            asked = self.queries[scene]
            heard = self.norm(asked + self.attention(asked, tokens, tokens, need_weights=False)[0])
            heard = self.dropout(heard)
            return [head(heard[:, level]) for level, head in enumerate(self.classify)]

    return Queries()
