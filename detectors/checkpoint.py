"""Ultralytics without telemetry, downloads or installs, for whatever trains a YOLO here.

The layers up to `BACKBONE_LAYERS` keep the weights that ship, so that all heads trained here can
share one run of them (`detectors.yolo`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from clues.errors import MissingExtraError, brief_reason
from detectors.manifest import WeightsError

BACKBONE_LAYERS = 10  # of YOLOv8: convolutions, C2f blocks and the spatial pyramid
_INTEGRATIONS = ("clearml", "comet", "dvc", "mlflow", "raytune", "tensorboard", "wandb")


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


def open_checkpoint(path: Path, folder: Path) -> Any:
    """Return the network of a checkpoint, read in weights-only mode: a pickle could run any code.

    Parameters
    ----------
    path
        A ``.pt`` file.
    folder
        For ultralytics' settings.

    Raises
    ------
    MissingExtraError
        If ultralytics is not installed.
    WeightsError
        If it is no checkpoint that is safe to open.
    """
    ultralytics_offline(folder)
    import torch
    from ultralytics.nn.tasks import torch_safe_load

    # With an older torch ultralytics would open it unsafely, and say nothing.
    if not hasattr(torch.serialization, "get_unsafe_globals_in_checkpoint"):
        raise WeightsError(f"{path}: opening it safely needs torch 2.6; type: pip install -U torch")
    try:
        checkpoint = torch_safe_load(str(path), safe_only=True)[0]
        network = checkpoint.get("ema") or checkpoint["model"]
        return network.float().eval()
    except Exception as error:  # torch, pickle, zipfile and ultralytics raise kinds of their own
        why = brief_reason(error, 200)
        raise WeightsError(f"{path}: not a checkpoint that is safe to open ({why}).") from None
