"""Train the plate detector: fine-tune, export, measure on other sources, calibrate, describe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.objects import FLOOR
from detectors.plates.detector import LOOK_FILE, MODEL, SHAPE_FILE, TAGS, presence_scores
from detectors.plates.look import LookModel
from detectors.training import calibrate, metrics
from detectors.training.boxes import (
    FALSE_PER_PHOTO,
    Matched,
    Measured,
    average_precision,
    match,
    recall,
    recall_at,
    with_interval,
)
from detectors.training.card import number, record_weights
from detectors.training.config import read_as
from detectors.training.plates_canvas import CANVAS_PX, canvases
from detectors.training.plates_data import (
    LICENCE,
    PLATE,
    Material,
    empty_streets,
    material,
    unboxed,
    without,
)
from detectors.training.plates_look import LABELS, fit_look
from detectors.training.plates_reading import measure_reading
from detectors.training.plates_shape import fit_shape
from detectors.training.scene_data import ScenePhotos, read_photos
from detectors.training.sightings import find_all
from detectors.training.street_boxes import Boxes, fold_of, read_boxes, read_street
from detectors.training.yolo_tune import Cached, TuneConfig, cache, tune
from detectors.yolo import Detection, YoloBackbone, YoloHead

CONFIG = Path(__file__).with_name("plates.yaml")
HELD_OUT_FOLDS = (0, 1, 2)  # of the street views with boxes
# The scene model tells the tag `plate` better (held-out AUC in detectors/weights/scene.md), so that
# this detector reports it on request only; yellow plates it tells better itself.
_BETTER_BY_SCENE = "plates.plate"
_SEARCH = 0.005  # lowest score for the precision-recall curve
_SIZES_PX = ((0, 6), (6, 12), (12, 20), (20, 40), (40, 10_000))


class PlatesConfig(BaseModel):
    """Everything that decides how the detector comes out; see ``plates.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tune: TuneConfig
    street: str
    empty_share: float = Field(gt=0, le=1)
    bootstrap_rounds: int = Field(gt=0)


@dataclass(frozen=True, eq=False)
class _Report:
    """What the card tells."""

    figures: dict[str, Measured]
    error: float
    epochs: int
    sizes: str
    colours: str
    heights: dict[int, float]


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
    street, rounds = data_dir / config.street, config.bootstrap_rounds
    error, epochs = _learn(config.tune, data_dir, street, out_dir)
    backbone, head = YoloBackbone(WEIGHTS_DIR), YoloHead(MODEL.head_file, out_dir)
    figures: dict[str, Measured] = {}
    sizes, first = "", {}
    for name, tested in _tests(data_dir, street).items():
        paths = [path for path, _ in tested]
        found = find_all(head, backbone, paths, out_dir / f"{name}.jsonl", _SEARCH)
        matched = [_match(f, b, p) for f, (p, b) in zip(found, tested, strict=True)]
        figures |= _figures(name, matched, rounds)
        if name == "plates-test":
            known = unboxed()
            clean = [without(f, p, known) for f, p in zip(found, paths, strict=True)]
            again = [_match(f, b, p) for f, (p, b) in zip(clean, tested, strict=True)]
            figures |= _figures(f"{name} less unboxed plates", again, rounds)
        sizes += _by_size(name, matched)
        first |= {p: f[0].box for p, f in zip(paths, found, strict=True) if f}
    look, looks, colours = fit_look(data_dir / "plates", rounds=rounds)
    look.save(out_dir / LOOK_FILE)
    record_weights(out_dir / LOOK_FILE, MODEL.name, LICENCE, metrics=looks)
    find = partial(_find, head, backbone)
    shape, shapes = fit_shape(data_dir / "plates", find, rounds=rounds)
    shape.save(out_dir / SHAPE_FILE)
    record_weights(out_dir / SHAPE_FILE, MODEL.name, LICENCE, metrics=shapes)
    figures |= _calibrate(head, backbone, look, config, street, out_dir) | looks | shapes
    reading = measure_reading(
        data_dir / "plates", rounds=rounds, find=first.get, kept=out_dir / "read.jsonl"
    )
    figures |= reading.figures
    _describe(out_dir, _Report(figures, error, epochs, sizes, colours, reading.by_height))
    return figures


def _find(head: YoloHead, backbone: YoloBackbone, photo: Photo) -> list[Detection]:
    return head(backbone.tiles(photo), FLOOR)


def _learn(config: TuneConfig, data_dir: Path, street: Path, out_dir: Path) -> tuple[float, int]:
    """Fine-tune and export; return the difference of ONNX from torch, and the epochs done."""
    from detectors.training.yolo_export import alike, export_head
    from detectors.training.yolo_start import shipped_yolo

    known = material(data_dir, street)
    val = _cached(known["val"], config.validation, (config.seed, 0), out_dir / "val")
    learned = _cached(known["train"], config.pictures, (config.seed, 1), out_dir / "train")
    model = shipped_yolo(1).fuse()
    scores = tune(model, config, learned, val, out_dir)
    head = out_dir / MODEL.head_file
    error = export_head(model, head, alike(sorted((data_dir / "plates/images/val").iterdir())))
    record_weights(head, MODEL.name, LICENCE, classes=[PLATE])
    return error, len(scores)


def _cached(known: Material, count: int, seed: tuple[int, int], folder: Path) -> Cached:
    made = canvases(known.photos, known.streets, np.random.default_rng(seed))
    return cache(((one.pixels, one.boxes) for one in made), count, CANVAS_PX, folder)


def _tests(data_dir: Path, street_dir: Path) -> dict[str, list[tuple[Path, Boxes]]]:
    """Return photos and true boxes that nothing was trained on, by set."""
    labels = data_dir / "plates/labels/test"
    files = sorted((data_dir / "plates/images/test").iterdir())
    street, classes = read_street(street_dir / "boxes", include_dev=True)
    plate = classes.index(PLATE)
    held_out = [
        p for p in street if p.source.startswith("dev/") or fold_of(p.source) in HELD_OUT_FOLDS
    ]
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
    head: YoloHead,
    backbone: YoloBackbone,
    look: LookModel,
    config: PlatesConfig,
    street: Path,
    out_dir: Path,
) -> dict[str, Measured]:
    """Fit how the surest plate, and yellow plate, speak for their tags; measure on dev photos.

    Of the photos with neither tag a share is looked at: a likelihood ratio and an AUC do not
    depend on how many there are. Street views that trained are left out.
    """
    rounds = config.bootstrap_rounds
    boxed = (photo.source for photo in read_street(street / "boxes")[0])
    trained = {source for source in boxed if fold_of(source) not in HELD_OUT_FOLDS}
    trained |= set(empty_streets(street))
    sets = []
    for manifest in ("train.csv", "dev.csv"):
        photos = read_photos(street, [manifest], "cue_labels.csv", tags=TAGS)
        used = _chosen(photos, trained, config.empty_share)
        paths = [photos.paths[n] for n in used]
        found = find_all(head, backbone, paths, out_dir / f"{manifest}.jsonl", FLOOR)
        pairs = zip(paths, found, strict=True)
        scores = np.array([presence_scores(_open(p), f, look) for p, f in pairs])
        sets.append((np.log(scores / (1 - scores)), photos.labels[used]))
    fitted = calibrate.fit_scales(TAGS, *sets[0], rounds=rounds)
    binary = tuple(
        replace(scale, enabled=scale.enabled and scale.variable != _BETTER_BY_SCENE)
        for scale in fitted.binary
    )
    scales = replace(fitted, binary=binary)
    scales.save(out_dir / MODEL.scales_file)
    record_weights(out_dir / MODEL.scales_file, MODEL.name, LICENCE)
    figures: dict[str, Measured] = {}
    for scale in scales.binary:
        for name, (score, label) in zip(("held out", "dev"), sets, strict=True):
            one, truth = score[:, scale.tag], label[:, scale.tag]
            if truth.any():
                measured = metrics.with_interval(metrics.auc, one, truth, rounds=rounds)
                figures[f"{scale.variable} AUC, {name}"] = measured
    return figures


def _open(path: Path) -> npt.NDArray[np.uint8]:
    with Image.open(path) as opened:
        return np.asarray(opened.convert("RGB"))


def _chosen(photos: ScenePhotos, trained: set[str], share: float) -> list[int]:
    """Return which photos to look at: all with a tag, a share of the others."""
    chosen = []
    for n, path in enumerate(photos.paths):
        source = f"{path.parent.name}/{path.name}"
        if not photos.labelled[n] or source in trained:
            continue
        if photos.labels[n].any() or fold_of(source + "/empty") < 10 * share:
            chosen.append(n)
    return chosen


_CARD = Path(__file__).with_name("plates_card.md")


def _describe(out_dir: Path, report: _Report) -> None:
    """Write the card and the manifest entry."""
    rows = "".join(f"| {name} | {number(value)} |\n" for name, value in report.figures.items())
    heights = "".join(f"| {px} | {share:.2f} |\n" for px, share in report.heights.items())
    card = _CARD.read_text("utf-8").format(
        licence=LICENCE,
        labelled=len(LABELS.read_text().splitlines()) - 1,
        error=report.error,
        epochs=report.epochs,
        figures=rows.rstrip(),
        sizes=report.sizes.rstrip(),
        colours=report.colours.rstrip(),
        heights=heights.rstrip(),
    )
    (out_dir / f"{MODEL.name}.md").write_text(card, encoding="utf-8")
    head = out_dir / MODEL.head_file
    record_weights(head, MODEL.name, LICENCE, classes=[PLATE], metrics=report.figures)
