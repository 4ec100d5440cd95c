"""Fine-tune a YOLO on top of a frozen backbone, offline (ultralytics).

The layers up to `BACKBONE_LAYERS` keep the weights that they start from, batch statistics
included, so that all heads trained here can share one run of them (`detectors.yolo`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from clues.errors import CluesError, MissingExtraError

BACKBONE_LAYERS = 10  # of YOLOv8: convolutions, C2f blocks and the spatial pyramid
_INTEGRATIONS = ("clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")


class YoloConfig(BaseModel):
    """How a YOLO is fine-tuned.

    Attributes
    ----------
    start
        Checkpoint of a YOLOv8 to start from; a relative path counts from the data folder.
    epochs, batch, image_size_px
        Of the training.
    rate
        First learning rate of AdamW; it falls linearly to a hundredth.
    patience
        Epochs without gain on the validation photos after which training stops.
    augment
        Passed on to ultralytics: mosaic, scale, hsv_v ...
    threads
        Of torch, on a CPU.
    device
        ``cpu``, ``cuda`` or empty for the best there is.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str
    epochs: int = Field(gt=0)
    batch: int = Field(gt=0)
    image_size_px: int = Field(gt=0, multiple_of=32)
    rate: float = Field(gt=0)
    patience: int = Field(gt=0)
    augment: dict[str, float] = {}
    threads: int = Field(gt=0)
    device: str = "cpu"
    seed: int = 0


def ultralytics_offline(folder: Path) -> Any:
    """Import ultralytics with telemetry, downloads and installs off; its settings go to a folder.

    Checkpoints are read in weights-only mode: a ``.pt`` file can otherwise run any code.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    os.environ.update(
        YOLO_OFFLINE="true",
        YOLO_AUTOINSTALL="false",
        YOLO_VERBOSE="false",
        ULTRALYTICS_SAFE_LOAD="1",
    )
    os.environ.setdefault("YOLO_CONFIG_DIR", str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        import ultralytics
    except ImportError as error:
        raise MissingExtraError(
            f"Training needs the package {error.name}; type: pip install 'clues[torch]'"
        ) from None
    ultralytics.settings.update({"sync": False, **dict.fromkeys(_INTEGRATIONS, False)})
    return ultralytics


def fit(
    config: YoloConfig,
    data_dir: Path,
    out_dir: Path,
    photos: Mapping[str, Sequence[Path]],
    classes: Sequence[str],
) -> Path:
    """Fine-tune neck and head, and return the checkpoint of the best epoch.

    Parameters
    ----------
    config
        What decides how it comes out.
    data_dir
        For a relative ``config.start``.
    out_dir
        Gets the checkpoints; a run that was stopped goes on from its last one.
    photos
        ``train`` and ``val``: image files under a folder ``images``, labels beside it under
        ``labels`` in the format of YOLO.
    classes
        Names, in the order of the labels.

    Raises
    ------
    CluesError
        If the start weights are missing.
    """
    start = data_dir / config.start
    last, best = out_dir / "run/weights/last.pt", out_dir / "run/weights/best.pt"
    if not start.is_file():
        raise CluesError(f"{start}: no such checkpoint; name a yolov8n.pt as `start`.")
    for name, files in photos.items():
        (out_dir / f"{name}.txt").write_text("".join(f"{file.resolve()}\n" for file in files))
    data = out_dir / "data.yaml"
    described = {"path": str(out_dir.resolve()), "train": "train.txt", "val": "val.txt"}
    data.write_text(yaml.safe_dump({**described, "names": dict(enumerate(classes))}))
    ultralytics_offline(out_dir / "ultralytics")
    import torch
    from ultralytics.models.yolo.detect import DetectionTrainer

    settings = {
        "model": str(start),
        "data": str(data),
        "epochs": config.epochs,
        "batch": config.batch,
        "imgsz": config.image_size_px,
        "optimizer": "AdamW",
        "lr0": config.rate,
        "lrf": 0.01,
        "patience": config.patience,
        "freeze": BACKBONE_LAYERS,
        "seed": config.seed,
        "device": config.device,
        "workers": 0,
        "amp": False,
        "plots": False,
        "project": str(out_dir.resolve()),
        "name": "run",
        "exist_ok": True,
        **config.augment,
    }
    if last.is_file():
        settings |= {"model": str(last), "resume": str(last)}
    trainer = DetectionTrainer(overrides=settings)
    torch.set_num_threads(config.threads)
    trainer.train()
    return best
