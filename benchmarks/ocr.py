"""Measure reading on the development photos; nothing is fitted to them.

python -m benchmarks.ocr recall        # legible words found, by size of reading and by engine
python -m benchmarks.ocr cues          # what each text cue is worth, with the knowledge base
python -m benchmarks.ocr names         # false matches of the gazetteer, by shuffled photos
python -m benchmarks.ocr speed         # seconds per photo against the bare engine
python -m benchmarks.ocr memory        # resident memory over 200 photos (Linux)
"""

from __future__ import annotations

import argparse
import math
import os
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.ocr_cache import CACHE, DATA, Read, labels, load, rows
from clues.cue import Cue
from clues.text import interpret
from clues.text.word import merge_lines

OUT = Console(width=150)
NEAR_KM = 50.0


def main() -> None:
    """Run from the command line."""
    commands = {
        "recall": recall, "cues": cues, "names": names, "speed": speed, "memory": memory,
    }  # fmt: skip
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=sorted(commands))
    commands[parser.parse_args().command]()


# Recall of legible words -----------------------------------------------------------------------


def recall() -> None:
    """Print the share of words legible to people that each engine found."""
    table = Table(
        "engine", "photos", "words", "found exactly", "found with a quarter of errors", "s/photo"
    )
    truth = labels()
    for folder in sorted(CACHE.iterdir()):
        if folder.name.startswith(("raw", "v")) or not any(folder.glob("*.json")):
            continue
        found = [read for read in load(folder.name) if read.sha256 in truth]
        exact, close, total = 0, 0, 0
        for read in found:
            got = _readings(read)
            for word in map(_plain, truth[read.sha256]):
                if word:
                    total += 1
                    hit = word in got or (len(word) >= 4 and any(word in g for g in got))
                    exact += hit
                    close += hit or _is_close(word, got)
        seconds = float(np.mean([read.seconds for read in found]))
        table.add_row(
            folder.name,
            str(len(found)),
            str(total),
            f"{exact / total:.3f}",
            f"{close / total:.3f}",
            f"{seconds:.2f}",
        )
    OUT.print(table)


def _readings(read: Read) -> set[str]:
    lines = {_plain(line.text) for line in merge_lines(read.words)}
    return {_plain(word.text) for word in read.words} | lines


def _is_close(word: str, got: Iterable[str]) -> bool:
    limit = max(1, len(word) // 4)
    return len(word) >= 4 and any(
        Levenshtein.distance(word, g, score_cutoff=limit) <= limit for g in got
    )


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.lower()) if c.isalnum())


# What each cue is worth ------------------------------------------------------------------------


def cues() -> None:
    """Print firing rate, and bits towards the truth, of every text variable; then all together."""
    from clues.inference import Engine, Tables
    from clues.inference.evidence import EvidenceModel
    from clues.knowledge import load_kb
    from clues.regions import load_regions
    from clues.regions.prior import prior as log_prior_of
    from clues.sphere import arc_km, unit_vectors

    tables = Tables(load_kb(), load_regions())
    log_prior = log_prior_of(tables.world, "street-view", None)
    model = EvidenceModel(tables, np.exp(log_prior))
    engine = Engine(tables)
    bits: dict[str, list[float]] = defaultdict(list)
    photos: dict[str, set[str]] = defaultdict(set)
    points: list[float] = []
    base: list[float] = []
    everything = list(load())
    for read in track(everything, "Fusing"):
        found = interpret(read.words)
        distance = arc_km(tables.leaf_vectors, unit_vectors(read.lat, read.lon))
        leaf = int(np.argmin(distance))
        for cue in found:
            evidence = model.evidence(cue, 0.0).on_leaves(tables.atoms.of_leaf)
            bits[cue.variable].append(float(evidence[leaf]) / math.log(2))
            photos[cue.variable].add(read.file)
        for some, into in ((found, points), ([], base)):
            point = engine.fuse(some, log_prior).posterior.point("score")
            km = float(
                arc_km(
                    unit_vectors(point.lat, point.lon)[None, :], unit_vectors(read.lat, read.lon)
                )[0]
            )
            into.append(5000 * math.exp(-km / 1492.7))
    table = Table(
        "variable", "photos", "cues", "truth's ratio > 1", "mean bits", "median bits", "worst bits"
    )
    for variable in sorted(bits):
        values = np.array(bits[variable])
        table.add_row(
            variable, str(len(photos[variable])), str(len(values)), f"{(values > 0).mean():.2f}",
            f"{values.mean():+.2f}", f"{np.median(values):+.2f}", f"{values.min():+.2f}",
        )  # fmt: skip
    OUT.print(table)
    some = set().union(*photos.values())
    OUT.print(f"photos with any text cue: {len(some)} of {len(everything)}")
    OUT.print(
        f"mean GeoGuessr points, prior alone {np.mean(base):.0f}, with text {np.mean(points):.0f}"
    )
    with_text = [p for read, p in zip(everything, points, strict=True) if read.file in some]
    without = [p for read, p in zip(everything, base, strict=True) if read.file in some]
    OUT.print(f"on these: prior alone {np.mean(without):.0f}, with text {np.mean(with_text):.0f}")


# False matches of the gazetteer ----------------------------------------------------------------


def names() -> None:
    """Print how often names lead near the photo they are read in, and near other photos."""
    from clues.inference.evidence import parse_place
    from clues.sphere import arc_km, unit_vectors

    everything = list(load())
    places = np.stack([unit_vectors(read.lat, read.lon) for read in everything])
    own, others, total, tried = 0, 0.0, 0, 0
    for index, read in enumerate(everything):
        tried += sum(len(word.text) >= 4 for word in read.words)
        for cue in _named(read):
            kernels = [k for key in cue.likelihood if (k := parse_place(key)) is not None]
            near = np.zeros(len(places), dtype=bool)
            for kernel in kernels:
                near |= arc_km(places, unit_vectors(kernel.lat, kernel.lon)) < NEAR_KM
            total += 1
            own += int(near[index])
            others += float(np.delete(near, index).mean())
            OUT.print(
                f"{read.file} {read.country} {cue.note} {'near' if near[index] else ''}",
                highlight=False,
            )
    OUT.print(
        f"words of four letters and more: {tried}; names matched: {total} ({total / tried:.3f})"
    )
    OUT.print(f"a bearer within {NEAR_KM:.0f} km of the photo: {own} ({own / max(total, 1):.3f})")
    OUT.print(f"the same for other photos (chance): {others / max(total, 1):.4f}")


def _named(read: Read) -> Sequence[Cue]:
    return [cue for cue in interpret(read.words) if cue.variable == "text.place-name"]


# Speed -----------------------------------------------------------------------------------------


def speed(photos: int = 20) -> None:
    """Print seconds per photo of bare RapidOCR at one and at both sizes, and of our detector."""
    from clues.photo import open_photo
    from detectors.ocr import OcrDetector
    from detectors.ocr.rapid import RapidEngine
    from detectors.ocr.scale import long_sides_px, scaled

    engine = RapidEngine(threads=1)
    detector = OcrDetector(engine)
    some = [
        open_photo(DATA / row["file"]) for row in rows()[:: max(1, len(rows()) // photos)][:photos]
    ]
    detector.detect(some[0])
    one, both, ours = 0.0, 0.0, 0.0
    for photo in some:
        sizes = [
            np.ascontiguousarray(scaled(photo.pixels, side)[0][:, :, ::-1])
            for side in long_sides_px(photo.width, photo.height)
        ]
        times = [_seconds(lambda picture=picture: engine._reader(picture)) for picture in sizes]
        one += times[0]
        both += sum(times)
        ours += _seconds(lambda photo=photo: detector.detect(photo))
    for name, total in (("bare, one size", one), ("bare, both sizes", both), ("detector", ours)):
        OUT.print(f"{name}: {total / len(some):.2f} s/photo")
    OUT.print(f"overhead over the bare engine at both sizes: {100 * (ours / both - 1):+.1f} %")
    OUT.print(f"price of the second size, by design: {100 * (both / one - 1):+.0f} %")


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


# Memory ----------------------------------------------------------------------------------------


def memory(photos: int = 200) -> None:
    """Print the resident memory of reading one photo after another."""
    from clues.photo import open_photo
    from detectors.ocr.rapid import RapidEngine

    engine = RapidEngine(threads=1)
    for number, row in enumerate(rows()[:photos], start=1):
        engine.read(open_photo(DATA / row["file"]))
        if number == 1 or number % 20 == 0:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
            OUT.print(f"after {number} photos: {pages * os.sysconf('SC_PAGE_SIZE') / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
