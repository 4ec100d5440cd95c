"""The head that tells scripts apart from PP-OCR's features, and its training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from detectors.ocr.script_net import CLASSES
from detectors.training.text_backbone import CHANNELS, Halves

_SMOOTHING = 0.05
_DROPOUT = 0.3
_NOISE = 0.1  # of the pooled features, in standard deviations

Floats = npt.NDArray[np.float32]
Classes = npt.NDArray[np.int64]


class TrainingConfig(BaseModel):
    """How the head is trained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(gt=0)
    batch: int = Field(gt=1)
    hidden: int = Field(gt=0)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    seed: int
    threads: int = Field(gt=0)


class ScriptHead(nn.Module):
    """Pooled features, shape (crops, 2 * channels), to logits over `CLASSES`."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(2 * CHANNELS), nn.Linear(2 * CHANNELS, hidden), nn.GELU(),
            nn.Dropout(_DROPOUT), nn.Linear(hidden, len(CLASSES)),
        )  # fmt: skip

    def forward(self, pooled: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (crops, classes)."""
        return self.layers(pooled)


class Outlet(nn.Module):
    """The head as it is exported: takes (crops, channels, 1, steps), gives probabilities."""

    def __init__(self, head: ScriptHead, temperature: float) -> None:
        super().__init__()
        self.head = head
        self.temperature = temperature

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return probabilities, shape (crops, classes)."""
        row = seen.squeeze(2)
        pooled = torch.cat([row.mean(2), row.amax(2)], 1)
        return torch.softmax(self.head(pooled) / self.temperature, 1)


def pool(seen: Sequence[Halves]) -> Floats:
    """Return mean and maximum over the steps, shape (crops, 2 * channels)."""
    rows = [one.astype(np.float32) for one in seen]
    return np.stack([np.concatenate([one.mean(1), one.max(1)]) for one in rows])


def fit(pooled: Floats, classes: Classes, config: TrainingConfig, checkpoint: Path) -> ScriptHead:
    """Train the head, every class weighing the same, and keep it in ``checkpoint``."""
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    head = ScriptHead(config.hidden)
    inputs, target = torch.from_numpy(pooled), torch.from_numpy(classes)
    spread = inputs.std(0)
    counts = np.bincount(classes, minlength=len(CLASSES))
    weights = torch.tensor(len(classes) / len(CLASSES) / np.maximum(counts, 1), dtype=torch.float32)
    loss_of = nn.CrossEntropyLoss(weights, label_smoothing=_SMOOTHING)
    optimiser = torch.optim.AdamW(head.parameters(), config.rate, weight_decay=config.decay)
    head.train()
    for epoch in range(config.epochs):
        losses = []
        for rows in torch.randperm(len(inputs)).split(config.batch):
            if len(rows) < 2:
                continue
            noisy = inputs[rows] + _NOISE * spread * torch.randn(len(rows), inputs.shape[1])
            loss = loss_of(head(noisy), target[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        for group in optimiser.param_groups:
            group["lr"] = config.rate * 0.5 * (1 + math.cos(math.pi * (epoch + 1) / config.epochs))
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", flush=True)
    torch.save(head.state_dict(), checkpoint)
    return head.eval()


@torch.inference_mode()
def logits_of(head: ScriptHead, pooled: Floats) -> npt.NDArray[np.float64]:
    """Return logits, shape (crops, classes)."""
    return head.eval()(torch.from_numpy(pooled)).double().numpy()


def temperature_of(logits: npt.NDArray[np.float64], classes: Classes) -> float:
    """Return the temperature under which the classes are likeliest."""
    losses = {}
    for temperature in np.geomspace(0.3, 4.0, 60):
        scaled = logits / temperature
        scaled -= scaled.max(1, keepdims=True)
        log_p = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        losses[float(temperature)] = -log_p[np.arange(len(classes)), classes].mean()
    return min(losses, key=lambda temperature: losses[temperature])
