"""Run a YOLO head over many photos, resumably, to calibrate and measure on what it finds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.cue import Box
from clues.photo import open_photo
from detectors.yolo import Detection, YoloBackbone, YoloHead


def find_all(
    head: YoloHead, backbone: YoloBackbone, paths: Sequence[Path], cache: Path, threshold: float
) -> list[list[Detection]]:
    """Return what the head finds in each photo.

    Each photo's findings are appended to ``cache`` as a line of JSON; photos that are already in
    it (found by the same weights) are not looked at again.
    """
    from rich.progress import track

    known = _read(cache, head.version)
    with cache.open("a", encoding="utf-8") as stream:
        for path in track(paths, description=f"{cache.stem}: looking"):
            name = _name(path)
            if name in known:
                continue
            photo = open_photo(path)
            known[name] = head(backbone.tiles(photo), threshold)
            rows = [
                [d.kind, round(d.score, 5), *(round(v, 1) for v in d.box.xyxy_px)]
                for d in known[name]
            ]
            row = {"photo": name, "version": head.version, "found": rows}
            stream.write(json.dumps(row) + "\n")
            stream.flush()
    return [known[_name(path)] for path in paths]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _read(cache: Path, version: str) -> dict[str, list[Detection]]:
    found: dict[str, list[Detection]] = {}
    if not cache.is_file():
        return found
    for line in cache.read_text("utf-8").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue  # the run was stopped while writing it
        if row["version"] == version:
            found[row["photo"]] = [
                Detection(kind, score, Box(*box)) for kind, score, *box in row["found"]
            ]
    return found


def best_logits(
    found: Sequence[Sequence[Detection]], kinds: Sequence[str], floor: float
) -> npt.NDArray[np.float64]:
    """Return the log-odds of the surest object per photo and class, shape (photos, classes).

    Where nothing was found it is that of ``floor``, the threshold of the search.
    """
    column = {kind: n for n, kind in enumerate(kinds)}
    best = np.full((len(found), len(kinds)), floor)
    for row, detections in enumerate(found):
        for one in detections:
            if one.kind in column:
                best[row, column[one.kind]] = max(best[row, column[one.kind]], one.score)
    best = np.clip(best, floor, 1 - 1e-6)
    return np.asarray(np.log(best / (1 - best)))
