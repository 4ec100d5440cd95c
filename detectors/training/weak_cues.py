"""Can frozen features tell driving side, centre line and the sun's side, and not the country?

Weak labels come from the knowledge base: where the country is known, so is its driving side. All
figures leave countries out: no country lies in the photos that a model learns from and in those
that measure it. The driving side is a question of left and right, so its model sees only what
changes when the photo is mirrored: features of the photo less those of its mirror image.

    python -m detectors.training.weak_cues --data .../streetview --out runs/weak-cues
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.knowledge import load_kb
from clues.knowledge.model import share
from clues.tabular import read_rows
from detectors.session import open_session
from detectors.training.metrics import auc
from detectors.yolo import BACKBONE_FILE, LEVELS, STRIDES, network_input

RESULTS = Path(__file__).with_name("results") / "weak_cues.json"
FOLDS = 6
_ROWS, _COLUMNS = 3, 4
_PENALTY = 1e-3
_ROUNDS = 1000
_TROPIC_DEG = 23.4
_APART = "leaving countries out"
_RULE = "on dev by a rule, as it needs the heading, which a detector does not know"
Floats = npt.NDArray[np.float64]


def grid(maps: npt.NDArray[np.floating]) -> npt.NDArray[np.float16]:
    """Return means and maxima of (channels, rows, columns) maps, flat.

    They are taken over a grid twice as fine as 3 by 4 and averaged into it.
    """
    channels, high, wide = maps.shape
    rows, columns = (
        np.linspace(0, size, 2 * parts + 1).round().astype(int)
        for size, parts in ((high, _ROWS), (wide, _COLUMNS))
    )
    pooled = np.zeros((2, channels, 2 * _ROWS, 2 * _COLUMNS))
    for y in range(2 * _ROWS):
        for x in range(2 * _COLUMNS):
            part = maps[
                :,
                rows[y] : max(rows[y + 1], rows[y] + 1),
                columns[x] : max(columns[x + 1], columns[x] + 1),
            ]
            pooled[:, :, y, x] = part.mean((1, 2)), part.max((1, 2))
    coarse = pooled.reshape(2, channels, _ROWS, 2, _COLUMNS, 2).mean((3, 5))
    return coarse.ravel().astype(np.float16)


def features(paths: Sequence[Path], weights: Path, kept: Path) -> dict[str, Any]:
    """Return pooled maps of photos and of their mirror images, computed once.

    Returns
    -------
    dict
        ``plain`` and ``mirrored``, shape (photos, features), and ``names``.
    """
    from rich.progress import track

    names = [f"{path.parent.name}/{path.name}" for path in paths]
    if kept.is_file():
        with np.load(kept) as data:
            if data["names"].tolist() == names:
                return dict(data)
    session = open_session(weights / BACKBONE_FILE)
    rows: dict[str, list[npt.NDArray[np.float16]]] = {"plain": [], "mirrored": []}
    for path in track(paths, description="features"):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        flipped = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        for name, view in (("plain", image), ("mirrored", flipped)):
            pixels, scale = network_input(view)
            last = session.run([LEVELS[-1]], {"image": pixels})[0][0]
            high, wide = (math.ceil(side * scale / STRIDES[-1]) for side in image.size[::-1])
            rows[name].append(grid(last[:, :high, :wide]))
    found: dict[str, Any] = {name: np.stack(value) for name, value in rows.items()}
    found["names"] = np.array(names)
    np.savez(kept, **found)
    return found


def leave_countries_out(
    x: Floats, label: npt.NDArray[np.bool_], country: npt.NDArray[np.str_], *, mirror: bool
) -> Floats:
    """Return a score per photo from logistic regression on photos of other countries.

    With ``mirror`` the model is antisymmetric: it has no intercept.
    """
    from sklearn.linear_model import LogisticRegression

    fold = _folds(label, country)
    counts = dict(zip(*np.unique(country, return_counts=True), strict=True))
    weight = np.array([counts[code] ** -0.5 for code in country])
    x = x / (x.std(0) + 1e-3)
    score = np.zeros(len(x))
    for number in range(FOLDS):
        seen = fold != number
        own = weight.copy()
        for side in (True, False):
            own[seen & (label == side)] /= max(own[seen & (label == side)].sum(), 1e-9)
        model = LogisticRegression(C=_PENALTY, fit_intercept=not mirror, max_iter=300)
        model.fit(x[seen], label[seen], sample_weight=own[seen] * seen.sum() / 2)
        score[~seen] = model.decision_function(x[~seen])
    return score


def _folds(label: npt.NDArray[np.bool_], country: npt.NDArray[np.str_]) -> npt.NDArray[np.int64]:
    """Return a fold per photo: countries in turn, those with more positives first."""
    codes = sorted(set(country), key=lambda code: (-label[country == code].sum(), code))
    of = {code: n % FOLDS for n, code in enumerate(codes)}
    return np.array([of[code] for code in country])


def interval(
    score: Floats, label: npt.NDArray[np.bool_], group: npt.NDArray[np.str_]
) -> list[float]:
    """Return the AUC and its 95 % interval over resampled countries."""
    rng = np.random.default_rng(0)
    codes = np.unique(group)
    rows = {code: np.flatnonzero(group == code) for code in codes}
    values = []
    for _ in range(_ROUNDS):
        drawn = np.concatenate([rows[code] for code in rng.choice(codes, len(codes))])
        values.append(auc(score[drawn], label[drawn]))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return [round(float(v), 4) for v in (auc(score, label), low, high)]


def driving_side(country: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Return where traffic keeps left, by the knowledge base's most probable value."""
    left = {
        code
        for clue in load_kb().clues
        if (clue.cue, clue.value) == ("traffic.driving-side", "left")
        for code, frequency in clue.where.items()
        if share(frequency) > 0.5  # type: ignore[arg-type]
    }
    return np.array([code in left for code in country])


def sun_side(data: Path) -> dict[str, Any]:
    """Measure the sun's side on dev, whose headings are known, by a rule without anything fitted.

    The brighter the sky in a view to the south (and the darker to the north), the more the sun
    stands in the south, as it does north of the tropics.
    """
    rows, _ = read_rows(data / "dev.csv", ("file", "lat", "heading", "country"))
    rows = [row for row in rows if abs(float(row["lat"])) > _TROPIC_DEG]
    sky = []
    for row in rows:
        with Image.open(data / row["file"]) as opened:
            grey = np.asarray(opened.convert("L").resize((64, 64)), np.float64)
        sky.append(grey[:20].mean())
    towards_south = -np.cos(np.radians([float(row["heading"]) for row in rows]))
    score = (np.array(sky) - np.mean(sky)) * towards_south
    north = np.array([float(row["lat"]) > 0 for row in rows])
    country = np.array([row["country"] for row in rows])
    return {"photos": len(rows), "AUC": interval(score, north, country), "how": _RULE}


def main() -> None:
    """Measure, print, and write `RESULTS`."""
    from clues.paths import WEIGHTS_DIR

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--photos", type=int, default=1200, help="how many, evenly spaced")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows, _ = read_rows(options.data / "train.csv", ("file", "country"))
    rows = rows[:: max(len(rows) // options.photos, 1)][: options.photos]
    left = driving_side([row["country"] for row in rows])
    paths = [options.data / row["file"] for row in rows]
    found = features(paths, WEIGHTS_DIR, options.out / "features.npz")
    country = np.array([row["country"] for row in rows])
    plain, mirrored = (found[name].astype(np.float64) for name in ("plain", "mirrored"))
    score = leave_countries_out(plain - mirrored, left, country, mirror=True)
    results: dict[str, Any] = {
        "traffic.driving-side": {
            "photos": len(rows),
            "AUC": interval(score, left, country),
            "how": _APART,
        }
    }
    labels, _ = read_rows(options.data / "cue_labels.csv", ("file", "tags"))
    tags = {row["file"]: row["tags"].split() for row in labels}
    own = [tags.get(row["file"], []) for row in rows]
    lined = np.array([("center-yellow" in t) != ("center-white" in t) for t in own])
    yellow = np.array(["center-yellow" in t for t in own])
    both = (plain + mirrored)[lined] / 2
    score = leave_countries_out(both, yellow[lined], country[lined], mirror=False)
    results["roads.centre-line, yellow or white"] = {
        "photos": int(lined.sum()),
        "AUC": interval(score, yellow[lined], country[lined]),
        "how": _APART,
    }
    results["sun.side, north of the tropics or south"] = sun_side(options.data)
    text = json.dumps(results, indent=1) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
