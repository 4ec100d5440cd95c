"""Fine-tune a network end to end on places and tags at once; resumable, seeded, with EMA.

The heads start from a linear probe, so that the first steps do not spoil the features (Kumar et
al. 2022). Batch norms are folded into their convolutions: they keep ImageNet's statistics, and a
step takes a third less time. The first blocks stay as they are and run in bfloat16.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from detectors.training.augment import change_colours, mix, random_view
from detectors.training.config import FineTuneConfig
from detectors.training.features import read_inputs
from detectors.training.graph import scaled
from detectors.training.parts import Parts
from detectors.training.tuned_network import parameter_groups, rate_factor

Floats = npt.NDArray[np.float32]
BEST = "best.safetensors"
_WEAK_NEGATIVE = 0.02  # share of missing tags that are there all the same
_SHARPNESS = np.geomspace(0.5, 2.0, 13)
_EVALUATED = 16  # photos a batch


@dataclass(frozen=True, eq=False)
class Targets:
    """What the network is to say about each photo.

    Attributes
    ----------
    cells : ndarray, shape (photos, cells)
        Rows sum to 1.
    weight : ndarray, shape (photos,)
        How much each photo counts.
    prior : ndarray, shape (cells,)
        Share of the training photos per cell; its log is added to the logits while training
        (balanced softmax, Ren et al. 2020).
    tags : ndarray, shape (photos, tags), bool
    tagged : ndarray, shape (photos,), bool
    sided : ndarray, shape (tags,), bool
        Tags that a mirror image falsifies, such as the driving side.
    """

    cells: Floats
    weight: Floats
    prior: Floats
    tags: npt.NDArray[np.bool_]
    tagged: npt.NDArray[np.bool_]
    sided: npt.NDArray[np.bool_]


class FineTuning:
    """A run of fine-tuning that can be stopped at any epoch and goes on from there.

    Parameters
    ----------
    module
        From `make_tuned`.
    spec
        Its configuration.
    paths, targets
        The photos.
    rows, watched : ndarray of int
        Which photos to train on, and which to watch; without any of these, every epoch is taken
        for better than the one before.
    folder
        Gets a checkpoint and a log line per epoch, and the best weights.
    """

    def __init__(
        self,
        module: Any,
        spec: FineTuneConfig,
        paths: list[Path],
        targets: Targets,
        rows: npt.NDArray[np.int64],
        watched: npt.NDArray[np.int64],
        folder: Path,
    ) -> None:
        import torch

        self.module, self.spec, self.paths, self.targets = module, spec, paths, targets
        self.rows, self.watched, self.folder = rows, watched, folder
        folder.mkdir(parents=True, exist_ok=True)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        module.to(self.device)
        self.steps = max(1, len(rows) // spec.batch)
        self.offset = torch.from_numpy(np.log(targets.prior + 1e-6)).float().to(self.device)
        self.optimiser = torch.optim.AdamW(parameter_groups(module, spec), weight_decay=spec.decay)
        self.parts = Parts(self.optimiser.zero_grad)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimiser, lambda step: rate_factor(step, spec.epochs * self.steps)
        )
        self.average = {k: v.detach().clone() for k, v in module.state_dict().items()}
        self.best = (math.inf, 0)

    def run(
        self, advance: Callable[[int, float], None] | None = None, *, until: int | None = None
    ) -> Any:
        """Train, and return the module with the averaged weights of the best epoch, on the CPU.

        Afterwards ``best`` is the loss on the watched photos and the number of that epoch.

        Parameters
        ----------
        advance
            Called with the number of steps done and the loss of the last one.
        until
            Stop after this epoch, as if interrupted.
        """
        self.best, epoch = self._resume()
        last = until or self.spec.epochs
        while epoch < last and epoch - self.best[1] < self.spec.patience:
            began = time.monotonic()
            loss = self._epoch(epoch, advance)
            epoch += 1
            row = {"epoch": epoch, "loss": loss, **(self.watch() if len(self.watched) else {})}
            row["seconds"] = round(time.monotonic() - began, 1)
            with (self.folder / "log.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(row) + "\n")
            if not len(self.watched) or row["held_out"] < self.best[0]:
                self.best = (row.get("held_out", math.inf), epoch)
                self._save_average(BEST)
            self._save(epoch)
        return self._load_best()

    def _epoch(self, epoch: int, advance: Callable[[int, float], None] | None) -> float:
        import torch

        rng = np.random.default_rng((self.spec.seed, epoch))
        torch.manual_seed(self.spec.seed + epoch)
        # Half of a photo's weight is how often it is drawn, half how much it counts.
        share = np.sqrt(self.targets.weight[self.rows])
        order = _resample(self.rows, share, rng)
        self.module.train()
        total = 0.0
        for step in range(self.steps):
            batch = order[step * self.spec.batch : (step + 1) * self.spec.batch]
            loss = self.parts.add_up(batch, partial(self._backward, rng))
            torch.nn.utils.clip_grad_norm_(self.module.parameters(), 5.0)
            self.optimiser.step()
            self.schedule.step()
            self._blend(epoch * self.steps + step)
            total += loss
            if advance:
                advance(epoch * self.steps + step + 1, loss)
        return total / self.steps

    def _backward(
        self, rng: np.random.Generator, part: npt.NDArray[np.int64], share: float
    ) -> float:
        loss = self._loss(part, rng) * share
        loss.backward()
        return float(loss.detach())

    def _loss(self, batch: npt.NDArray[np.int64], rng: np.random.Generator) -> Any:
        import torch
        from torch.nn import functional

        spec, targets = self.spec, self.targets
        photos = [Image.open(self.paths[n]).convert("RGB") for n in batch]
        views, mirrored = zip(
            *(random_view(photo, spec.size, rng) for photo in photos), strict=True
        )
        images = torch.from_numpy(np.stack(views)).permute(0, 3, 1, 2).float()
        images = change_colours((images - 127) / 128, rng)
        images, other, share = mix(images, spec.mixup, rng)
        images = images.contiguous(memory_format=torch.channels_last).to(self.device)
        cells, tags, _ = self.module(images)

        def both(values: npt.NDArray[np.floating]) -> torch.Tensor:
            own = torch.from_numpy(values.astype(np.float32))
            return (share * own + (1 - share) * own[other]).to(self.device)

        weight = both(np.sqrt(targets.weight[batch]))
        log = functional.log_softmax(cells + self.offset, 1)
        place = (-(both(targets.cells[batch]) * log).sum(1) * weight).mean()
        wanted = np.where(targets.tags[batch], 1.0, _WEAK_NEGATIVE)
        known = targets.tagged[batch][:, None] & ~(np.array(mirrored)[:, None] & targets.sided)
        told = torch.from_numpy(known & known[other.numpy()]).float().to(self.device)
        each = functional.binary_cross_entropy_with_logits(tags, both(wanted), reduction="none")
        return place + spec.tag_weight * (each * told).sum() / max(len(batch), 1)

    def _blend(self, step: int) -> None:
        keep = min(self.spec.average, (1 + step) / (10 + step))
        for name, value in self.module.state_dict().items():
            self.average[name].lerp_(value.detach(), 1 - keep)

    def watch(self) -> dict[str, float]:
        """Return the losses of the averaged weights on the watched photos.

        That of cells is at the sharpness that suits it best, since it is calibrated afterwards.
        """
        cells, tags, _ = self.predict(self.watched)
        targets, rows = self.targets, self.watched
        weight = targets.weight[rows]

        def loss(sharpness: float) -> float:
            logits = sharpness * cells + np.log(targets.prior + 1e-6)
            log = logits - np.logaddexp.reduce(logits, 1, keepdims=True)
            return float(-((targets.cells[rows] * log).sum(1) * weight).sum() / weight.sum())

        told = targets.tagged[rows]
        each = np.logaddexp(0, tags[told]) - tags[told] * targets.tags[rows][told]
        return {
            "held_out": min(map(loss, _SHARPNESS)),
            "held_out_tags": float(each.sum(1).mean()),
        }

    def predict(self, rows: npt.NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
        """Return cells, tags and pooled features of photos under the averaged weights."""
        import torch

        own = {k: v.detach().clone() for k, v in self.module.state_dict().items()}
        self.module.load_state_dict(self.average)
        self.module.eval()
        parts = []
        with torch.inference_mode():
            for start in range(0, len(rows), _EVALUATED):
                images = read_inputs([self.paths[n] for n in rows[start : start + _EVALUATED]])
                batch = scaled(torch.from_numpy(images), self.spec.height)
                batch = batch.contiguous(memory_format=torch.channels_last)
                parts.append(
                    [out.float().cpu().numpy() for out in self.module(batch.to(self.device))]
                )
        self.module.load_state_dict(own)
        cells, tags, pooled = (np.concatenate(part) for part in zip(*parts, strict=True))
        return cells, tags, pooled

    def _save(self, epoch: int) -> None:
        import torch

        self._save_average("average.safetensors")
        state = {
            "module": self.module.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.last_epoch,
            "epoch": epoch,
            "best": self.best,
        }
        partial = self.folder / "state.partial"
        torch.save(state, partial)
        partial.replace(self.folder / "state.pt")

    def _save_average(self, name: str) -> None:
        from safetensors.torch import save_file

        save_file({k: v.contiguous() for k, v in self.average.items()}, self.folder / name)

    def _resume(self) -> tuple[tuple[float, int], int]:
        import torch
        from safetensors.torch import load_file

        path = self.folder / "state.pt"
        if not path.is_file():
            return (math.inf, 0), 0
        state = torch.load(path, weights_only=True, map_location=self.device)
        self.module.load_state_dict(state["module"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.last_epoch = state["schedule"]
        self.average = load_file(self.folder / "average.safetensors", device=str(self.device))
        return tuple(state["best"]), state["epoch"]

    def _load_best(self) -> Any:
        from safetensors.torch import load_file

        path = self.folder / BEST
        if path.is_file():
            self.module.load_state_dict(load_file(path))
        return self.module.cpu().eval()


def _resample(
    rows: npt.NDArray[np.int64], share: Floats, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return as many rows, each about in proportion to its share, shuffled."""
    edges = np.cumsum(share / share.sum() * len(rows))
    drawn = np.searchsorted(edges, np.arange(len(rows)) + rng.random())
    return rng.permutation(rows[np.minimum(drawn, len(rows) - 1)])
