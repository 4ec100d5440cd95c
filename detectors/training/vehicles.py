"""Make the vehicle detector: export a COCO-trained YOLO, calibrate and measure it on cue tags.

Nothing of the network is trained here; what is fitted is how its scores turn into likelihoods.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from clues.errors import CluesError
from detectors.downloads import models_dir
from detectors.objects import FLOOR
from detectors.scene.calibration import SceneScales
from detectors.training import calibrate
from detectors.training.card import Measured, number, record_weights
from detectors.training.config import read_as
from detectors.training.metrics import auc, average_precision, with_interval
from detectors.training.scene_data import ScenePhotos, read_photos
from detectors.training.sightings import best_logits, find_all
from detectors.vehicles import MODEL, TAG_OF_CLASS
from detectors.yolo import BACKBONE_FILE, NECK_FILE, YoloBackbone, YoloHead

CONFIG = Path(__file__).with_name("vehicles.yaml")
LICENCE = "AGPL-3.0 (YOLOv8n of ultralytics, trained on COCO 2017); calibration AGPL-3.0-or-later"
CLASSES = ("person", *TAG_OF_CLASS)


class VehiclesConfig(BaseModel):
    """Everything that decides how the detector comes out; see ``vehicles.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: str
    photos: list[str]
    tags: str
    dev: str
    min_positives: int = Field(ge=2)
    bootstrap_rounds: int = Field(gt=0)


@dataclass(frozen=True, slots=True)
class TagMeasured:
    """One tag: positives, AUC and average precision with 95 % intervals, on two sets of photos."""

    tag: str
    variable: str
    enabled: bool
    positives: tuple[int, int]
    auc: tuple[Measured, Measured]
    precision: tuple[Measured, Measured]


def train(config_path: Path | None, data_dir: Path, out_dir: Path) -> list[TagMeasured]:
    """Export, calibrate, measure and describe the detector; returns what was measured.

    Parameters
    ----------
    config_path
        YAML as in ``vehicles.yaml``, which is the default.
    data_dir
        Folder with the start weights and the photos that the configuration names.
    out_dir
        Gets weights, card and manifest. What was found in each photo is kept there, so that a
        run that was stopped goes on.

    Raises
    ------
    CluesError
        If weights, data, the configuration or a package are missing.
    """
    config = read_as(VehiclesConfig, config_path or CONFIG)
    out_dir.mkdir(parents=True, exist_ok=True)
    tags = tuple(TAG_OF_CLASS.values())
    photos = read_photos(data_dir, config.photos, config.tags, tags=tags)
    dev = read_photos(data_dir, [config.dev], config.tags, tags=tags)
    error = _export(data_dir / config.start, photos, out_dir)
    backbone, head = YoloBackbone(out_dir), YoloHead(MODEL.head_file, out_dir)
    paths = [*photos.paths, *dev.paths]
    found = find_all(head, backbone, paths, out_dir / "found.jsonl", FLOOR)
    scores = best_logits(found, tuple(TAG_OF_CLASS), FLOOR)
    seen, unseen = scores[: len(photos)][photos.labelled], scores[len(photos) :][dev.labelled]
    labels, dev_labels = photos.labels[photos.labelled], dev.labels[dev.labelled]
    enough = labels.sum(0) >= config.min_positives
    kept = tuple(tag for tag, ok in zip(tags, enough, strict=True) if ok)
    scales = calibrate.fit_scales(
        kept, seen[:, enough], labels[:, enough], rounds=config.bootstrap_rounds
    )
    scales.save(out_dir / MODEL.scales_file)
    sets = ((seen[:, enough], labels[:, enough]), (unseen[:, enough], dev_labels[:, enough]))
    measured = _measure(scales, sets, config.bootstrap_rounds)
    _describe(out_dir, measured, error, (len(labels), len(dev_labels)), set(tags) - set(kept))
    return measured


def _export(start: Path, photos: ScenePhotos, out_dir: Path) -> float:
    """Write backbone, neck and head, and return how far they are from torch."""
    from detectors.training.yolo_export import alike, export_backbone, export_head, load_model
    from detectors.training.yolo_neck import split

    if not start.is_file():
        start = models_dir() / start.name
    if not start.is_file():
        raise CluesError(
            f"{start.name}: no such checkpoint among data or models; "
            "type: clues models pull yolov8n.pt"
        )
    model = load_model(start, out_dir / "ultralytics")
    names = {name: number for number, name in model.names.items()}
    images = alike(photos.paths)
    error = max(
        export_backbone(model, out_dir / BACKBONE_FILE, images),
        export_head(model, out_dir / MODEL.head_file, images, [names[name] for name in CLASSES]),
    )
    split(out_dir / MODEL.head_file, out_dir / NECK_FILE)
    for shared in (BACKBONE_FILE, NECK_FILE):
        record_weights(out_dir / shared, "yolo", LICENCE)
    record_weights(out_dir / MODEL.head_file, MODEL.name, LICENCE, classes=CLASSES)
    return error


def _measure(
    scales: SceneScales,
    sets: tuple[
        tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]],
        tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]],
    ],
    rounds: int,
) -> list[TagMeasured]:
    rows = []
    counts = [label.sum(0).tolist() for _, label in sets]
    for scale in scales.binary:
        values: dict[str, list[Measured]] = {"auc": [], "precision": []}
        for score, label in sets:
            for name, metric in (("auc", auc), ("precision", average_precision)):
                one, truth = score[:, scale.tag], label[:, scale.tag]
                known = truth.any()
                values[name].append(
                    with_interval(metric, one, truth, rounds=rounds) if known else ()
                )
        rows.append(
            TagMeasured(
                tag=scales.tags[scale.tag],
                variable=scale.variable,
                enabled=scale.enabled,
                positives=(counts[0][scale.tag], counts[1][scale.tag]),
                auc=(values["auc"][0], values["auc"][1]),
                precision=(values["precision"][0], values["precision"][1]),
            )
        )
    return rows


_CARD = """\
# Vehicle detector

Cars, buses, trucks, motorcycles, bicycles, traffic lights, stop signs and fire hydrants, found by
YOLOv8n (Jocher et al. 2023) with its COCO weights, cut to these classes and people. It runs on the
shared backbone `{backbone}` (layers 0 to 9) and on the neck `{neck}`, which the furniture detector
uses as well. The surest object of a class gives the score; Platt scaling on {train:,} tagged street
photos turns it into a likelihood ratio, bounded by what the number of examples can support.

- Licence: {licence}
- Input: RGB 0 to 1, long side 640 px, grey margin to a multiple of 32; photos over 1,280 px are
  looked at as a whole and in four parts.
- Weights in 16 bits; ONNX against torch: {error:.4f} of the spread.

## Limits
Tags were given by eye at 300 px and a missing tag is a weak negative. Rickshaws, trams and the
like are not among the classes. Stop signs are octagons: other shapes are missed. {left_out}

## Measured: AUC and average precision (95 % interval)
Held out are {train:,} photos on which only the two numbers of the scaling were fitted; dev are
{dev} photos that nothing was fitted on.

| tag | positives | AUC, held out | AP, held out | dev positives | dev AUC | dev AP | on |
|---|---|---|---|---|---|---|---|
"""


_SHARED_CARD = """\
# Shared YOLO backbone and neck

YOLOv8n of ultralytics (AGPL-3.0) with its COCO weights, frozen, in 16 bits: layers 0 to 9 are
`{backbone}`, layers 10 to 21 and the hidden layers of the box towers `{neck}`. Each runs once a
photo; vehicles and furniture read the neck's maps, plates (whose neck was fine-tuned) those of the
backbone. The heads are described and measured in [vehicles.md](vehicles.md),
[plates.md](plates.md) and [furniture.md](furniture.md).
"""


def _describe(
    out_dir: Path,
    measured: list[TagMeasured],
    error: float,
    photos: tuple[int, int],
    left_out: set[str],
) -> None:
    few = f"Too few examples to calibrate: {', '.join(sorted(left_out))}." if left_out else ""
    card = _CARD.format(
        backbone=BACKBONE_FILE,
        neck=NECK_FILE,
        train=photos[0],
        dev=photos[1],
        licence=LICENCE,
        error=error,
        left_out=few,
    )
    for row in measured:
        cells = [row.tag, str(row.positives[0]), number(row.auc[0]), number(row.precision[0])]
        cells += [str(row.positives[1]), number(row.auc[1]), number(row.precision[1])]
        card += f"| {' | '.join(cells)} | {'yes' if row.enabled else 'no'} |\n"
    (out_dir / f"{MODEL.name}.md").write_text(card, encoding="utf-8")
    shared = _SHARED_CARD.format(backbone=BACKBONE_FILE, neck=NECK_FILE)
    (out_dir / "yolo.md").write_text(shared, encoding="utf-8")
    metrics = {f"{row.variable} AUC": row.auc[0] for row in measured}
    metrics |= {f"{row.variable} AUC, dev": row.auc[1] for row in measured if row.auc[1]}
    head = out_dir / MODEL.head_file
    record_weights(head, MODEL.name, LICENCE, classes=CLASSES, metrics=metrics)
    record_weights(out_dir / MODEL.scales_file, MODEL.name, LICENCE)
