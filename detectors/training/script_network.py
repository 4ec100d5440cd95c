"""The heads that tell scripts apart from PP-OCR's features, and their training."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from detectors.ocr.script_net import CLASSES, DIGITS, NOT_TEXT
from detectors.training.recogniser_network import Block, batches
from detectors.training.script_data import LABELS, UNSURE
from detectors.training.text_backbone import CHANNELS, Halves

_SMOOTHING = 0.05
_DROPOUT = 0.3
_NOISE = 0.1  # of the features, in standard deviations
_CUT, _LEAST_CUT = 0.3, 0.6  # share of batches of which a part is seen, and its least share
_WAYS = 4  # in which a head weighs the steps of a line

# Which classes each label leaves open, shape (labels, classes).
_MEANT = torch.eye(len(LABELS), len(CLASSES), dtype=torch.bool)
_MEANT[LABELS.index(UNSURE)] = torch.tensor([c in ("latin", DIGITS, NOT_TEXT) for c in CLASSES])

Classes = npt.NDArray[np.int64]


class TrainingConfig(BaseModel):
    """How heads are trained."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    heads: int = Field(gt=0)
    epochs: int = Field(gt=0)
    batch: int = Field(gt=1)
    channels: int = Field(gt=0)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    seed: int
    threads: int = Field(gt=0)


class ScriptHead(nn.Module):
    """Features, shape (crops, 384, steps), to logits over `CLASSES`.

    Convolutions along the line see letters; their mean over the steps, weighed in several ways
    (Bahdanau et al. 2015), and their maximum tell the script.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.steps = nn.Sequential(
            nn.BatchNorm1d(CHANNELS),
            nn.Conv1d(CHANNELS, channels, 1),
            nn.GELU(),
            nn.Dropout(0.1),
            Block(channels),
            Block(channels),
        )
        self.weigh = nn.Conv1d(channels, _WAYS, 1)
        self.classes = nn.Sequential(
            nn.Dropout(_DROPOUT), nn.Linear((_WAYS + 1) * channels, len(CLASSES))
        )

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (crops, classes)."""
        steps = self.steps(seen)
        shares = torch.softmax(self.weigh(steps), 2)
        means = torch.matmul(shares, steps.transpose(1, 2)).flatten(1)
        return self.classes(torch.cat([means, steps.amax(2)], 1))


class Committee(nn.Module):
    """Heads that were trained from different beginnings; what they say is averaged.

    Their mistakes differ, so that the mean is right more often than any of them (deep ensembles,
    Lakshminarayanan et al. 2017).
    """

    def __init__(self, heads: Sequence[ScriptHead]) -> None:
        super().__init__()
        self.heads = nn.ModuleList(heads)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return mean logits, shape (crops, classes)."""
        return torch.stack([head(seen) for head in self.heads]).mean(0)


class Outlet(nn.Module):
    """The heads as they are exported: take (crops, channels, 1, steps), give probabilities."""

    def __init__(self, head: nn.Module, temperature: float) -> None:
        super().__init__()
        self.head = head
        self.temperature = temperature

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return probabilities, shape (crops, classes)."""
        return torch.softmax(self.head(seen.squeeze(2)) / self.temperature, 1)


def fit(
    seen: Sequence[Halves], classes: Classes, config: TrainingConfig, folder: Path
) -> Committee:
    """Train heads, every class weighing the same; keep them in ``folder``, or take them thence."""
    torch.set_num_threads(config.threads)
    heads = []
    for number in range(config.heads):
        checkpoint = folder / f"script-{number}.pt"
        if checkpoint.is_file():
            head = ScriptHead(config.channels)
            head.load_state_dict(torch.load(checkpoint, weights_only=True))
        else:
            head = _fit(seen, classes, config, config.seed + number)
            torch.save(head.state_dict(), checkpoint)
        heads.append(head)
    return Committee(heads).eval()


def _fit(seen: Sequence[Halves], classes: Classes, config: TrainingConfig, seed: int) -> ScriptHead:
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    head = ScriptHead(config.channels)
    spread = torch.from_numpy(_spread(seen))[None, :, None]
    weights = torch.from_numpy(_weights(classes))
    optimiser = torch.optim.AdamW(head.parameters(), config.rate, weight_decay=config.decay)
    lengths = [one.shape[1] for one in seen]
    head.train()
    for epoch in range(config.epochs):
        losses = []
        drawn = batches(lengths, config.batch, rng)
        for done, rows in enumerate(drawn):
            at = (epoch + done / len(drawn)) / config.epochs
            for group in optimiser.param_groups:
                group["lr"] = config.rate * 0.5 * (1 + math.cos(math.pi * at)) + 1e-5
            inputs = torch.from_numpy(_cut(np.stack([seen[i] for i in rows]), rng))
            noisy = inputs + _NOISE * spread * torch.randn(inputs.shape)
            labels = torch.from_numpy(classes[rows])
            loss = loss_of(head(noisy), labels, weights[labels])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", flush=True)
    return head


def loss_of(logits: torch.Tensor, labels: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Return the mean surprise at labels, some of which leave open which of several classes it is.

    Parameters
    ----------
    logits
        Shape (crops, classes).
    labels
        Numbers among `LABELS`.
    weights
        Of the crops.
    """
    log_p = torch.log_softmax(logits, 1)
    told = torch.logsumexp(log_p.masked_fill(~_MEANT[labels], -torch.inf), 1)
    surprise = -(1 - _SMOOTHING) * told - _SMOOTHING * log_p.mean(1)
    return (weights * surprise).sum() / weights.sum()


def _weights(classes: Classes) -> npt.NDArray[np.float32]:
    """Return weights of labels by which the crops of every class weigh the same.

    A crop of which only several classes are known weighs as one of these that have most crops.
    """
    counts = np.bincount(classes, minlength=len(LABELS))[: len(CLASSES)]
    weights = len(classes) / len(CLASSES) / np.maximum(counts, 1)
    unsure = weights[_MEANT[LABELS.index(UNSURE)].numpy()].min()
    return np.append(weights, unsure).astype(np.float32)


def _cut(seen: Halves, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Return the features of some batches without their ends, as detectors cut words."""
    steps = seen.shape[2]
    if rng.random() < _CUT:
        kept = max(2, round(steps * rng.uniform(_LEAST_CUT, 1)))
        first = int(rng.integers(0, max(steps - kept, 0) + 1))
        seen = seen[:, :, first : first + kept]
    return seen.astype(np.float32)


def _spread(seen: Sequence[Halves], most: int = 2000) -> npt.NDArray[np.float32]:
    """Return the standard deviation of each channel, by a part of the crops."""
    some = seen[:: max(1, len(seen) // most)]
    return np.concatenate(some, 1).astype(np.float32).std(1)


@torch.inference_mode()
def logits_of(head: nn.Module, seen: Sequence[Halves]) -> npt.NDArray[np.float64]:
    """Return logits, shape (crops, classes)."""
    head.eval()
    rows = [head(torch.from_numpy(one.astype(np.float32))[None])[0] for one in seen]
    return torch.stack(rows).double().numpy()


def temperature_of(logits: npt.NDArray[np.float64], classes: Classes) -> float:
    """Return the temperature under which the classes are likeliest."""
    losses = {}
    for temperature in np.geomspace(0.3, 4.0, 60):
        scaled = logits / temperature
        scaled -= scaled.max(1, keepdims=True)
        log_p = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        losses[float(temperature)] = -log_p[np.arange(len(classes)), classes].mean()
    return min(losses, key=lambda temperature: losses[temperature])
