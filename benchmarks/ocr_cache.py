"""Readings of the development photos, kept by engine and by the photo's sha256.

nice -n 10 python -m benchmarks.ocr_cache --engine rapidocr --threads 1
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.progress import track

from clues.cue import Box
from clues.errors import CluesError
from clues.paths import ROOT
from clues.photo import open_photo
from clues.tabular import read_rows
from clues.text import Word
from detectors.ocr.engine import DEFAULT, ENGINES, create_engine

DATA = ROOT.parent / "shared" / "data" / "streetview"
CACHE = ROOT.parent / "scratch" / "ocr_cache"
LABELS = Path(__file__).parent / "data" / "ocr_words.json"


@dataclass(frozen=True, slots=True)
class Read:
    """A development photo with what was read in it."""

    file: str
    sha256: str
    country: str
    lat: float
    lon: float
    seconds: float
    words: tuple[Word, ...]


def labels() -> dict[str, list[str]]:
    """Return the words that people can read, by the photo's sha256."""
    return dict(json.loads(LABELS.read_text(encoding="utf-8")))


def rows() -> list[dict[str, str]]:
    """Return the rows of the development set."""
    table = DATA / "dev.csv"
    if not table.exists():
        raise CluesError(f"{table}: the development photos are not here; the benchmark needs them.")
    return read_rows(table, ["file"])[0]


def fill(engine: str, threads: int, only_labelled: bool, cache: Path = CACHE) -> None:
    """Read all photos that the cache does not hold yet."""
    reader = create_engine(engine, threads)
    folder = cache / engine
    folder.mkdir(parents=True, exist_ok=True)
    wanted = labels()
    for row in track(rows(), f"Reading with {engine}"):
        photo = open_photo(DATA / row["file"])
        target = folder / f"{photo.sha256}.json"
        if target.exists() or (only_labelled and photo.sha256 not in wanted):
            continue
        start = time.perf_counter()
        words = reader.read(photo)
        record = {
            "file": row["file"],
            "seconds": round(time.perf_counter() - start, 3),
            "words": [_to_record(word) for word in words],
        }
        target.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def load(engine: str = DEFAULT, cache: Path = CACHE) -> Iterator[Read]:
    """Yield the photos that the cache holds, in the order of their files."""
    by_file = {row["file"]: row for row in rows()}
    found = []
    for path in (cache / engine).glob("*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        row = by_file[record["file"]]
        found.append(
            Read(
                file=record["file"],
                sha256=path.stem,
                country=row["country"],
                lat=float(row["lat"]),
                lon=float(row["lon"]),
                seconds=record["seconds"],
                words=tuple(_from_record(word) for word in record["words"]),
            )
        )
    if not found:
        raise CluesError(
            f"{cache / engine}: nothing read yet; run: python -m benchmarks.ocr_cache "
            f"--engine {engine}"
        )
    yield from sorted(found, key=lambda read: read.file)


def _to_record(word: Word) -> dict[str, object]:
    return {
        "text": word.text,
        "confidence": round(word.confidence, 4),
        "box": [round(v, 1) for v in word.box.xyxy_px],
        "polygon": [[round(x, 1), round(y, 1)] for x, y in word.polygon],
        "alternatives": [[text, round(c, 4)] for text, c in word.alternatives],
        "script": [[script, round(p, 4)] for script, p in word.script],
        "on_sign": word.on_sign,
    }


def _from_record(record: dict[str, list]) -> Word:  # type: ignore[type-arg]
    return Word(
        text=str(record["text"]),
        confidence=float(record["confidence"]),  # type: ignore[arg-type]
        box=Box(*record["box"]),
        polygon=tuple((x, y) for x, y in record["polygon"]),
        alternatives=tuple((text, c) for text, c in record["alternatives"]),
        script=tuple((script, p) for script, p in record.get("script", [])),
        on_sign=bool(record.get("on_sign", False)),
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=sorted(ENGINES), default=DEFAULT)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only-labelled", action="store_true")
    arguments = parser.parse_args()
    fill(arguments.engine, arguments.threads, arguments.only_labelled)


if __name__ == "__main__":
    main()
