"""Train the furniture detector: bollards, posts, bus stops, signs, signals, poles."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from clues.cue import Box
from detectors.checkpoint import ultralytics_offline
from detectors.furniture import CLASSES, MODEL, scene_looks
from detectors.manifest import load_manifest, record, weight_file
from detectors.training.boxes import Measured
from detectors.training.card import record_weights
from detectors.training.config import read_as
from detectors.training.furniture_card import LICENCE, Results, describe
from detectors.training.furniture_data import FOLDS, Sample, read_german, read_street, views
from detectors.training.furniture_measure import (
    SEARCH,
    above_floor,
    figures,
    fit_scales,
    measure_dev,
    measure_german,
    measure_together,
    read_dev,
)
from detectors.yolo import (
    BACKBONE_FILE,
    LONG_SIDE_PX,
    NECK_FILE,
    STRIDES,
    Detection,
    YoloBackbone,
    YoloHead,
    decode,
    suppress,
)

CONFIG = Path(__file__).with_name("furniture.yaml")


class FurnitureConfig(BaseModel):
    """Everything that decides how the detector comes out; see ``furniture.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    boxes: str
    german: str
    views: int = Field(gt=0)
    negatives: int = Field(gt=0)
    head: dict[str, float]
    street: str
    bootstrap_rounds: int = Field(gt=0)
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Learned:
    """What the training leaves: out-of-fold findings in the street views, and the final head."""

    samples: list[Sample]
    found: list[list[Detection]]
    head: Any
    check: tuple[npt.NDArray[np.float32], ...]


def learn(config: FurnitureConfig, data_dir: Path, out_dir: Path) -> Learned:
    """Cross-validate by photo, then train on all photos; each finished part is kept and reused."""
    street, found, maps, cells, layers = cross_validate(config, data_dir, out_dir)
    head = _final(config, maps, cells, layers, out_dir / "head.safetensors")
    return Learned(street, found, head, maps.maps(range(2)))


def cross_validate(
    config: FurnitureConfig, data_dir: Path, out_dir: Path
) -> tuple[list[Sample], list[list[Detection]], Any, Any, Any]:
    """Find objects in each street view by a head that learned from the other folds only.

    Returns
    -------
    samples, found
        The street views, and what was found in each; boxes as shares of the photo.
    maps, cells, layers
        What a head learns from.
    """
    ultralytics_offline(out_dir / "ultralytics")
    from detectors.training.furniture_cells import draw
    from detectors.training.furniture_export import box_layers, cache_maps

    street = read_street(data_dir / config.boxes)
    german = read_german(data_dir / config.german, ("train", "val"))
    seen = [*views(street, config.views, config.seed), *views(german, 1, config.seed)]
    maps = cache_maps(seen, out_dir / "maps")
    layers = box_layers()
    # Only a part that is not finished needs the cells.
    cells = cache(lambda: draw(maps, range(len(seen)), layers, config.negatives, config.seed))
    fold = np.repeat([sample.fold for sample in street], config.views)
    fold = np.concatenate([fold, np.full(len(german), -1)])
    found: list[list[Detection]] = [[] for _ in street]
    for number in range(FOLDS):
        kept = out_dir / f"fold{number}.json"
        own = [n for n, sample in enumerate(street) if sample.fold == number]
        if not kept.is_file():
            head = _fit(config, maps, cells(), fold != number, layers)
            kept.write_text(json.dumps([_find(head, maps, n * config.views) for n in own]))
        for n, rows in zip(own, json.loads(kept.read_text()), strict=True):
            found[n] = [Detection(CLASSES[k], score, Box(*box)) for k, score, box in rows]
    return street, found, maps, cells, layers


def _fit(config: FurnitureConfig, maps: Any, cells: Any, used: Any, layers: Any) -> Any:
    """Train on some views; look for the background that is taken for objects; train again."""
    from detectors.training.furniture_cells import hardest, join
    from detectors.training.furniture_head import HeadConfig, fit_head

    settings = HeadConfig.model_validate(config.head)
    own = [level.take(used[level.view]) for level in cells]
    head = fit_head(settings, own, layers, len(CLASSES))
    whole = [row for row in np.flatnonzero(used).tolist() if maps.views[row].whole]
    hard = hardest(maps, whole, lambda row: _answer(head, maps, row)[0])
    levels = [join(pair) for pair in zip(own, hard, strict=True)]
    return fit_head(settings, levels, layers, len(CLASSES))


def _final(config: FurnitureConfig, maps: Any, cells: Any, layers: Any, kept: Path) -> Any:
    """Return the head that learned from all views, from its file if it is there."""
    from safetensors.torch import load_file, save_file

    from detectors.training.furniture_head import CellHead

    if not kept.is_file():
        head = _fit(config, maps, cells(), np.ones(len(maps.views), bool), layers)
        save_file(head.state_dict(), kept)
    head = CellHead(len(CLASSES), int(config.head["hidden"]))
    head.load_state_dict(load_file(kept))
    return head.eval()


def _answer(head: Any, maps: Any, row: int) -> tuple[Any, Any, Any]:
    """Return class probabilities, logits and box distributions of a view's cells."""
    import torch

    with torch.inference_mode():
        logits, sides = head(*map(torch.from_numpy, maps.maps([row])))
    return logits[0].sigmoid().numpy(), logits[0].numpy(), sides[0].numpy()


def _find(head: Any, maps: Any, row: int) -> list[Any]:
    """Return class, score and box (as shares of the view) of what a head finds in one view."""
    _, logits, sides = _answer(head, maps, row)
    shapes = [(LONG_SIDE_PX // stride,) * 2 for stride in STRIDES]
    boxes, scores, kinds = decode(logits, sides, shapes, SEARCH)
    size = np.tile(maps.sizes[row], 2)
    return [
        [int(kinds[n]), round(float(scores[n]), 5), (boxes[n] / size).tolist()]
        for n in suppress(boxes, scores, kinds)
    ]


def train(config_path: Path | None, data_dir: Path, out_dir: Path) -> dict[str, Measured]:
    """Cross-validate, train, export, calibrate, measure and describe the furniture detector.

    Parameters
    ----------
    config_path
        YAML as in ``furniture.yaml``, which is the default.
    data_dir
        Folder with ``streetview`` and ``signs``.
    out_dir
        Gets weights, card and manifest; a run that was stopped goes on from what it finished.

    Returns
    -------
    dict
        Figures with their 95 % intervals, as in the manifest.

    Raises
    ------
    CluesError
        If weights, data, the configuration or a package are missing.
    """
    config = read_as(FurnitureConfig, config_path or CONFIG)
    out_dir.mkdir(parents=True, exist_ok=True)
    learned = learn(config, data_dir, out_dir)
    from detectors.training.furniture_export import export

    head_file = out_dir / MODEL.head_file
    error = export(learned.head, head_file, learned.check)
    for shared in (BACKBONE_FILE, NECK_FILE):
        shutil.copyfile(weight_file(shared), out_dir / shared)
        record(load_manifest()[shared], out_dir)
    record_weights(head_file, MODEL.name, LICENCE, classes=CLASSES)
    rounds = config.bootstrap_rounds
    rows = figures(learned.samples, learned.found, rounds)
    scales, measured = fit_scales(learned.samples, above_floor(learned.found), rounds)
    scales.save(out_dir / MODEL.scales_file)
    record_weights(out_dir / MODEL.scales_file, MODEL.name, LICENCE)
    backbone, head = YoloBackbone(out_dir), YoloHead(MODEL.head_file, out_dir)
    photos, seen = read_dev(head, backbone, data_dir / config.street, out_dir)
    dev = measure_dev(photos, seen, rounds)
    together = measure_together(photos, seen, scales, scene_looks(), rounds)
    german = measure_german(head, backbone, data_dir / config.german, out_dir, rounds)
    describe(
        out_dir,
        Results(rows, german, scales, measured, dev, together, error, len(learned.samples)),
    )
    return load_manifest(out_dir)[MODEL.head_file].metrics
