"""What a shared network made of the last photos, so that it sees each of them once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from clues.photo import Photo

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps results for the last photos; several threads may ask.

    Parameters
    ----------
    make
        Makes the result for a photo; runs for one photo at a time.
    kept
        How many photos are remembered.
    """

    def __init__(self, make: Callable[[Photo], T], kept: int) -> None:
        self._make = make
        self._kept = kept
        self._known: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, photo: Photo) -> T:
        """Return the result for a photo, made now unless it was among the last ones."""
        with self._lock:
            if photo.sha256 not in self._known:
                self._known[photo.sha256] = self._make(photo)
                while len(self._known) > self._kept:
                    self._known.popitem(last=False)
            return self._known[photo.sha256]
