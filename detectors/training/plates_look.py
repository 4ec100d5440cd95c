"""Fit and measure how plates look, on labels given by eye (``labels/plate_looks.csv``)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.tabular import read_rows
from detectors.manifest import weight_file
from detectors.plates.detector import LOOK_FILE
from detectors.plates.look import (
    COLOURS,
    LookModel,
    colour_features,
    normal_size,
    strip_features,
)
from detectors.training.boxes import Measured
from detectors.training.metrics import auc, with_interval
from detectors.training.street_boxes import read_boxes

LABELS = Path(__file__).with_name("labels") / "plate_looks.csv"
MEASURED_ON = ("val", "test")

Floats = npt.NDArray[np.float64]


def fit_look(plates_dir: Path, *, rounds: int) -> tuple[LookModel, dict[str, Measured], str]:
    """Fit on the labelled plates of the training split, measure on those of the others.

    Where too few are labelled, as among your own photos, the shipped model is kept.

    Parameters
    ----------
    plates_dir
        With ``images`` and ``labels``.
    rounds
        Of the bootstrap.

    Returns
    -------
    model
    figures
        Name to value with 95 % interval.
    table
        Rows of the card: true colour, plates, how many were called what.
    """
    split, colour, strip, pixels = _read(plates_dir)
    train = split == "train"
    if min(len(set(own[train]) - {""}) for own in (colour, strip)) < 2 or train.all():
        print("plates: too few labelled colours or strips; the shipped model of them is kept")
        return LookModel.load(weight_file(LOOK_FILE)), {}, ""
    model = _fit(colour[train], strip[train], [pixels[n] for n in np.flatnonzero(train)])
    looks = [model(Image.fromarray((one * 255).round().astype(np.uint8))) for one in pixels]
    told = np.array([look.best for look in looks])
    score = np.array([look.strip for look in looks])
    figures: dict[str, Measured] = {}
    for name in MEASURED_ON:
        rows = (split == name) & (strip != "")
        truth = strip[rows] == "yes"
        measured = with_interval(auc, score[rows], truth, rounds=rounds)
        figures[f"blue strip AUC, {name}"] = measured
    fresh = ~train & (colour != "")
    right = (told == colour).astype(float)
    rng = np.random.default_rng(0)
    for name, rows in (("all", fresh), ("not white", fresh & (colour != "white"))):
        own = right[rows]
        means = own[rng.integers(0, len(own), (rounds, len(own)))].mean(1)
        low, high = np.percentile(means, [2.5, 97.5])
        figures[f"colour right, {name}"] = (float(own.mean()), float(low), float(high))
    table = ""
    for name in COLOURS:
        own = told[fresh & (colour == name)]
        called = ", ".join(f"{other} {(own == other).sum()}" for other in COLOURS if other in own)
        table += f"| {name} | {(train & (colour == name)).sum()} | {len(own)} | {called} |\n"
    return model, figures, table


def _fit(
    colour: npt.NDArray[np.str_], strip: npt.NDArray[np.str_], pixels: list[Floats]
) -> LookModel:
    from sklearn.linear_model import LogisticRegression

    features = np.array([colour_features(one) for one in pixels])
    known = colour != ""
    kind = np.array([COLOURS.index(name) for name in colour[known]])
    fit = LogisticRegression(C=30.0, max_iter=5000).fit(features[known], kind)
    count = np.bincount(kind, minlength=len(COLOURS))
    ends = np.array([strip_features(one) for one in pixels])
    judged = strip != ""
    has = strip[judged] == "yes"
    second = LogisticRegression(C=30.0).fit(ends[judged], has)
    prior = np.log(has.mean() / (1 - has.mean()))
    return LookModel(
        weight=fit.coef_,
        bias=fit.intercept_,
        prior=count / count.sum(),
        strip=np.append(second.coef_[0], second.intercept_[0] - prior),
        bounds=np.log1p(np.array([np.median(count), has.sum()]) / 2),
    )


def _read(
    plates_dir: Path,
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_], npt.NDArray[np.str_], list[Floats]]:
    """Return split, colour, strip and pixels of the largest plate of each labelled photo."""
    rows = {row["sha256"]: row for row in read_rows(LABELS)[0]}
    found, pixels = [], []
    for file in sorted((plates_dir / "images").glob("*/*")):
        row = rows.get(hashlib.sha256(file.read_bytes()).hexdigest()[:16])
        if row is None or row["split"] != file.parent.name:
            continue
        boxes = read_boxes(plates_dir / "labels" / file.parent.name / f"{file.stem}.txt")
        x, y, w, h = max(boxes[:, 1:].tolist(), key=lambda box: box[2] * box[3])
        with Image.open(file) as opened:
            edges = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
            crop = opened.crop(tuple(np.rint(edges * (opened.size * 2)).astype(int).tolist()))
            pixels.append(normal_size(crop))
        found.append(row)
    columns = ("split", "colour", "blue_strip_left")
    split, colour, strip = (np.array([row[name] for row in found]) for name in columns)
    return split, colour, strip, pixels
