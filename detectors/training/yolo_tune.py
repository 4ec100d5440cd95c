"""Fine-tune neck and head of a YOLO on the cached features of its frozen backbone.

The backbone runs once per training picture, whatever the number of epochs, and stays as all other
heads know it. Batch normalisation is folded into the convolutions, so that nothing depends on
which pictures share a batch.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from clues.paths import WEIGHTS_DIR
from detectors.manifest import weight_file
from detectors.session import open_session
from detectors.training.boxes import average_precision, match
from detectors.training.parts import Parts
from detectors.yolo import BACKBONE_FILE, LEVELS, STRIDES, decode, suppress

_CHANNELS = (64, 128, 256)
_GAINS = {"box": 7.5, "cls": 0.5, "dfl": 1.5}  # as YOLOv8 has them
_LONGEST_STEP = 10.0  # norm of the gradient
_SEARCH = 0.01  # lowest score when average precision is taken
_STATE = "last.pt"
_BEST = "best.safetensors"

Boxes = npt.NDArray[np.float64]
Picture = tuple[npt.NDArray[np.uint8], Boxes]


class TuneConfig(BaseModel):
    """How neck and head are fine-tuned.

    Attributes
    ----------
    pictures, validation
        How many pictures to learn from and to choose the epoch by.
    epochs, batch
        Over the cached pictures.
    rate, decay
        Of AdamW; the rate rises for a tenth of the steps, then falls as a cosine.
    average
        Of the weights, per step: what is validated and kept is their moving average.
    patience
        Epochs without gain on the validation pictures after which training stops.
    half
        Convolve in bfloat16.
    threads
        Of torch, on a CPU.
    device
        ``cpu`` or ``cuda``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pictures: int = Field(gt=0)
    validation: int = Field(gt=0)
    epochs: int = Field(gt=0)
    batch: int = Field(gt=0)
    rate: float = Field(gt=0)
    decay: float = Field(ge=0)
    average: float = Field(ge=0, lt=1)
    patience: int = Field(gt=0)
    half: bool = True
    threads: int = Field(gt=0)
    device: str = "cpu"
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Cached:
    """The backbone's maps of square pictures, memory-mapped halves, and their boxes in pixels."""

    levels: tuple[npt.NDArray[np.float16], ...]
    boxes: tuple[Boxes, ...]

    @property
    def side_px(self) -> int:
        """Return the side of the pictures."""
        return int(self.levels[0].shape[2]) * STRIDES[0]

    def batch(self, rows: Sequence[int], device: str) -> tuple[Any, ...]:
        """Return the maps of some pictures as tensors."""
        import torch

        order = sorted(rows)
        arrays = (level[order].astype(np.float32) for level in self.levels)
        return tuple(torch.from_numpy(array).to(device) for array in arrays)

    def targets(self, rows: Sequence[int]) -> dict[str, Any]:
        """Return the boxes of some pictures as ultralytics' loss wants them; one class."""
        import torch

        boxes = [self.boxes[row] / self.side_px for row in sorted(rows)]
        flat = np.concatenate(boxes)
        centred = np.concatenate([(flat[:, :2] + flat[:, 2:]) / 2, flat[:, 2:] - flat[:, :2]], 1)
        return {
            "batch_idx": torch.arange(len(boxes)).repeat_interleave(
                torch.tensor([len(one) for one in boxes])
            ),
            "cls": torch.zeros(len(flat)),
            "bboxes": torch.from_numpy(centred).float(),
        }


def cache(pictures: Iterable[Picture], count: int, side_px: int, folder: Path) -> Cached:
    """Run the shipped backbone over square pictures, once; what is in the folder is read back."""
    from rich.progress import track

    def open_maps(mode: Any) -> tuple[npt.NDArray[np.float16], ...]:
        shapes = zip(_CHANNELS, STRIDES, strict=True)
        return tuple(
            np.lib.format.open_memmap(  # type: ignore[no-untyped-call]
                folder / f"{name}.npy", mode, np.float16, (count, c, side_px // s, side_px // s)
            )
            for name, (c, s) in zip(LEVELS, shapes, strict=True)
        )

    done = folder / "boxes.json"
    if done.is_file():
        boxes = json.loads(done.read_text())
        return Cached(open_maps("r"), tuple(np.array(one).reshape(-1, 4) for one in boxes))
    folder.mkdir(parents=True, exist_ok=True)
    session = open_session(weight_file(BACKBONE_FILE, WEIGHTS_DIR))
    maps, boxes = open_maps("w+"), []
    chosen = islice(pictures, count)
    for row, (pixels, own) in enumerate(track(chosen, f"{folder.name}: features", count)):
        image = pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255
        for kept, level in zip(maps, session.run(list(LEVELS), {"image": image}), strict=True):
            kept[row] = level[0]
        boxes.append(own.round(2).tolist())
    done.write_text(json.dumps(boxes))
    return Cached(maps, tuple(np.array(one).reshape(-1, 4) for one in boxes))


def tune(model: Any, config: TuneConfig, train: Cached, val: Cached, folder: Path) -> list[float]:
    """Fine-tune neck and head of a fused YOLO in place; keep the epoch that validates best.

    Parameters
    ----------
    model
        From `detectors.training.yolo_start.shipped_yolo`, fused, of one class.
    config
    train, val
        What to learn from, and to choose by.
    folder
        Gets a checkpoint an epoch; a run that was stopped goes on from it.

    Returns
    -------
    list of float
        AP50 on the validation pictures, per epoch.
    """
    import torch
    from safetensors.torch import load_file, save_file

    from detectors.training.yolo_export import parts

    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    head = parts(model)[1].to(config.device).to(memory_format=torch.channels_last)
    for weight in head.parameters():
        weight.requires_grad_(True)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(config.average)
    state = SimpleNamespace(
        head=head,
        averaged=torch.optim.swa_utils.AveragedModel(head, multi_avg_fn=average),
        optimizer=torch.optim.AdamW(head.parameters(), config.rate, weight_decay=config.decay),
    )
    steps = config.epochs * (len(train.boxes) // config.batch)
    state.schedule = torch.optim.lr_scheduler.OneCycleLR(
        state.optimizer, config.rate, total_steps=steps, pct_start=0.1
    )
    scores = _resume(state, folder / _STATE)
    loss = _loss(model, config.device)
    while len(scores) < config.epochs:
        if len(scores) - int(np.argmax([*scores, -1])) > config.patience:
            break
        _epoch(state, config, train, loss, len(scores))
        scores.append(_validate(state.averaged.module, val, config))
        print(f"epoch {len(scores)}: AP50 {scores[-1]:.3f}", flush=True)
        if scores[-1] == max(scores):
            weights = state.averaged.module.state_dict()
            save_file({name: w.contiguous() for name, w in weights.items()}, folder / _BEST)
        keys = ("head", "averaged", "optimizer", "schedule")
        kept = {key: getattr(state, key).state_dict() for key in keys}
        torch.save({**kept, "scores": scores}, folder / _STATE)
    head.load_state_dict(load_file(folder / _BEST))
    head.to("cpu").requires_grad_(False).eval()
    return scores


def _resume(state: SimpleNamespace, path: Path) -> list[float]:
    import torch

    if not path.is_file():
        return []
    saved = torch.load(path, weights_only=True)
    for key in ("head", "averaged", "optimizer", "schedule"):
        getattr(state, key).load_state_dict(saved[key])
    return list(saved["scores"])


def _loss(model: Any, device: str) -> Any:
    from ultralytics.utils.loss import v8DetectionLoss

    model.args = SimpleNamespace(**_GAINS)
    return v8DetectionLoss(model.to(device))


def _epoch(
    state: SimpleNamespace, config: TuneConfig, train: Cached, loss: Any, number: int
) -> None:
    import torch
    from rich.progress import track

    rng = np.random.default_rng((config.seed, number))
    order = rng.permutation(len(train.boxes))
    starts = range(0, len(order) - config.batch + 1, config.batch)

    def backward(rows: list[int], _: float) -> float:
        levels = train.batch(rows, config.device)
        with torch.autocast(config.device, torch.bfloat16, enabled=config.half):
            kinds, sides = state.head(*levels)
        preds = {"scores": kinds.float(), "boxes": sides.float(), "feats": list(levels)}
        # ultralytics' loss is one for each picture, times their number
        value = loss(preds, train.targets(rows))[0].sum() / config.batch
        value.backward()
        return float(value.detach())

    parts = Parts(state.optimizer.zero_grad)
    for start in track(starts, description=f"epoch {number + 1}"):
        parts.add_up(order[start : start + config.batch].tolist(), backward)
        torch.nn.utils.clip_grad_norm_(state.head.parameters(), _LONGEST_STEP)
        state.optimizer.step()
        state.schedule.step()
        state.averaged.update_parameters(state.head)


def _validate(head: Any, val: Cached, config: TuneConfig) -> float:
    """Return AP50."""
    import torch

    shapes = [(val.side_px // stride,) * 2 for stride in STRIDES]
    matched = []
    for row, truth in enumerate(val.boxes):
        with torch.inference_mode():
            outputs = head(*val.batch([row], config.device))
        logits, sides = (value[0].float().cpu().numpy() for value in outputs)
        boxes, scores, kinds = decode(logits, sides, shapes, _SEARCH)
        kept = suppress(boxes, scores, kinds)
        matched.append(match(boxes[kept], scores[kept], truth))
    return average_precision(matched)
