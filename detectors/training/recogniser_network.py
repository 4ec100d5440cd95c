"""The head that turns PP-OCR's features into letters of one script, and its training."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field, field_validator
from torch import nn

from detectors.ocr.alphabets import ALPHABETS, Alphabet
from detectors.training.text_backbone import CHANNELS, Halves

_DROPOUT = 0.1


class RecogniserConfig(BaseModel):
    """Everything that decides how the recognisers come out; see ``recogniser.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scripts: tuple[str, ...] = Field(min_length=1)
    lists: Path | None = None
    words: int = Field(gt=0)
    drawn: int = Field(gt=0)
    held_out: int = Field(gt=0)
    textures: int = Field(gt=0)
    channels: int = Field(gt=0)
    substeps: int = Field(gt=0)
    epochs: int = Field(gt=0)
    batch: int = Field(gt=1)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    seed: int
    threads: int = Field(gt=0)

    @field_validator("scripts")
    @classmethod
    def _known(cls, scripts: tuple[str, ...]) -> tuple[str, ...]:
        unknown = set(scripts) - set(ALPHABETS)
        if unknown:
            raise ValueError(f"no alphabet of {', '.join(sorted(unknown))}; see ocr/alphabets.py")
        return scripts


class Block(nn.Module):
    """A convolution along the line, by channel, and one across channels, added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv1d(channels, channels, 5, padding=2, groups=channels, bias=False),
            nn.BatchNorm1d(channels),
            nn.Conv1d(channels, channels, 1),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return an array of the shape that came in, (crops, channels, steps)."""
        return x + self.inner(x)


class Head(nn.Module):
    """Features, shape (crops, 384, steps), to logits, shape (crops, substeps, 1 + letters)."""

    def __init__(self, letters: int, channels: int, substeps: int) -> None:
        super().__init__()
        self.outputs = 1 + letters
        self.narrow = nn.Sequential(
            nn.BatchNorm1d(CHANNELS),
            nn.Conv1d(CHANNELS, channels, 1),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
        )
        self.blocks = nn.Sequential(Block(channels), Block(channels))
        self.letters = nn.Conv1d(channels, substeps * self.outputs, 1)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return logits."""
        logits = self.letters(self.blocks(self.narrow(seen))).transpose(1, 2)
        return logits.unflatten(2, (-1, self.outputs)).flatten(1, 2)


class Outlet(nn.Module):
    """The head as it is exported: takes (crops, 384, 1, steps), gives probabilities."""

    def __init__(self, head: Head, temperature: float) -> None:
        super().__init__()
        self.head = head
        self.temperature = temperature

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return probabilities, shape (crops, substeps, 1 + letters)."""
        return torch.softmax(self.head(seen.squeeze(2)) / self.temperature, 2)


def fit(
    alphabet: Alphabet,
    seen: Sequence[Halves],
    texts: Sequence[str],
    config: RecogniserConfig,
    checkpoint: Path,
    start: Head | None = None,
) -> Head:
    """Train by connectionist temporal classification (Graves et al. 2006); keep a checkpoint.

    What the head of another script, ``start``, has learned of strokes is a start for all layers but
    the last.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    head = Head(len(alphabet.letters), config.channels, config.substeps)
    if start is not None:
        head.narrow.load_state_dict(start.narrow.state_dict())
        head.blocks.load_state_dict(start.blocks.state_dict())
    if checkpoint.is_file():
        head.load_state_dict(torch.load(checkpoint, weights_only=True))
    number = {letter: at for at, letter in enumerate(alphabet.letters, 1)}
    targets = [torch.tensor([number[c] for c in alphabet.row_of(text)]) for text in texts]
    ctc = nn.CTCLoss(zero_infinity=True)
    optimiser = torch.optim.AdamW(head.parameters(), config.rate, weight_decay=config.decay)
    for epoch in range(config.epochs):
        drawn = batches([len(one[0]) for one in seen], config.batch, rng)
        losses = []
        head.train()
        for done, rows in enumerate(drawn):
            at = (epoch + done / len(drawn)) / config.epochs
            for group in optimiser.param_groups:
                group["lr"] = config.rate * 0.5 * (1 + math.cos(math.pi * at)) + 1e-5
            inputs = torch.from_numpy(np.stack([seen[i] for i in rows]).astype(np.float32))
            log_p = torch.log_softmax(head(inputs), 2).transpose(0, 1)
            lengths = torch.full((len(rows),), log_p.shape[0])
            wanted = [targets[i] for i in rows]
            sizes = torch.tensor([len(one) for one in wanted])
            loss = ctc(log_p, torch.cat(wanted), lengths, sizes)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 5.0)
            optimiser.step()
            losses.append(float(loss.detach()))
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", flush=True)
        torch.save(head.state_dict(), checkpoint)
    return head.eval()


def batches(
    steps: Sequence[int], size: int, rng: np.random.Generator
) -> list[npt.NDArray[np.int64]]:
    """Return rows by batch, of one length within a batch, in an order of chance."""
    by_length: dict[int, list[int]] = defaultdict(list)
    for row in rng.permutation(len(steps)):
        by_length[steps[row]].append(int(row))
    drawn = [
        np.array(rows[i : i + size])
        for rows in by_length.values()
        for i in range(0, len(rows), size)
        if len(rows[i : i + size]) > 1
    ]
    return [drawn[i] for i in rng.permutation(len(drawn))]


@torch.inference_mode()
def probabilities(
    head: Head, seen: Sequence[Halves], temperature: float
) -> list[npt.NDArray[np.float64]]:
    """Return the probabilities of each crop, shape (steps, 1 + letters)."""
    head.eval()
    return [
        torch.softmax(head(torch.from_numpy(one.astype(np.float32))[None]) / temperature, 2)[0]
        .double()
        .numpy()
        for one in seen
    ]
