"""Clues: where on Earth a photo was taken, and which clues say so.

>>> import clues
>>> found = clues.locate("street.jpg")          # doctest: +SKIP
>>> found.country.name, found.point.lat          # doctest: +SKIP
"""

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from clues.cue import Box, Cue
from clues.errors import CluesError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from clues.detector import Detector
    from clues.knowledge import KnowledgeBase
    from clues.photo import Photo, Source
    from clues.pipeline import Location, Locator

# No telemetry of dependencies either: onnxruntime 1.32 sends usage events from C++ unless this is
# set before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
__all__ = ["Box", "CluesError", "Cue", "extract_cues", "load_kb", "locate", "locator"]


@lru_cache(maxsize=4)
def _shared(also: "tuple[str | Detector, ...]") -> "Locator":
    from clues.pipeline import Locator

    return Locator(also=also)


def locator(*also: "str | Detector") -> "Locator":
    """Return the shared `Locator`: the shipped knowledge base and all installed detectors.

    Parameters
    ----------
    *also
        Optional detectors to run besides: names, or detectors made already.
    """
    return _shared(also)


def load_kb(folder: "Path | str | None" = None) -> "KnowledgeBase":
    """Load a knowledge base; see `clues.knowledge.load_kb`."""
    from clues.knowledge import load_kb as load

    return load(folder)


def extract_cues(
    photo: "Source | Photo",
    without: "Iterable[str]" = (),
    *,
    also: "Iterable[str | Detector]" = (),
) -> "Sequence[Cue]":
    """Return the cues that the installed detectors, and those of ``also``, see in a photo.

    Raises
    ------
    PhotoError
        If the photo cannot be opened safely.
    """
    return locator(*also).extract_cues(photo, without).cues


def locate(
    photo: "Source | Photo | None" = None,
    *,
    also: "Iterable[str | Detector]" = (),
    **options: Any,
) -> "Location":
    """Locate a photo, or a set of cues; options as in `clues.pipeline.Locator.locate`.

    Parameters
    ----------
    photo
        The photo; None to use cues alone.
    also
        Optional detectors to run besides the installed ones: names, or detectors made already.
    **options
        As in `clues.pipeline.Locator.locate`.
    """
    return locator(*also).locate(photo, **options)
