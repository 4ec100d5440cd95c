"""Ultralytics without telemetry, downloads or installs, for whatever trains a YOLO here.

The layers up to `BACKBONE_LAYERS` keep the weights that ship, so that all heads trained here can
share one run of them (`detectors.yolo`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from clues.errors import MissingExtraError

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
