"""Does a bollard's look tell its country? Nearest neighbours in a gallery of crops.

Each crop is described by the frozen network: colours and shapes from top to bottom (means of the
middle map over four bands) and as a whole (means of the last map). Measured leaving one crop out,
and on bollards boxed in street views, which is what the detector would meet.

    python -m detectors.training.bollard_style --data .../shared/data
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pycountry
from PIL import Image

from clues.paths import WEIGHTS_DIR
from clues.tabular import read_rows
from detectors.furniture import CLASSES
from detectors.session import open_session
from detectors.training.furniture_data import read_street
from detectors.yolo import BACKBONE_FILE

RESULTS = Path(__file__).with_name("results") / "bollard_style.json"
_SIDE_PX, _GREY = 256, 114
_LONG_PX = 224
_BANDS = 4
_MARGIN = 0.25  # of a box's height, around boxed bollards, as the gallery's crops have
_MIN_HEIGHT = 0.03  # of a photo, of boxed bollards
_ROUNDS = 1000
_CODES = {"aland_islands": "AX", "laos": "LA", "russia": "RU", "south_korea": "KR", "turkey": "TR"}
Floats = npt.NDArray[np.float64]


def describe(session: Any, image: Image.Image) -> Floats:
    """Return a crop's description."""
    scale = _LONG_PX / max(image.size)
    small = image.resize(tuple(max(round(side * scale), 8) for side in image.size))
    square = Image.new("RGB", (_SIDE_PX, _SIDE_PX), (_GREY,) * 3)
    left, top = ((_SIDE_PX - side) // 2 for side in small.size)
    square.paste(small, (left, top))
    pixels = np.asarray(square, np.float32).transpose(2, 0, 1)[None] / 255
    middle, last = session.run(["p4", "p5"], {"image": pixels})
    wide = max(small.width // 16, 1)
    column = slice(left // 16, left // 16 + wide)
    bands = np.array_split(middle[0][:, :, column], _BANDS, axis=1)
    return np.concatenate([*(band.mean((1, 2)) for band in bands), last[0].mean((1, 2))])


def standardised(gallery: Floats, other: Floats) -> Floats:
    """Return descriptions as unit vectors, scaled as those of the gallery are."""
    scaled = (other - gallery.mean(0)) / (gallery.std(0) + 1e-6)
    return scaled / np.linalg.norm(scaled, axis=1, keepdims=True)


def ranks(likeness: Floats, names: Sequence[str], truth: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return at which place the true territory comes, by its most similar crop.

    Parameters
    ----------
    likeness : ndarray, shape (crops asked, crops of the gallery)
        -inf where a crop may not be used.
    names
        Territory of each crop of the gallery.
    truth
        Of each crop asked.
    """
    codes = sorted(set(names))
    columns = [np.flatnonzero(np.array(names) == code) for code in codes]
    best = np.stack([likeness[:, own].max(1) for own in columns], 1)
    own = best[np.arange(len(truth)), [codes.index(name) for name in truth]]
    return np.asarray((best > own[:, None]).sum(1))


def top5(rank: npt.NDArray[np.int64]) -> list[float]:
    """Return the share within the first five, with a 95 % interval over crops."""
    rng = np.random.default_rng(0)
    values = [(rng.choice(rank, len(rank)) < 5).mean() for _ in range(_ROUNDS)]
    low, high = np.percentile(values, [2.5, 97.5])
    return [round(float(v), 4) for v in ((rank < 5).mean(), low, high)]


def main() -> None:
    """Measure, print, and write `RESULTS`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    session = open_session(WEIGHTS_DIR / BACKBONE_FILE)
    files = sorted(options.data.glob("bollards/*/*.webp"))
    names = [file.parent.name for file in files]
    raw = np.stack([describe(session, Image.open(file).convert("RGB")) for file in files])
    gallery = standardised(raw, raw)
    likeness = gallery @ gallery.T
    np.fill_diagonal(likeness, -np.inf)
    several = [n for n, name in enumerate(names) if names.count(name) > 1]
    rank = ranks(likeness[several], names, [names[n] for n in several])
    sizes = sorted((names.count(name) for name in set(names)), reverse=True)
    results = {
        "gallery, one crop left out": {
            "crops": len(several),
            "top-5": top5(rank),
            "top-5 of always naming the five largest": round(sum(sizes[:5]) / len(names), 4),
        },
        "street views": _street(session, options.data, raw, names),
    }
    text = json.dumps(results, indent=1) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text, end="")


def _street(session: Any, data: Path, raw: Floats, names: Sequence[str]) -> dict[str, Any]:
    """Return how boxed bollards of street views fare, one figure a photo's largest bollard."""
    codes = [_CODES.get(name) or _code(name) for name in names]
    known = _countries(data / "streetview/train.csv")
    found, truth = [], []
    for sample in read_street(data / "streetview/boxes"):
        own = sample.boxes[sample.kinds == CLASSES.index("bollard")]
        country = known.get(sample.source, "")
        if not len(own) or country not in codes:
            continue
        box = own[np.argmax(own[:, 3] - own[:, 1])]
        if box[3] - box[1] < _MIN_HEIGHT:
            continue
        with Image.open(sample.path) as opened:
            image = opened.convert("RGB")
        edges = box * np.array(image.size * 2)
        margin = _MARGIN * (edges[3] - edges[1])
        found.append(
            describe(session, image.crop(tuple(edges + margin * np.array([-1, -1, 1, 1]))))
        )
        truth.append(country)
    likeness = standardised(raw, np.stack(found)) @ standardised(raw, raw).T
    counts = sorted(((codes.count(c), c) for c in set(codes)), reverse=True)
    largest = {code for _, code in counts[:5]}
    return {
        "bollards": len(truth),
        "top-5": top5(ranks(likeness, codes, truth)),
        "top-5 of always naming the five largest": round(
            sum(code in largest for code in truth) / len(truth), 4
        ),
    }


def _code(name: str) -> str:
    return str(pycountry.countries.lookup(name.replace("_", " ")).alpha_2)


def _countries(manifest: Path) -> dict[str, str]:
    rows, _ = read_rows(manifest, ("file", "country"))
    return {row["file"]: row["country"] for row in rows}


if __name__ == "__main__":
    main()
