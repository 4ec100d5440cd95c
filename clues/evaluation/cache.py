"""A cache of what detectors saw, keyed by the photo's pixels and the detector's version."""

import contextlib
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from clues.cue import Cue
from clues.detector import Detector
from clues.files import write_text
from clues.photo import Photo
from clues.pipeline import Extraction, Failure

_CUES = TypeAdapter(list[Cue])


class ExtractionCache:
    """Runs detectors over photos, each once.

    Killed at any moment, a second run goes on where the first one stopped: entries are written
    atomically, one file a photo and detector.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def extract(self, detectors: Sequence[Detector], photo: Photo) -> Extraction:
        """Return what the detectors see in a photo, from the cache where it is there.

        Failures are reported and not cached. Seconds are those of the run that filled the cache.
        """
        cues: list[Cue] = []
        failures: list[Failure] = []
        seconds: dict[str, float] = {}
        for detector in detectors:
            path = self._path(detector, photo)
            found = _read(path)
            if found is None:
                start = time.perf_counter()
                try:
                    found = list(detector.detect(photo)), 0.0
                except Exception as error:
                    message = f"{type(error).__name__}: {error}"[:300]
                    failures.append(Failure(detector.name, message))
                    continue
                found = found[0], time.perf_counter() - start
                _write(path, *found)
            cues.extend(found[0])
            seconds[detector.name] = found[1]
        return Extraction(tuple(cues), tuple(failures), seconds)

    def _path(self, detector: Detector, photo: Photo) -> Path:
        version = str(getattr(detector, "version", "0"))
        tag = hashlib.sha256(version.encode()).hexdigest()[:12]
        return self.folder / f"{detector.name}-{tag}" / f"{photo.sha256[:32]}.json"


def _read(path: Path) -> tuple[list[Cue], float] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _CUES.validate_python(document["cues"]), float(document["seconds"])
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


def _write(path: Path, cues: list[Cue], seconds: float) -> None:
    document = {"cues": _CUES.dump_python(cues, mode="json"), "seconds": seconds}
    with contextlib.suppress(OSError):  # a full disk: look again next time
        write_text(path, json.dumps(document, ensure_ascii=False))
