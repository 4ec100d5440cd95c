"""Time the shipped detectors without OCR against their bare networks and ultralytics' predict.

python -m benchmarks.detectors --photos /work/shared/data/streetview/dev --count 20

Milliseconds a photo, on two threads, in one run: of the wall clock, and of the processor (all
threads together), which other work on the machine hardly stretches. Of a few rounds, in which a
photo differs by a pixel so that nothing comes from memory, the least counts; the detectors share
what they share in `clues locate`. Reading plates is OCR and timed on its own.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "2")

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from clues.detector import available
from clues.photo import Photo, open_photo
from detectors import backbone, yolo
from detectors.objects import ObjectDetector
from detectors.plates.finder import FAR_PX

WITHOUT = frozenset({"ocr"})
ROUNDS = 3
LIMIT_MS = 250
OVERHEAD = 0.15
_number = itertools.count()
Times = list[tuple[float, float]]
Run = Callable[[Photo], tuple[float, float]]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, help="a folder; ultralytics' bus.jpg by default")
    parser.add_argument("--count", type=int, default=20)
    options = parser.parse_args()
    photos = _photos(options.photos, options.count)
    detectors = {name: point.load()() for name, point in available().items() if name not in WITHOUT}
    reader, detectors["plates"].reader = detectors["plates"].reader, None
    _detect(detectors.values(), photos[0])  # warm up
    predict = _ultralytics()
    bare = _bare(detectors.values())
    everything: dict[str, Run] = {
        "all detectors": lambda photo: _time(partial(_detect, detectors.values(), photo)),
        "bare networks": bare,
        "ultralytics": lambda photo: _time(partial(predict, photo)),
    }
    runs = _rounds(everything, photos[1:])
    each = _rounds({n: partial(_one, d) for n, d in detectors.items()}, photos[1:])
    detectors["plates"].reader = reader
    each |= _rounds({"plates, read": partial(_one, detectors["plates"])}, photos[1:])
    _print(runs, each, len(photos) - 1)


def _rounds(runs: dict[str, Run], photos: Sequence[Photo]) -> dict[str, Times]:
    """Return the least times of each run, for each photo.

    The runs take turns, so that a slow moment of the machine falls on all alike.
    """
    times: dict[str, Times] = {name: [] for name in runs}
    for photo in photos:
        rounds = []
        for _ in range(ROUNDS):
            fresh = _changed(photo)
            rounds.append({name: run(fresh) for name, run in runs.items()})
        for name, own in times.items():
            own.append(tuple(map(min, *(one[name] for one in rounds))))
    return times


def _one(detector: Any, photo: Photo) -> tuple[float, float]:
    return _time(partial(detector.detect, photo))


def _detect(detectors: Iterable[Any], photo: Photo) -> None:
    for detector in detectors:
        detector.detect(photo)


def _photos(folder: Path | None, count: int) -> list[Photo]:
    """Return photos that no detector has met, one more than asked for."""
    if folder is None:
        import ultralytics

        bus = open_photo(Path(ultralytics.__file__).parent / "assets/bus.jpg")
        small = np.asarray(Image.fromarray(bus.pixels).resize((480, 640)))
        return [open_photo(np.roll(small, n, axis=1)) for n in range(count + 1)]
    return [open_photo(path) for path in sorted(folder.iterdir())[: count + 1]]


def _changed(photo: Photo) -> Photo:
    """Return the same photo with one pixel changed, which nothing remembers."""
    pixels = photo.pixels.copy()
    pixels[0, 0, :2] = divmod(next(_number) % 65536, 256)
    return open_photo(pixels)


def _time(work: Callable[[], object]) -> tuple[float, float]:
    """Return milliseconds of the wall clock and of the processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu)


def _bare(detectors: Iterable[Any]) -> Callable[[Photo], tuple[float, float]]:
    """Return what times the networks alone, on inputs that are ready."""
    heads = [d.find.head for d in detectors if isinstance(d, ObjectDetector)]
    plates = next(d.find for d in detectors if d.name == "plates")
    scene = backbone.shared()
    shared = yolo.shared()

    def run(photo: Photo) -> tuple[float, float]:
        image = Image.fromarray(photo.pixels)
        boxes = backbone.view_boxes(photo.width, photo.height)
        views = np.stack([backbone.network_input(image.crop(box)) for box in boxes])
        middle = backbone.middle_box(photo.width, photo.height)
        looks = [(scene._frozen, views), (scene._tuned, views)]
        if len(boxes) == 1:
            looks.append((scene._frozen, backbone.network_input(image.crop(middle))[None]))
        near, _ = yolo.network_input(image, FAR_PX)
        inputs = [
            yolo.network_input(image.crop(part))[0]
            for part in yolo.parts(photo.width, photo.height)
        ]

        def networks() -> None:
            for session, seen in looks:
                session.run(None, {"image": seen})
            for pixels in inputs:
                tile = shared.run(pixels)
                for head in heads:
                    head.run(tile)
            plates.head.run(shared.run(near))

        return _time(networks)

    return run


def _ultralytics() -> Callable[[Photo], object]:
    """Return ultralytics' predict with YOLOv8n; random weights take as long as trained ones."""
    from detectors.checkpoint import ultralytics_offline

    ultralytics = ultralytics_offline(Path(tempfile.gettempdir()) / "clues-ultralytics")
    model = ultralytics.YOLO("yolov8n.yaml")
    model.predict(np.zeros((640, 640, 3), np.uint8), imgsz=640, verbose=False)
    return lambda photo: model.predict(photo.pixels[..., ::-1], imgsz=640, verbose=False)


def _print(runs: dict[str, Times], each: dict[str, Times], photos: int) -> None:
    table = Table("what", "wall, ms", "processor, ms", title=f"median of {photos} photos")
    for name, times in {**runs, **each}.items():
        wall, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        table.add_row(name, f"{wall:.0f}", f"{cpu:.0f}")
    console = Console()
    console.print(table)
    cpu = {name: statistics.median(t[1] for t in times) for name, times in runs.items()}
    wall = {name: statistics.median(t[0] for t in times) for name, times in runs.items()}
    more = cpu["all detectors"] / cpu["bare networks"] - 1
    console.print(
        f"overhead over the bare networks {more:.0%} (at most {OVERHEAD:.0%}); "
        f"{wall['all detectors']:.0f} ms a photo on this machine now, "
        f"{cpu['all detectors'] / 2:.0f} ms if two cores are free (at most {LIMIT_MS})"
    )


if __name__ == "__main__":
    main()
