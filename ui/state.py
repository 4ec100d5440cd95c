"""A case: a photo, what was seen in it, and what the person said of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from clues.cue import Cue
from clues.photo import Photo
from clues.pipeline import DEFAULT_PRIOR, Extraction, Location
from ui.resources import locator
from ui.session import cases


@dataclass(frozen=True)
class Result:
    """A location, and which row of the case each of its cues belongs to."""

    location: Location
    rows: Mapping[int, str]

    def row_of(self, cue: Cue) -> str:
        """Return the row of a cue of this location."""
        return self.rows[id(cue)]

    @cached_property
    def repeated(self) -> frozenset[str]:
        """Rows left out because a stronger sighting of the same value counted."""
        return frozenset(self.row_of(cue) for cue in self.location.fusion.repeated)


@dataclass(frozen=True)
class Order:
    """The order of the ledger's rows, and how many of them are in sight at first."""

    rows: list[str]
    shown: int


@dataclass
class Case:
    """One photo (or none: cues alone) under investigation.

    Attributes
    ----------
    strengths
        How far a detector's cue counts, by its row: 0 is off, 1 as found.
    given
        The person's own cues, by variable.
    skipped
        Variables that the person cannot tell.
    waiting
        Whether the detectors have yet to look at the photo.
    pictures
        Small copies of the photo and of its parts as data URIs, by row; kept while cues change.
    shown
        The photo and its boxes as the browser gets them, and what they were made from.
    order
        The rows' order in the ledger, by the pair of regions compared: it stays while cues change.
    """

    key: str
    name: str
    photo: Photo | None = None
    extraction: Extraction = field(default_factory=lambda: Extraction(()))
    waiting: bool = False
    strengths: dict[str, float] = field(default_factory=dict)
    given: dict[str, Cue] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    truth: tuple[float, float] | None = None
    prior: str = DEFAULT_PRIOR
    within: list[str] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)
    shown: tuple[object, bytes] | None = None
    order: dict[tuple[str, str | None], Order] = field(default_factory=dict)
    _last: tuple[object, Result] | None = None

    def look(self, progress: Callable[[str], None]) -> None:
        """Run the detectors over the photo."""
        assert self.photo is not None
        self.extraction = locator().extract_cues(self.photo, progress=progress)
        self.waiting = False

    def detected(self) -> dict[str, Cue]:
        """Return the detectors' cues by row."""
        return {f"d{index}": cue for index, cue in enumerate(self.extraction.cues)}

    def all_cues(self) -> dict[str, Cue]:
        """Return the person's and the detectors' cues by row, switched off or not."""
        mine = {f"p-{variable}": cue for variable, cue in self.given.items()}
        return {**mine, **self.detected()}

    def strength(self, row: str) -> float:
        """Return how far a cue counts."""
        return self.strengths.get(row, 1.0)

    def set_strengths(self, strengths: Mapping[str, float]) -> None:
        """Take over the switches and sliders of the ledger."""
        known = self.detected()
        for row, value in strengths.items():
            if row in known:
                self.strengths[row] = min(max(float(value), 0.0), 2.0)

    def remove(self, row: str) -> None:
        """Take back a cue that the person gave."""
        self.given.pop(row.removeprefix("p-"), None)

    def locate(self) -> Result:
        """Fuse what is switched on; detectors do not run again."""
        engine = locator()
        state = (id(engine), self.prior, tuple(self.within), self._signature())
        if self._last is None or self._last[0] != state:
            rows = {
                row: cue.tempered(self.strength(row))
                for row, cue in self.detected().items()
                if self.strength(row) > 0
            }
            seen = replace(self.extraction, cues=tuple(rows.values()))
            found = engine.locate(
                None,
                extraction=seen,
                cues=self.given.values(),
                prior=self.prior,
                within=self.within or None,
            )
            mine = {f"p-{variable}": cue for variable, cue in self.given.items()}
            names = {id(cue): row for row, cue in {**rows, **mine}.items()}
            self._last = (state, Result(found, names))
        return self._last[1]

    def _signature(self) -> object:
        given = tuple((v, tuple(cue.likelihood.items())) for v, cue in self.given.items())
        return given, tuple(sorted(self.strengths.items()))


def add_photo(photo: Photo) -> Case:
    """Return the case of a photo; the detectors look at a new one when it is first shown."""
    key = photo.sha256[:16]
    return cases().setdefault(key, Case(key, photo.name, photo, waiting=True))


def tell(case: Case, cues: Iterable[Cue]) -> None:
    """Add a person's cues to a case."""
    for cue in cues:
        case.given[cue.variable] = cue
