"""Train the plate detector: fine-tune, export, measure on other sources, calibrate, describe."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from detectors.manifest import WeightFile, record, sha256_of
from detectors.plates.detector import FLOOR, HEAD_FILE, SCALES_FILE
from detectors.training import calibrate
from detectors.training.boxes import (
    Matched,
    Measured,
    average_precision,
    match,
    recall_at,
    with_interval,
)
from detectors.training.config import read_as
from detectors.training.metrics import auc, bootstrap_interval
from detectors.training.plates_data import PLATE, Boxes, prepare, read_boxes, read_street
from detectors.training.plates_reading import ReadingMeasured, measure_reading
from detectors.training.scene_data import read_photos
from detectors.training.sightings import best_logits, find_all
from detectors.training.vehicles import number
from detectors.training.yolo import YoloConfig, fit
from detectors.yolo import BACKBONE_FILE, Detection, YoloBackbone, YoloHead, network_input

CONFIG = Path(__file__).with_name("plates.yaml")
MODEL = "plates"
LICENCE = (
    "AGPL-3.0 (YOLOv8n of ultralytics); fine-tuned on photos with number plates that are research "
    "material and not part of the project"
)
TAG = "plate"
HELD_OUT_FOLDS = (0, 1, 2)  # of the street views with boxes
FALSE_PER_PHOTO = 0.1
_SEARCH = 0.005  # lowest score for the precision-recall curve
_CHECKED = 4
_SIZES_PX = ((0, 6), (6, 12), (12, 20), (20, 40), (40, 10_000))


class PlatesConfig(BaseModel):
    """Everything that decides how the detector comes out; see ``plates.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    yolo: YoloConfig
    street: str
    bootstrap_rounds: int = Field(gt=0)


def train(config_path: Path | None, data_dir: Path, out_dir: Path) -> dict[str, Measured]:
    """Train, export, measure, calibrate and describe the plate detector.

    Parameters
    ----------
    config_path
        YAML as in ``plates.yaml``, which is the default.
    data_dir
        Folder with ``plates`` and ``streetview``.
    out_dir
        Gets weights, card and manifest; a run that was stopped goes on from its checkpoints.

    Returns
    -------
    dict
        Figures with their 95 % intervals, as in the manifest.

    Raises
    ------
    CluesError
        If weights, data, the configuration or a package are missing.
    """
    config = read_as(PlatesConfig, config_path or CONFIG)
    out_dir.mkdir(parents=True, exist_ok=True)
    checkpoint = out_dir / "run/weights/best.pt"
    if not (out_dir / "done").is_file():
        photos = prepare(data_dir, out_dir)
        checkpoint = fit(config.yolo, data_dir, out_dir, photos, [PLATE])
        (out_dir / "done").touch()
    error = _export(data_dir / config.yolo.start, checkpoint, data_dir, out_dir)
    backbone, head = YoloBackbone(out_dir), YoloHead(HEAD_FILE, out_dir)
    rounds = config.bootstrap_rounds
    tests = _tests(data_dir, data_dir / config.street)
    metrics: dict[str, Measured] = {}
    sizes = ""
    for name, photos_with_boxes in tests.items():
        paths = [path for path, _ in photos_with_boxes]
        found = find_all(head, backbone, paths, out_dir / f"{name}.jsonl", _SEARCH)
        matched = [_match(f, b, p) for f, (p, b) in zip(found, photos_with_boxes, strict=True)]
        metrics |= _figures(name, matched, rounds)
        sizes += _by_size(name, matched)
    metrics |= _calibrate(head, backbone, data_dir / config.street, out_dir, rounds)
    reading = measure_reading(
        lambda photo: head(backbone.tiles(photo), FLOOR), data_dir / "plates", rounds=rounds
    )
    metrics |= reading.figures
    _describe(out_dir, config, metrics, error, sizes, reading)
    return metrics


def _export(start: Path, checkpoint: Path, data_dir: Path, out_dir: Path) -> float:
    from detectors.training.yolo_export import export_backbone, export_head, load_model

    settings = out_dir / "ultralytics"
    model = load_model(checkpoint, settings)
    files = sorted((data_dir / "plates/images/val").iterdir())
    inputs = []
    for file in files:
        with Image.open(file) as opened:
            pixels = network_input(opened.convert("RGB"))[0]
        if not inputs or inputs[0].shape == pixels.shape:
            inputs.append(pixels)
        if len(inputs) == _CHECKED:
            break
    images = np.concatenate(inputs)
    error = max(
        # From the start weights, so that all heads ship with one and the same file.
        export_backbone(load_model(start, settings), out_dir / BACKBONE_FILE, images),
        export_head(model, out_dir / HEAD_FILE, images),
    )
    _record(out_dir, BACKBONE_FILE, "yolo", (), {})
    _record(out_dir, HEAD_FILE, MODEL, (PLATE,), {})
    return error


def _tests(data_dir: Path, street_dir: Path) -> dict[str, list[tuple[Path, Boxes]]]:
    """Return photos and true boxes that nothing was trained on, by set."""
    labels = data_dir / "plates/labels/test"
    files = sorted((data_dir / "plates/images/test").iterdir())
    street, classes = read_street(street_dir / "boxes", include_dev=True)
    plate = classes.index(PLATE)
    held_out = [p for p in street if p.source.startswith("dev/") or p.fold in HELD_OUT_FOLDS]
    return {
        "plates-test": [(file, read_boxes(labels / f"{file.stem}.txt")) for file in files],
        "street": [(p.path, p.boxes[p.boxes[:, 0] == plate]) for p in held_out],
    }


def _match(found: Sequence[Detection], boxes: Boxes, path: Path) -> Matched:
    """Compare detections with true boxes that are given as shares of the photo."""
    with Image.open(path) as opened:
        size = opened.size
    centre, half = boxes[:, 1:3] * size, boxes[:, 3:5] * size / 2
    truth = np.concatenate([centre - half, centre + half], 1)
    box = np.array([one.box.xyxy_px for one in found]).reshape(-1, 4)
    return match(box, np.array([one.score for one in found]), truth)


def _figures(name: str, photos: list[Matched], rounds: int) -> dict[str, Measured]:
    def recall(sample: Sequence[Matched]) -> float:
        return recall_at(sample, FALSE_PER_PHOTO)[0]

    return {
        f"AP50, {name}": with_interval(average_precision, photos, rounds=rounds),
        f"recall at 0.1 false a photo, {name}": with_interval(recall, photos, rounds=rounds),
    }


def _by_size(name: str, photos: list[Matched]) -> str:
    """Return rows of the card: recall by height of the plate, at 0.1 false boxes a photo."""
    threshold = recall_at(photos, FALSE_PER_PHOTO)[1]
    height = np.concatenate([photo.height_px for photo in photos])
    caught = np.concatenate([photo.caught for photo in photos]) > threshold
    rows = ""
    for low, high in _SIZES_PX:
        inside = (height >= low) & (height < high)
        if inside.any():
            size = f"{low} to {high}" if high < _SIZES_PX[-1][1] else f"{low} and more"
            rows += f"| {name} | {size} | {inside.sum()} | {caught[inside].mean():.2f} |\n"
    return rows


def _calibrate(
    head: YoloHead, backbone: YoloBackbone, street: Path, out_dir: Path, rounds: int
) -> dict[str, Measured]:
    """Fit how the surest plate's score speaks for the tag; measure it on the dev photos.

    Street views on whose boxes the network was trained are left out.
    """
    photos = read_photos(street, ["train.csv"], "cue_labels.csv", tags=(TAG,))
    dev = read_photos(street, ["dev.csv"], "cue_labels.csv", tags=(TAG,))
    trained = {p.source for p in read_street(street / "boxes")[0] if p.fold not in HELD_OUT_FOLDS}
    fresh = np.array([f"{path.parent.name}/{path.name}" not in trained for path in photos.paths])
    paths = [*photos.paths, *dev.paths]
    found = find_all(head, backbone, paths, out_dir / "tags.jsonl", FLOOR)
    scores = best_logits(found, (PLATE,), FLOOR)
    used = photos.labelled & fresh
    seen, unseen = scores[: len(photos)][used], scores[len(photos) :][dev.labelled]
    label, dev_label = photos.labels[used], dev.labels[dev.labelled]
    scales = calibrate.fit_scales((TAG,), seen, label, rounds=rounds)
    scales.save(out_dir / SCALES_FILE)
    _record(out_dir, SCALES_FILE, MODEL, (), {})
    figures: dict[str, Measured] = {}
    for scale in scales.binary:
        for name, value, truth in (("", seen, label), (", dev", unseen, dev_label)):
            low, high = bootstrap_interval(auc, value[:, 0], truth[:, 0], rounds=rounds)
            figures[f"{scale.variable} AUC{name}"] = (auc(value[:, 0], truth[:, 0]), low, high)
    return figures


def _record(
    out_dir: Path, name: str, model: str, classes: tuple[str, ...], metrics: dict[str, Measured]
) -> None:
    path = out_dir / name
    entry = WeightFile(
        file=name,
        model=model,
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        classes=classes,
        licence=LICENCE,
        date=datetime.date.today().isoformat(),
        metrics=metrics,
    )
    record(entry, out_dir)


_CARD = """\
# Plate detector

Neck and head of YOLOv8n (Jocher et al. 2023) on the shared backbone `{backbone}`, whose COCO
weights stayed frozen, fine-tuned for number plates: {epochs} epochs at {size} px on 1,251 photos of
cars (squeezed into squares at the source, so stretched back by a factor drawn per photo) and on
tiles of street views, split by photo. Reading: RapidOCR's networks on the cut-out plate.

- Licence: {licence}
- Input: RGB 0 to 1, long side 640 px; photos over 1,280 px as a whole and in four parts.
- Weights in 16 bits; ONNX against torch: {error:.4f} of the spread.

## Limits
The test photos show one main plate each; further plates in them are not always boxed and then count
as false. On street views plates are small and mostly blurred; they can be found, not read. Rendered
Russian plates were not used.

## Measured (95 % interval over photos)
Set `plates-test` comes from other sources than the training photos (US and Europe). Set `street`
are street views held out by photo. States: every second of the US crops.

| figure | value |
|---|---|
{figures}
Recall by height of the plate, at one false box in ten photos:

| set | height, px | plates | recall |
|---|---|---|---|
{sizes}
Characters read right, plates of the test set made smaller (box given):

| height, px | characters |
|---|---|
{heights}"""


def _describe(
    out_dir: Path,
    config: PlatesConfig,
    metrics: dict[str, Measured],
    error: float,
    sizes: str,
    reading: ReadingMeasured,
) -> None:
    card = _CARD.format(
        backbone=BACKBONE_FILE,
        epochs=config.yolo.epochs,
        size=config.yolo.image_size_px,
        licence=LICENCE,
        error=error,
        figures="".join(f"| {name} | {number(value)} |\n" for name, value in metrics.items()),
        sizes=sizes,
        heights="".join(f"| {px} | {share:.2f} |\n" for px, share in reading.by_height.items()),
    )
    (out_dir / f"{MODEL}.md").write_text(card, encoding="utf-8")
    _record(out_dir, HEAD_FILE, MODEL, (PLATE,), metrics)
