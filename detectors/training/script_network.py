"""The network that tells scripts apart: separable convolutions, pooled over the window."""

from __future__ import annotations

import math
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field
from torch import nn

from detectors.ocr.script_net import CLASSES, HEIGHT, WIDTH, normalised

_SMOOTHING = 0.05
_WARM_STEPS = 12  # of each round: the optimiser starts anew


class TrainingConfig(BaseModel):
    """How the network is trained: rounds over all crops, shared out to workers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rounds: int = Field(gt=0)
    workers: int = Field(gt=0)
    batch: int = Field(gt=1)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    seed: int


def separable(inputs: int, outputs: int, stride: int | tuple[int, int] = 1) -> nn.Sequential:
    """Return a depthwise and a pointwise convolution, normalised."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class _Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = separable(channels, channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.inner(x)


class ScriptNetwork(nn.Module):
    """Grey windows, shape (windows, 1, 32, 128), to logits over `CLASSES`."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 24, 5, 2, 2, bias=False), nn.BatchNorm2d(24), nn.ReLU(inplace=True),
            separable(24, 64, 2), _Residual(64), _Residual(64),
            separable(64, 128, 2), _Residual(128), _Residual(128), _Residual(128),
            separable(128, 192, (2, 1)), _Residual(192),
        )  # fmt: skip
        self.dropout = nn.Dropout(0.15)
        self.head = nn.Linear(2 * 192, len(CLASSES))

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return logits, shape (windows, classes)."""
        x = self.features(windows)
        pooled = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        return self.head(self.dropout(pooled))


def fit(
    windows: npt.NDArray[np.uint8],
    classes: npt.NDArray[np.int64],
    config: TrainingConfig,
    checkpoint: Path,
) -> ScriptNetwork:
    """Train from scratch, or on from ``checkpoint``, by local stochastic gradient descent.

    Each round, every worker trains a copy on its share of the crops; the mean of the copies is
    the start of the next round (McMahan et al. 2017).
    """
    torch.set_num_threads(1)
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    network = ScriptNetwork()
    if checkpoint.is_file():
        network.load_state_dict(torch.load(checkpoint, weights_only=True))
    _SHARED["windows"], _SHARED["classes"] = windows, classes
    with multiprocessing.get_context("fork").Pool(config.workers) as pool:
        for number in range(config.rounds):
            shares = np.array_split(rng.permutation(len(windows)), config.workers)
            done = (number / config.rounds, (number + 1) / config.rounds)
            state = {name: value.numpy() for name, value in network.state_dict().items()}
            tasks = [(state, share, config, done, config.seed + 97 * number + k)
                     for k, share in enumerate(shares)]  # fmt: skip
            results = pool.map(_round, tasks)
            network.load_state_dict(_mean([result[0] for result in results]))
            torch.save(network.state_dict(), checkpoint)
            loss, right = np.mean([result[1:] for result in results], axis=0)
            print(f"round {number + 1}: loss {loss:.3f}, right {right:.3f}", flush=True)
    return network.eval()


_SHARED: dict[str, npt.NDArray[Any]] = {}  # crops, which forked workers see without a copy
_Task = tuple[
    dict[str, npt.NDArray[Any]], npt.NDArray[np.int64], TrainingConfig, tuple[float, float], int
]


def _round(task: _Task) -> tuple[dict[str, npt.NDArray[Any]], float, float]:
    """Train one copy on one share; return its weights, mean loss and share judged rightly."""
    state, share, config, (begin, end), seed = task
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    network = ScriptNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    network.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()})
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), config.rate, weight_decay=config.decay)
    loss_of = nn.CrossEntropyLoss(label_smoothing=_SMOOTHING)
    steps = max(1, len(share) // config.batch)
    losses, hits = [], []
    for step in range(steps):
        rows = np.sort(share[step * config.batch : (step + 1) * config.batch])
        inputs = torch.from_numpy(_vary(normalised(_SHARED["windows"][rows]), rng))
        target = torch.from_numpy(_SHARED["classes"][rows])
        logits = network(inputs.contiguous(memory_format=torch.channels_last))
        loss = loss_of(logits, target)
        at = begin + (end - begin) * step / steps
        for group in optimiser.param_groups:
            warm = min(1.0, (step + 1) / _WARM_STEPS)
            group["lr"] = config.rate * warm * 0.5 * (1 + math.cos(math.pi * at)) + 1e-5
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        losses.append(float(loss.detach()))
        hits.append(float((logits.argmax(1) == target).float().mean()))
    weights = {name: value.numpy() for name, value in network.state_dict().items()}
    return weights, float(np.mean(losses)), float(np.mean(hits))


def _mean(states: list[dict[str, npt.NDArray[Any]]]) -> dict[str, torch.Tensor]:
    return {
        name: torch.from_numpy(np.asarray(np.mean([state[name] for state in states], axis=0))).to(
            torch.from_numpy(states[0][name]).dtype
        )
        for name in states[0]
    }


def _vary(windows: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Turn light and dark round, and shift a little: what costs nothing to draw anew."""
    sign = rng.choice((-1.0, 1.0), (len(windows), 1, 1, 1)).astype(np.float32)
    return np.roll(windows * sign, (int(rng.integers(-1, 2)), int(rng.integers(-6, 7))), (2, 3))


@torch.inference_mode()
def logits_of(network: nn.Module, windows: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return logits, shape (windows, classes)."""
    network.eval()
    parts = [
        network(torch.from_numpy(normalised(windows[i : i + 256]))).numpy()
        for i in range(0, len(windows), 256)
    ]
    return np.concatenate(parts).astype(np.float64)


def temperature_of(logits: npt.NDArray[np.float64], classes: npt.NDArray[np.int64]) -> float:
    """Return the temperature under which the classes are likeliest."""
    grid = np.geomspace(0.3, 4.0, 60)
    losses = []
    for temperature in grid:
        scaled = logits / temperature
        scaled -= scaled.max(1, keepdims=True)
        log_p = scaled - np.log(np.exp(scaled).sum(1, keepdims=True))
        losses.append(-log_p[np.arange(len(classes)), classes].mean())
    return float(grid[int(np.argmin(losses))])


class Calibrated(nn.Module):
    """Log-probabilities under a temperature: what is exported."""

    def __init__(self, network: nn.Module, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        """Return log-probabilities, shape (windows, classes)."""
        return torch.log_softmax(self.network(windows) / self.temperature, 1)


def export(network: nn.Module, temperature: float, path: Path) -> None:
    """Write the network as ONNX, weights in 16 bits, giving calibrated log-probabilities."""
    from detectors.training.onnx_export import shrink

    names = ("windows", "log_probability")
    torch.onnx.export(
        Calibrated(network, temperature).eval(), (torch.zeros((2, 1, HEIGHT, WIDTH)),), str(path),
        dynamo=False, opset_version=17, input_names=names[:1], output_names=names[1:],
        dynamic_axes={name: {0: "windows"} for name in names},
    )  # fmt: skip
    shrink(path, eight_bits_from=None)
