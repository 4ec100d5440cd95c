"""Run the shared backbone and neck over views, and export a head that was trained on their maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.manifest import weight_file
from detectors.session import open_session
from detectors.training.furniture_cells import Maps, open_maps
from detectors.training.furniture_data import View
from detectors.training.yolo_export import export_checked
from detectors.training.yolo_start import shipped_weights
from detectors.yolo import BACKBONE_FILE, LEVELS, LONG_SIDE_PX, NECK, NECK_FILE, network_input

_GREY = 114 / 255


def box_layers() -> list[tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]]:
    """Return weight and bias of COCO's last box layer, per stride."""
    known = shipped_weights()
    names = [f"22.cv2.{level}.2" for level in range(len(LEVELS))]
    return [(known[f"{name}.weight"], known[f"{name}.bias"]) for name in names]


def cache_maps(views: Sequence[View], folder: Path) -> Maps:
    """Run backbone and neck over views, once; a folder that is complete is read back.

    Views are padded with grey to squares; `Maps.sizes` holds their width and height in network
    pixels.
    """
    from rich.progress import track

    done = folder / "sizes.npy"
    if done.is_file() and len(sizes := np.load(done)) == len(views):
        return Maps(open_maps(folder, len(views), "r"), sizes, views)
    folder.mkdir(parents=True, exist_ok=True)
    backbone, neck = (open_session(weight_file(file)) for file in (BACKBONE_FILE, NECK_FILE))
    maps = open_maps(folder, len(views), "w+")
    sizes = np.zeros((len(views), 2))
    for row, view in enumerate(track(views, description="features")):
        image = view.image()
        pixels, scale = network_input(image)
        sizes[row] = image.width * scale, image.height * scale
        square = np.full((1, 3, LONG_SIDE_PX, LONG_SIDE_PX), _GREY, np.float32)
        square[:, :, : pixels.shape[2], : pixels.shape[3]] = pixels
        levels = backbone.run(list(LEVELS), {"image": square})
        outputs = neck.run(list(NECK), dict(zip(LEVELS, levels, strict=True)))
        for kept, value in zip(maps, outputs, strict=True):
            kept[row] = value[0]
    np.save(done, sizes)
    return Maps(maps, sizes, views)


def export(head: Any, path: Path, maps: Sequence[npt.NDArray[np.float32]]) -> float:
    """Write a trained head, checked against torch; return the difference.

    Parameters
    ----------
    head
        A trained `CellHead`.
    path
        The file to write.
    maps
        Cached maps of a few views, to check on.

    Raises
    ------
    ExportError
        If ONNX differs from torch by more than a hundredth of the spread.
    """
    return export_checked(head, path, NECK, ("classes", "boxes"), tuple(maps))
