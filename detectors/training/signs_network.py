"""The network that judges the kind of a sign: small residual convolutions, trained from scratch."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from detectors.signs.kinds import KINDS
from detectors.signs.look import as_input
from detectors.training import signs_draw
from detectors.training.signs_data import Patches, Pixels, Rng, drawn, middle, view

_SMOOTHING = 0.02  # of the labels: some are wrong


class StageConfig(BaseModel):
    """How a network is trained; ``examples`` are drawn anew for each epoch.

    ``drawn`` and ``mistaken`` are the shares of drawn signs and of things that are no signs; the
    rest are real signs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(gt=0)
    patience: int = Field(gt=0)
    examples: int = Field(gt=0)
    drawn: float = Field(ge=0, le=1)
    mistaken: float = Field(ge=0, le=1)
    rate: float = Field(gt=0)


class NetworkConfig(BaseModel):
    """Of the network and both stages of its training."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(gt=0)
    dropout: float = Field(ge=0, lt=1)
    batch: int = Field(gt=0)
    decay: float = Field(ge=0)
    threads: int = Field(gt=0)
    first: StageConfig
    second: StageConfig


class _Block(nn.Module):
    """Two convolutions beside a shortcut, at half the resolution."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.down = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.SiLU()
        )
        self.more = nn.Sequential(
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, image: Any) -> Any:
        seen = self.down(image)
        return nn.functional.silu(seen + self.more(seen))


class SignNetwork(nn.Module):
    """From crops, shape (crops, 3, 32, 32), to logits of `KINDS`."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width), nn.SiLU()
        )
        self.blocks = nn.Sequential(
            _Block(width, 2 * width), _Block(2 * width, 4 * width), _Block(4 * width, 6 * width)
        )
        # what lies where matters: a triangle stands on its side, a yield sign on its corner
        self.kinds = nn.Sequential(
            nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(dropout), nn.Linear(24 * width, len(KINDS))
        )

    def forward(self, crops: Any) -> Any:
        """Return logits, shape (crops, kinds)."""
        return self.kinds(self.blocks(self.stem(crops)))


class Material:
    """Draws examples: drawn signs, real signs, and things that are none, each kind as often.

    Parameters
    ----------
    signs, mistaken
        Real signs; what is none or probably none.
    grounds
        Pieces of photos to draw signs before.
    """

    def __init__(self, signs: Patches, mistaken: Patches, grounds: Patches) -> None:
        self.signs, self.mistaken, self.grounds = signs, mistaken, grounds
        counts = np.bincount(signs.group, minlength=len(KINDS))
        weight = 1 / np.sqrt(np.maximum(counts, 1))[signs.group]
        self._weight = weight / weight.sum()

    def examples(self, stage: StageConfig, rng: Rng) -> tuple[Pixels, npt.NDArray[np.float32]]:
        """Return crops and the kinds that each may be."""
        crops, allowed = [], []
        for _ in range(stage.examples):
            lot = rng.random()
            if lot < stage.drawn:
                kind = signs_draw.DRAWN[rng.integers(len(signs_draw.DRAWN))]
                crops.append(drawn(kind, self.grounds, rng))
                allowed.append(np.eye(len(KINDS), dtype=bool)[KINDS.index(kind)])
                continue
            one, row = self.mistaken, rng.integers(len(self.mistaken))
            if lot >= stage.drawn + stage.mistaken:
                one, row = self.signs, rng.choice(len(self.signs), p=self._weight)
            crops.append(view(one.pixels[row], rng))
            allowed.append(one.allowed[row])
        return np.stack(crops), np.stack(allowed).astype(np.float32)


def loss_of(logits: Any, allowed: Any) -> Any:
    """Return the mean of -log( P(one of the kinds that it may be) ), with smoothed labels."""
    log = torch.log_softmax(logits, 1)
    among = torch.logsumexp(log.masked_fill(allowed == 0, -math.inf), 1)
    return -((1 - _SMOOTHING) * among + _SMOOTHING * log.mean(1)).mean()


def fit(
    network: SignNetwork,
    config: NetworkConfig,
    stage: StageConfig,
    material: Material,
    watched: Patches,
    seed: int,
    checkpoint: Path,
    say: Callable[[str], None] = print,
) -> SignNetwork:
    """Train, and keep the state that does best on ``watched`` patches, which it does not learn.

    After each epoch everything is written to ``checkpoint``, so that a run that was stopped goes
    on; one that is finished is read back.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(seed)
    optimiser = torch.optim.AdamW(network.parameters(), stage.rate, weight_decay=config.decay)
    best, since, first = math.inf, 0, 0
    kept = {name: value.clone() for name, value in network.state_dict().items()}
    if checkpoint.is_file():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        best, since, first, kept = (state[name] for name in ("best", "since", "next", "kept"))
    for epoch in range(first, stage.epochs):
        if since >= stage.patience:
            break
        rng = np.random.default_rng((seed, epoch))
        crops, allowed = material.examples(stage, rng)
        loss = _epoch(network, optimiser, stage, epoch, config.batch, crops, allowed)
        own = watch(network, watched)
        since += 1
        if own < best:
            best, since = own, 0
            kept = {name: value.clone() for name, value in network.state_dict().items()}
        state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
        state |= {"best": best, "since": since, "next": epoch + 1, "kept": kept}
        torch.save(state, checkpoint)
        say(f"{checkpoint.stem}, epoch {epoch + 1}: loss {loss:.3f}, on watched {own:.3f}")
    network.load_state_dict(kept)
    return network.eval()


def _epoch(
    network: SignNetwork,
    optimiser: Any,
    stage: StageConfig,
    epoch: int,
    batch: int,
    crops: Pixels,
    allowed: npt.NDArray[np.float32],
) -> float:
    network.train()
    losses = []
    for start in range(0, len(crops), batch):
        at = (epoch + start / len(crops)) / stage.epochs
        for group in optimiser.param_groups:
            group["lr"] = stage.rate * (0.5 * (1 + math.cos(math.pi * at)) + 0.01)
        rows = slice(start, start + batch)
        inputs = torch.from_numpy(as_input(crops[rows]))
        loss = loss_of(network(inputs), torch.from_numpy(allowed[rows]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    return float(np.mean(losses))


def watch(network: SignNetwork, patches: Patches) -> float:
    """Return the loss on patches as they are, each kind weighing the same."""
    logits = torch.from_numpy(logits_of(network, np.stack([middle(p) for p in patches.pixels])))
    log = torch.log_softmax(logits, 1).numpy()
    among = np.log(np.maximum((np.exp(log) * patches.allowed).sum(1), 1e-6))
    group = patches.group
    return float(-np.mean([among[group == kind].mean() for kind in np.unique(group)]))


@torch.inference_mode()
def logits_of(network: SignNetwork, crops: Pixels) -> npt.NDArray[np.float64]:
    """Return logits of crops, shape (crops, kinds)."""
    network.eval()
    parts = [
        network(torch.from_numpy(as_input(crops[start : start + 256]))).numpy()
        for start in range(0, len(crops), 256)
    ]
    return np.concatenate([np.zeros((0, len(KINDS))), *parts]).astype(np.float64)


def export(network: SignNetwork, path: Path, crops: Pixels) -> float:
    """Write the network as ONNX with weights in 16 bits, checked against torch on some crops."""
    import onnxruntime as ort

    from detectors.training.onnx_export import ExportError, shrink

    inputs = as_input(crops)
    names = {"crops": {0: "crops"}, "kinds": {0: "crops"}}
    torch.onnx.export(
        network.eval(), (torch.from_numpy(inputs[:2]),), str(path), dynamo=False, opset_version=17,
        input_names=["crops"], output_names=["kinds"], dynamic_axes=names,
    )  # fmt: skip
    shrink(path, eight_bits_from=None)
    session = ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    expected, got = logits_of(network, crops), session.run(["kinds"], {"crops": inputs})[0]
    error = float(np.sqrt(np.mean((expected - got) ** 2)) / max(expected.std(), 1e-9))
    if not error <= 0.01:
        raise ExportError(f"{path}: ONNX differs from torch by {error:.4f} of the spread.")
    return error
