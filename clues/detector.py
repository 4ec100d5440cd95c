"""What a detector is, and how Clues finds the installed ones."""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from clues.errors import CluesError

if TYPE_CHECKING:  # the command line starts faster without numpy and Pillow
    from clues.cue import Box, Cue
    from clues.photo import Photo

GROUP = "clues.detectors"
OPTIONAL_GROUP = "clues.detectors.optional"


@runtime_checkable
class Detector(Protocol):
    """Reports cues seen in a photo.

    Attributes
    ----------
    name : str
        Short name, shown beside each cue and used to switch the detector off.
    variables : frozenset of str
        The cue variables that it may report.
    """

    name: str
    variables: frozenset[str]

    def detect(self, photo: "Photo") -> "Sequence[Cue]":
        """Return the cues seen, boxes in pixels of ``photo``; no cue means nothing to say."""
        ...


@runtime_checkable
class Discreet(Protocol):
    """A detector that also tells what a picture that is passed on should not show."""

    def private(self, photo: "Photo") -> "Sequence[Box]":
        """Return boxes of people's heads or cars' plates, in pixels of ``photo``; no cues."""
        ...


@runtime_checkable
class Metered(Protocol):
    """A detector whose work costs something."""

    def spent(self) -> str:
        """Return in one sentence what was spent so far."""
        ...


def available() -> dict[str, EntryPoint]:
    """Return the installed detectors by name, without importing any of them."""
    return {point.name: point for point in entry_points(group=GROUP)}


def optional() -> dict[str, EntryPoint]:
    """Return the detectors that run only when asked for by name, without importing any of them."""
    return {point.name: point for point in entry_points(group=OPTIONAL_GROUP)}


def check_optional(also: Iterable[str | Detector]) -> None:
    """Check the names of optional detectors.

    Raises
    ------
    CluesError
        If no optional detector has such a name.
    """
    known = optional()
    for one in also:
        if isinstance(one, str) and one not in known:
            there = ", ".join(sorted(known)) or "none"
            raise CluesError(f"no optional detector is called '{one:.40}'; there are {there}.")
