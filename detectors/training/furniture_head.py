"""A light detection head on frozen features of the shared network, trained cell by cell.

Backbone and neck of YOLOv8n keep their COCO weights and run once per training view. What is
learned looks at one cell of their maps at a time: two layers for the class, and a correction of
COCO's box distributions. About a thousand boxes bear no more, and it takes minutes on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from detectors.training.furniture_cells import CHANNELS, TOWER_CHANNELS, Cells

_BINS = 16
_DISTRIBUTION = 4 * _BINS
_RARE = 0.01  # probability of an object in a cell before training (Lin et al. 2017)
_GAINS = (7.5, 0.5, 1.5)  # of box, class and distribution loss, as YOLOv8 has them

Layer = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


class HeadConfig(BaseModel):
    """How the head is trained; ``hidden`` units, ``negative_weight`` of cells drawn at random."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hidden: int = Field(gt=0)
    epochs: int = Field(gt=0)
    batch: int = Field(gt=0)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    dropout: float = Field(ge=0, lt=1)
    negative_weight: float = Field(gt=0)
    threads: int = Field(gt=0)
    seed: int = 0


class CellHead(nn.Module):
    """From neck and box-tower maps to class logits and box distributions of all cells."""

    def __init__(self, classes: int, hidden: int, dropout: float = 0.0) -> None:
        super().__init__()
        inputs = [channels + TOWER_CHANNELS for channels in CHANNELS]
        self.centre = nn.ParameterList(torch.zeros(size) for size in inputs)
        self.spread = nn.ParameterList(torch.ones(size) for size in inputs)
        for fixed in (*self.centre, *self.spread):
            fixed.requires_grad_(False)
        self.stem = nn.ModuleList(nn.Linear(size, hidden) for size in inputs)
        self.body = nn.Sequential(
            nn.SiLU(), nn.Dropout(dropout), nn.Linear(hidden, hidden), nn.SiLU()
        )
        self.kind = nn.Linear(hidden, classes)
        self.box = nn.ModuleList(nn.Linear(TOWER_CHANNELS, _DISTRIBUTION) for _ in CHANNELS)
        self.change = nn.Linear(hidden, _DISTRIBUTION)
        nn.init.constant_(self.kind.bias, float(np.log(_RARE / (1 - _RARE))))
        nn.init.zeros_(self.change.weight)
        nn.init.zeros_(self.change.bias)

    def cells(self, level: int, features: Any) -> tuple[Any, Any]:
        """Return logits and distributions of cells; features (..., neck + tower channels)."""
        scaled = (features - self.centre[level]) / self.spread[level]
        hidden = self.body(self.stem[level](scaled))
        box = self.box[level](features[..., -TOWER_CHANNELS:]) + self.change(hidden)
        return self.kind(hidden), box

    def forward(self, *maps: Any) -> tuple[Any, Any]:
        """Return logits (photos, classes, cells) and distributions (photos, 64, cells)."""
        kinds, boxes = [], []
        for level, (neck, tower) in enumerate(zip(maps[:3], maps[3:], strict=True)):
            features = torch.cat([neck, tower], 1).flatten(2).transpose(1, 2)
            kind, box = self.cells(level, features)
            kinds.append(kind)
            boxes.append(box)
        return torch.cat(kinds, 1).transpose(1, 2), torch.cat(boxes, 1).transpose(1, 2)


class _Loss:
    """YOLOv8's loss of given cells, with unknown classes left out."""

    def __init__(self) -> None:
        from ultralytics.utils.loss import BboxLoss

        self.box = BboxLoss(_BINS)
        self.bins = torch.arange(_BINS, dtype=torch.float32)

    def __call__(self, kinds: Any, boxes: Any, cells: Cells, negative_weight: float) -> Any:
        target = torch.from_numpy(cells.target)
        total = target.sum().clamp(min=1)
        weight = torch.from_numpy(np.where(cells.random, negative_weight, 1.0)).float()
        each = nn.functional.binary_cross_entropy_with_logits(kinds, target, reduction="none")
        known = torch.from_numpy(cells.known).float() * weight[:, None]
        loss = _GAINS[1] * (each * known).sum() / total
        inside = target.sum(1) > 0
        if inside.any():
            distance = boxes.unflatten(1, (4, _BINS)).softmax(2) @ self.bins
            centre = torch.from_numpy(cells.centre)
            found = torch.cat([centre - distance[:, :2], centre + distance[:, 2:]], 1)
            one = torch.ones(len(target), 1)
            overlap, spread = self.box(
                boxes[None], found[None], centre, torch.from_numpy(cells.box)[None], target[None],
                total, inside[None], torch.ones(2), one,
            )  # fmt: skip
            loss = loss + _GAINS[0] * overlap + _GAINS[2] * spread
        return loss


def fit_head(
    config: HeadConfig, levels: Sequence[Cells], start: Sequence[Layer], classes: int
) -> CellHead:
    """Train a head on cells of each stride.

    Parameters
    ----------
    config
    levels
        Cells per stride.
    start
        Weight and bias of COCO's last box layer, per stride.
    classes
        How many.
    """
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    rng = np.random.default_rng(config.seed)
    head = CellHead(classes, config.hidden, config.dropout)
    for level, (cells, (weight, bias)) in enumerate(zip(levels, start, strict=True)):
        head.box[level].weight.data = torch.from_numpy(weight.reshape(_DISTRIBUTION, -1).copy())
        head.box[level].bias.data = torch.from_numpy(bias.copy())
        values = cells.features.astype(np.float32)
        head.centre[level].data = torch.from_numpy(values.mean(0))
        head.spread[level].data = torch.from_numpy(values.std(0) + 1e-2)
    parts = [
        (level, part)
        for _ in range(config.epochs)
        for level, part in _batches(levels, config.batch, rng)
    ]
    learned = [parameter for parameter in head.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, config.rate, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, config.rate, total_steps=len(parts), pct_start=0.1
    )
    loss = _Loss()
    for level, rows in parts:
        cells = levels[level].take(rows)
        features = torch.from_numpy(cells.features.astype(np.float32))
        value = loss(*head.cells(level, features), cells, config.negative_weight)
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(learned, 10.0)
        optimizer.step()
        schedule.step()
    return head.eval()


def _batches(
    levels: Sequence[Cells], size: int, rng: np.random.Generator
) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """Return one epoch in batches, each of one stride, in random order."""
    made = []
    for level, cells in enumerate(levels):
        order = rng.permutation(len(cells.features))
        made += [(level, rows) for rows in np.array_split(order, max(len(order) // size, 1))]
    return [made[n] for n in rng.permutation(len(made))]
