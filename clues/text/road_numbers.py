"""Road numbers: who numbers roads like this."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from clues.cue import ELSEWHERE, Cue
from clues.knowledge.tables import RoadNumbers, drawn, road_numbers
from clues.text.phrases import find_phrases
from clues.text.word import Line

VARIABLE = "text.road-number"
DETECTOR = "road-numbers"

_MIN_CONFIDENCE = 0.6
_MAX_CUES = 6
_AS_WRITTEN = re.compile(r"M[ae]-\d{1,4}[A-Z]?|St ?\d{4}")
# P(something else on a sign reads so) over P(the number is there): flats, gates, sizes and parking
# bays are written A1 and B2 anywhere, so a single letter with few digits says little.
_CHANCE_ONE_LETTER = {1: 0.45, 2: 0.3, 3: 0.2, 4: 0.15}
_CHANCE = 0.12
# What parts get that an entry within a country names, and what its other parts get, over what the
# country got: a number of one region in six or eight is there as often as in the whole country.
_NAMED_PARTS, _OTHER_PARTS = 5.0, 0.25
_CHANCE_AS_WRITTEN = 0.02  # with the small letters that its signs have: St 2091, Ma-13


def match_road(text: str) -> dict[str, float]:
    """Return places with relative likelihoods for a road number; empty if no pattern fits.

    Where several patterns fit, the best weight of each place counts; wide patterns (any E road)
    carry low weights in the table, so that a listed number (E 75) outweighs them. Entries within
    a country share out what the country got.
    """
    return dict(_match(_form(text)))


@lru_cache(maxsize=2_000)
def _match(form: str) -> tuple[tuple[str, float], ...]:
    if not 2 <= len(form) <= 16 or not any(char.isdigit() for char in form):
        return ()
    fitting = [entry for pattern, entry in _patterns() if pattern.fullmatch(form)]
    likelihood: dict[str, float] = {}
    for entry in fitting:
        if entry.within is None:
            _raise(likelihood, entry.where, 1.0)
    names = {entry.within for entry in fitting if entry.within}
    countries = {country: likelihood.get(country, 0.0) for country in names}
    for country, share in countries.items():
        likelihood[country] = share * _OTHER_PARTS
    for entry in fitting:
        if entry.within is not None:
            _raise(likelihood, entry.where, countries[entry.within] * _NAMED_PARTS)
    return tuple(sorted((place, weight) for place, weight in likelihood.items() if weight > 0))


def _raise(likelihood: dict[str, float], where: Mapping[str, float], scale: float) -> None:
    for place, weight in where.items():
        for code in drawn(place):
            likelihood[code] = max(likelihood.get(code, 0.0), weight * scale)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], RoadNumbers], ...]:
    return tuple((re.compile(entry.pattern), entry) for entry in road_numbers().values())


def road_number_cue(text: str, confidence: float = 1.0, line: Line | None = None) -> Cue | None:
    """Return the cue in a road number, or None."""
    places = match_road(text)
    if not places:
        return None
    form = _form(text)
    letters = sum(char.isalpha() for char in form)
    digits = sum(char.isdigit() for char in form)
    chance = _CHANCE_ONE_LETTER.get(digits, 0.2) if letters == 1 else _CHANCE
    if "-" in form:
        chance *= 0.6  # N-340, I-95: seldom anything else
    if form != form.upper() and _AS_WRITTEN.fullmatch(form):
        chance = _CHANCE_AS_WRITTEN
    best = max(places.values())
    rest = (chance + 0.3 * (1 - min(max(confidence, 0.0), 1.0))) / max(best, 1.0)
    likelihood = {
        code: float(f"{max(value / best, rest):.4g}") for code, value in sorted(places.items())
    }
    likelihood[ELSEWHERE] = float(f"{rest:.4g}")
    return Cue(
        variable=VARIABLE,
        likelihood=likelihood,
        box=line.box if line is not None else None,
        detector=DETECTOR,
        note=f"'{text[:20]}' may be a road number",
    )


def read_road_numbers(lines: Sequence[Line]) -> list[Cue]:
    """Return cues of road numbers: a whole short line, or a word or two with a hyphen.

    Numbers stand alone on shields or beside place names on direction signs. Inside a sentence of
    small letters they are something else.
    """
    return find_phrases(
        lines,
        _of_run,
        most_words=3,
        min_confidence=_MIN_CONFIDENCE,
        most_cues=_MAX_CUES,
    )


def _of_run(run: Line) -> Cue | None:
    text = run.text
    if text != _capitals(text) or len(text) > 16:
        return None
    return road_number_cue(text.strip(".,;:()"), run.confidence, run)


def _form(text: str) -> str:
    plain = _capitals(unicodedata.normalize("NFKC", text[:40]))
    return " ".join(re.sub(r"[‐-―−]", "-", plain).split())


def _capitals(text: str) -> str:
    """Return capitals, but for those letters that signs write small.

    Georgian capitals stand on no sign; the Balearic islands write Ma-13 and Me-1, Bavaria St 2064.
    """
    if _AS_WRITTEN.fullmatch(text):
        return text
    return "".join(char if "ა" <= char <= "ჿ" else char.upper() for char in text)
