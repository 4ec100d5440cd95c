"""One photo, one row: where it was taken, why, or what went wrong."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from clues.batch.source import Item
from clues.cue import Cue
from clues.errors import PhotoError
from clues.inference.posterior import RegionProbability
from clues.pipeline import Location, Locator
from clues.report.private import without_plate_texts
from clues.report.words import valid

TOP = 5
CONTRIBUTIONS = 10
_VALUES = 5
CRASH = "crash"  # neither the photo nor a detector is to blame: please report it


@dataclass(frozen=True, slots=True)
class Settings:
    """How every photo of a batch is located; a batch has one of it."""

    prior: str = "street-view"
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    keep_plates: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The record of one photo; columns are null where there is no answer.

    Attributes
    ----------
    error, error_kind
        Why there is no answer: a sentence, and ``photo`` or ``crash``.
    countries, subdivisions
        Codes, likeliest first, with ``*_p`` their probabilities.
    cues, contributions, failures
        JSON: what was seen; bits that each cue adds for the country; detectors that failed.
    """

    file: str
    error: str | None = None
    error_kind: str | None = None
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    lat: float | None = None
    lon: float | None = None
    expected_score: float | None = None
    country: str | None = None
    region: str | None = None
    answer: str | None = None
    countries: list[str] = field(default_factory=list)
    countries_p: list[float] = field(default_factory=list)
    subdivisions: list[str] = field(default_factory=list)
    subdivisions_p: list[float] = field(default_factory=list)
    area_50_km2: float | None = None
    area_90_km2: float | None = None
    entropy_bits: float | None = None
    conflict_bits: float | None = None
    cues: str = "[]"
    contributions: str = "[]"
    failures: str = "[]"
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return the columns by name."""
        return asdict(self)


COLUMNS = tuple(one.name for one in fields(Row))


def locate_item(locator: Locator, item: Item, settings: Settings) -> Row:
    """Locate one photo. Whatever goes wrong is a value: a batch goes on."""
    start = time.perf_counter()
    name = valid(item.name)
    try:
        found = locator.locate(
            item.open(),
            prior=settings.prior,
            within=settings.within or None,
            without=settings.without,
        )
        return _row(name, found, settings, time.perf_counter() - start)
    except PhotoError as error:
        return Row(file=name, error=valid(str(error)), error_kind="photo", seconds=_since(start))
    except Exception as error:
        text = valid(f"{type(error).__name__}: {error}")[:500]
        return Row(file=name, error=text, error_kind=CRASH, seconds=_since(start))


def _row(name: str, found: Location, settings: Settings, seconds: float) -> Row:
    posterior, photo = found.fusion.posterior, found.photo
    countries = posterior.regions("country", TOP)
    subdivisions = posterior.regions("subdivision", TOP)
    cues = list(found.cues) if settings.keep_plates else without_plate_texts(found.cues)
    answer = found.answer
    return Row(
        file=name,
        sha256=photo.sha256 if photo else None,
        width=photo.width if photo else None,
        height=photo.height if photo else None,
        lat=round(found.point.lat, 5),
        lon=round(found.point.lon, 5),
        expected_score=round(found.point.expected_score, 1),
        country=found.country.code,
        region=found.subdivision.code,
        answer=answer.code if answer else None,
        countries=[one.region.code for one in countries],
        countries_p=_probabilities(countries),
        subdivisions=[one.region.code for one in subdivisions],
        subdivisions_p=_probabilities(subdivisions),
        area_50_km2=round(posterior.credible_area(0.5).area_km2, 1),
        area_90_km2=round(posterior.credible_area(0.9).area_km2, 1),
        entropy_bits=round(posterior.entropy_bits, 4),
        conflict_bits=round(found.fusion.conflict_bits, 4),
        cues=_json([_cue(cue) for cue in cues]),
        contributions=_json(_contributions(found)),
        failures=_json([[f.detector, f.message] for f in found.extraction.failures]),
        seconds=round(seconds, 4),
    )


def _cue(cue: Cue) -> dict[str, Any]:
    best = sorted(cue.likelihood.items(), key=lambda pair: (-pair[1], pair[0]))[:_VALUES]
    box = [round(side) for side in cue.box.xyxy_px] if cue.box else None
    return {
        "variable": cue.variable,
        "likelihood": dict(best),
        "detector": cue.detector,
        "box": box,
        "note": cue.note,
    }


def _contributions(found: Location) -> list[list[Any]]:
    """Return variable, value and bits of the cues that weigh most for or against the country."""
    if not found.cues:
        return []
    why = found.explainer.contrast(found.country.code, cite=False)
    most = why.contributions[:CONTRIBUTIONS]  # the weightiest come first
    return [[one.cue.variable, one.cue.value, round(float(one.bits), 3)] for one in most]


def _probabilities(regions: Sequence[RegionProbability]) -> list[float]:
    return [round(float(one.probability), 6) for one in regions]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 4)
