"""The stages composed: photo > detectors > cues > fusion > location.

A detector that fails is a reported value, not a crash.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import EntryPoint
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.cue import Box, Cue
from clues.detector import Detector, Discreet, available, check_optional, optional
from clues.errors import CluesError, UnknownCueError
from clues.inference import Engine, Explainer, Explanation, Fusion, Point, Question, Tables
from clues.inference import next_questions as _next_questions
from clues.knowledge import KnowledgeBase, load_kb
from clues.photo import Photo, Source, open_photo
from clues.regions import Region, RegionGraph, load_regions
from clues.regions.prior import prior as log_prior_of
from clues.text.typed import typed_cues

DEFAULT_PRIOR = "street-view"
_FIRST = "ocr"  # of the detectors
APPEARANCE = "appearance"  # the family whose bias the fitted factors on countries make up for


@dataclass(frozen=True, slots=True)
class Failure:
    """A detector that could not do its work, and why, in one sentence."""

    detector: str
    message: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What the detectors saw in a photo.

    Attributes
    ----------
    cues
        All cues of all detectors.
    failures
        Detectors that failed.
    seconds
        Wall time by detector.
    private
        What a picture that is passed on should not show: people's heads, cars' plates.
    """

    cues: tuple[Cue, ...]
    failures: tuple[Failure, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    private: tuple[Box, ...] = ()


@dataclass(frozen=True, eq=False)
class Location:
    """Where a photo was taken, with everything that explains it.

    Attributes
    ----------
    photo
        The photo, or None where only cues were given.
    extraction
        The cues (a person's included) and the detectors that failed.
    fusion
        Posterior and terms.
    point
        The place with the best expected GeoGuessr score.
    """

    photo: Photo | None
    extraction: Extraction
    fusion: Fusion
    point: Point
    engine: Engine = field(repr=False)
    prior_name: str = DEFAULT_PRIOR

    @property
    def cues(self) -> tuple[Cue, ...]:
        """All cues."""
        return self.extraction.cues

    @property
    def country(self) -> Region:
        """The most probable country."""
        return self.fusion.posterior.regions("country", 1)[0].region

    @property
    def subdivision(self) -> Region:
        """The most probable subdivision of the most probable country."""
        return self.fusion.posterior.likeliest_within(self.country.code)

    @property
    def answer(self) -> Region | None:
        """The finest region that is likelier than not, or None: not enough evidence.

        None, too, where the cues say next to nothing: the prior's favourite is no answer.
        """
        return self.fusion.posterior.answer() if self.fusion.is_told else None

    @cached_property
    def explainer(self) -> Explainer:
        """Explains any region against any other."""
        return Explainer(self.engine, self.fusion)

    def why(self, a: str | None = None, b: str | None = None) -> Explanation:
        """Explain ``a`` (the first country by default) against ``b`` (or anywhere else)."""
        return self.explainer.contrast(a or self.country.code, b)

    def questions(self, top: int = 5) -> list[Question]:
        """What to look for next."""
        return _next_questions(self.engine.tables, self.fusion, top)


class Locator:
    """Composes knowledge base, region graph and detectors; reusable for many photos.

    Parameters
    ----------
    kb
        A knowledge base; the one that ships with Clues by default.
    detectors
        Detectors to run; all installed ones by default, made on first use.
    also
        Optional detectors to run besides: names, or detectors made already.

    Raises
    ------
    CluesError
        If no optional detector has such a name.
    """

    def __init__(
        self,
        kb: KnowledgeBase | None = None,
        detectors: Sequence[Detector] | None = None,
        also: Iterable[str | Detector] = (),
    ) -> None:
        self.world: RegionGraph = load_regions()
        self.kb = kb or load_kb()
        self.engine = Engine(Tables(self.kb, self.world))
        self._given = detectors
        self._also = tuple(also)
        check_optional(self._also)
        self._failed: dict[str, Failure] = {}

    @cached_property
    def detectors(self) -> tuple[Detector, ...]:
        """The detectors; one that cannot be made is left out and reported with each photo."""
        return tuple(self._each())

    def _each(self) -> Iterator[Detector]:
        """Yield the detectors, the first time each as it is made.

        Reading takes most memory, so it goes first, before the networks of the others are there.
        """
        if "detectors" in self.__dict__:
            yield from self.detectors
            return
        made: list[Detector] = []
        entries = sorted(available().items(), key=lambda item: item[0] != _FIRST)
        given = self._make(dict(entries)) if self._given is None else self._given
        for detector in chain(given, self._make_also()):
            made.append(detector)
            yield detector
        self.__dict__["detectors"] = tuple(made)

    @property
    def missing(self) -> tuple[Failure, ...]:
        """Detectors that cannot be made, and why."""
        _ = self.detectors
        return tuple(self._failed.values())

    def _make_also(self) -> Iterator[Detector]:
        for one in self._also:
            if isinstance(one, str):
                yield from self._make({one: optional()[one]})
            else:
                yield one

    def _make(self, entries: Mapping[str, EntryPoint]) -> Iterator[Detector]:
        for name, entry in entries.items():
            try:
                yield entry.load()()
            except Exception as error:  # others' detectors fail in their own ways
                self._failed[name] = Failure(name, _reason(error))

    @cached_property
    def _fitted_countries(self) -> npt.NDArray[np.float64]:
        """Log of the fitted factor on each leaf's country, shape (leaves,)."""
        factors = self.kb.settings.countries
        codes = self.world.subdivision_codes
        of_subdivision = [factors.get(self.world.country_of(code) or "", 1.0) for code in codes]
        return np.log(of_subdivision)[self.world.leaves.subdivision]

    def with_kb(self, kb: KnowledgeBase) -> "Locator":
        """Return a locator that reads another knowledge base with the same detectors."""
        other = Locator(kb, self._given, self._also)
        other._failed = self._failed
        if "detectors" in self.__dict__:  # made already: models are slow to load
            other.__dict__["detectors"] = self.detectors
        return other

    def extract_cues(
        self,
        source: Source | Photo,
        without: Iterable[str] = (),
        progress: Callable[[str], None] | None = None,
    ) -> Extraction:
        """Run the detectors over a photo.

        Parameters
        ----------
        source
            A path, bytes, PIL image, RGB array or an opened `Photo`.
        without
            Detectors, families or variables to leave out.
        progress
            Called with each detector's name before it runs.

        Raises
        ------
        PhotoError
            If the photo cannot be opened safely.
        """
        photo = source if isinstance(source, Photo) else open_photo(source)
        out = frozenset(without)
        cues: list[Cue] = []
        failures: list[Failure] = []
        seconds: dict[str, float] = {}
        private: list[Box] = []
        for detector in self._each():
            if isinstance(detector, Discreet):  # whether its cues are wanted or not
                try:
                    private.extend(detector.private(photo))
                except Exception as error:  # what is passed on would show it: this must be said
                    failures.append(Failure(detector.name, _reason(error)))
            if detector.name in out:
                continue
            if progress is not None:
                progress(detector.name)
            start = time.perf_counter()
            try:
                found = detector.detect(photo)
                for cue in found:
                    self.kb.check(cue)
                cues.extend(found)
            except Exception as error:  # third-party networks fail in their own ways
                failures.append(Failure(detector.name, _reason(error)))
            seconds[detector.name] = time.perf_counter() - start
        failures.extend(f for name, f in self._failed.items() if name not in out)
        kept = tuple(cue for cue in cues if not _left_out(cue, out))
        # looking for cues often fails as looking for what is private does: once is enough
        return Extraction(kept, tuple(dict.fromkeys(failures)), seconds, tuple(private))

    def locate(
        self,
        source: Source | Photo | None = None,
        *,
        cues: Iterable[Cue] = (),
        text: str = "",
        extraction: Extraction | None = None,
        prior: str | Path = DEFAULT_PRIOR,
        within: str | Sequence[str] | None = None,
        without: Iterable[str] = (),
    ) -> Location:
        """Locate a photo, or a set of cues.

        Parameters
        ----------
        source
            The photo; None to use cues alone.
        cues
            Cues of a person. They replace what detectors say of the same variables.
        text
            What a person read in the photo, line by line; its cues count as that person's.
        extraction
            What the detectors saw in this photo before, so that they need not run again.
        prior
            ``street-view``, ``population``, ``uniform-land``, or a CSV or GeoJSON file.
        within
            Region codes that the place is known to lie in.
        without
            Detectors, families or variables to leave out.

        Raises
        ------
        CluesError
            With one sentence, for an unreadable photo, an unknown cue, region or prior.
        """
        out = frozenset(without)
        if out:
            _check_names(out, self.kb)
        given = (*cues, *(typed_cues(text) if text else ()))
        for cue in given:
            self.kb.check(cue)
        photo = source if isinstance(source, Photo) or source is None else open_photo(source)
        if extraction is None:
            extraction = self.extract_cues(photo, out) if photo is not None else Extraction(())
        told = {cue.variable for cue in given}
        seen = [c for c in extraction.cues if c.variable not in told and not _left_out(c, out)]
        extraction = replace(extraction, cues=(*seen, *given))
        log_prior = log_prior_of(self.world, str(prior), within)
        looked_at = any(cue.family == APPEARANCE for cue in extraction.cues)
        if looked_at and str(prior) == DEFAULT_PRIOR:
            log_prior = log_prior + self._fitted_countries
        fusion = self.engine.fuse(extraction.cues, log_prior)
        point = fusion.posterior.point("score")
        return Location(photo, extraction, fusion, point, self.engine, str(prior))


def _reason(error: Exception) -> str:
    """Return what went wrong: our own errors and missing modules speak for themselves."""
    known = isinstance(error, CluesError | ImportError)
    return (str(error) if known else f"{type(error).__name__}: {error}")[:300]


def _left_out(cue: Cue, out: frozenset[str]) -> bool:
    return bool(out & {cue.variable, cue.family, cue.detector})


def _check_names(names: Iterable[str], kb: KnowledgeBase) -> None:
    known = {*kb.variables, *kb.families(), *available(), *optional()}
    for name in names:
        if name not in known:
            raise UnknownCueError(
                f"'{name:.80}' is no cue, family or detector; "
                f"families are {', '.join(kb.families())}."
            )
