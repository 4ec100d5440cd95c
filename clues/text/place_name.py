"""Names of towns among the words: where they say that the photo was taken.

For a name N and its bearers b the likelihood of a place x is::

    P(N read | x) = q(N) + r * sum over b of g(b) * K_b(x)  [+ r_country in the countries of b]

``q`` is the chance of reading the same letters anywhere: as an ordinary word, surname or brand
(share of the word in running text, plus its spelling's probability under the letter model), or as
a far-away town's name. ``r`` is the share of words on signs that name the place they stand in,
``K_b`` a kernel as wide as the town. A name that many places bear is weak by itself, since each
bearer gets its part and ``q`` grows with their number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from rapidfuzz.distance import Levenshtein

from clues.cue import ELSEWHERE, Box, Cue
from clues.knowledge.distil.brands import normalise
from clues.knowledge.tables import brand_stop_words
from clues.regions import load_regions
from clues.regions.model import LEAF_SPREAD_KM
from clues.sphere import EARTH_RADIUS_KM, unit_vectors
from clues.text.brands import find_brand
from clues.text.build_gazetteer import key_of
from clues.text.confusion import probability
from clues.text.gazetteer import Bearer, Match, load_gazetteer, look_up
from clues.text.language import load_language_model, tokens
from clues.text.ordinary import ordinary_share
from clues.text.region_names import regions_named
from clues.text.script import is_noise, script_of
from clues.text.street_words import MAX_PHRASE_WORDS, is_listed
from clues.text.word import Line, Word, union

VARIABLE = "text.place-name"

# r: of 100 words on signs about one names the town, district or a neighbouring town. Judged before
# looking at the development photos; `python -m benchmarks.ocr` reports what they say.
LOCAL_SHARE = 0.01
_COUNTRY_SHARE = 0.3  # times r: towns named elsewhere in their country, by their share of it
_ERROR = 0.002  # P(a certain letter misread into another), in ordinary words
_LOST_LETTER = 0.005  # P(a letter lost, or one added)
_SPELT_SHARE = 0.3  # of words on signs that are in no list: names, brands
# A word's share of signs is its share of running text times a factor that differs from word to word
# by e^2 or so (BANK, CAFE); the mean of such a log-normal factor is e^(2*2/2).
_RUNNING_SHARE = 7.0
# In running text the name of a great city is that city as a rule, and not a word that shops like.
_GREAT_CITY = 500_000  # inhabitants
_FLOOR = 1e-5
_PER_BEARER = 2e-6
_NAMED_FAR = 0.003  # share of words on signs that name a far-away town, by its share of mankind
_VILLAGE = 20_000  # inhabitants at which a lonely place gets half of the local naming
_NAMING_POWER = 0.75  # of a place's share of the people around: villages are named a little more
_MAX_NAME_WORDS = 4
_MIN_PHRASE_WORDS = 3  # of a listed phrase that may hold a name
_MAX_BEARERS = 40
_MAX_CUES = 6
_MIN_CONFIDENCE = 0.7
_ACCIDENT = 0.05  # P(a wrong reading happens to spell a certain short name)
_SHORT = 5  # letters
# Names of regions: of words on signs that name the sign's own, and elsewhere in its country.
_REGION_SHARE = 0.002
_REGION_IN_COUNTRY = 0.1
_REGION_OF_OFFICE = 0.01  # the same beside the word of an authority: "Government of Kerala"
_REGION_ABROAD = 2e-6  # that name a certain far-away part of a country, beside its people's share
_COUNTRY_ABROAD = 2e-5  # the same of a country: products, restaurants, embassies
_LISTED_SHARE = 5e-4  # of words on signs that are one certain street or shop word
_MIN_RATIO = 5.0  # of the best place against elsewhere; below it a name says nothing
_BRAND_SHARE = 5e-4  # of words on signs that are one certain brand
_LOWER_CASE = 0.2  # names of towns have a capital
_IN_STREET_NAME = 0.15  # "Rua Madrid" is seldom in Madrid

_STREET_WORDS = (
    "calle avenida av avda ave rua rue via viale corso boulevard blvd street st road rd strasse "
    "str ulica ul jalan jl hotel restaurant restaurante banco bank pizzeria bar cafe"
)
_STREET = frozenset(_STREET_WORDS.split())
_OFFICE_WORDS = (
    "government govt gov republic kingdom commonwealth state ministry department province district "
    "dist gouvernement republique royaume ministere region wilaya gobierno republica ministerio "
    "estado provincia departamento gobernacion governo prefeitura secretaria regione repubblica "
    "ministero republika land landkreis freistaat bundesland kabupaten provinsi kota negeri "
    "kerajaan jamhuri wizara tehsil taluk"
)
_OFFICES = frozenset(_OFFICE_WORDS.split())
_SMALL_WORDS = ("en", "de", "em", "do", "da", "in", "of", "v", "w", "a", "la", "nach", "to")
_PREPOSITIONS = ("of ", "de ", "du ", "do ", "da ", "di ")
_UNSPACED = frozenset({"thai"})
_INSIDE, _INSIDE_LETTERS = 0.5, 5  # P(it stands among other words), and least letters
_WITH_NUMBER = re.compile(r"(?P<name>[^\W\d]{4,})[-–]\d{1,6}[.,]?")
_ELIDED = re.compile(r"[Dd]['’](?P<name>[^\W\d]{4,})")  # Province d'Errachidia
_DISTANCE = re.compile(r"^(?P<km>\d{1,3})(?:[.,]\d)?\s?(?:km|KM|Km|км)?$")
_ARROWS = frozenset("←↑→↓↖↗↘↙⬅➡⬆⬇⇐⇒⇑⇓►◄▲▼")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Neighbouring words of a line that may be a name."""

    text: str
    certainty: float
    box: Box
    line: int
    first: int
    last: int
    in_street_name: bool
    near_km: float | None  # on a direction sign: about how far away, else None
    of_office: bool  # in a line that names an authority


def read_place_names(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue for each place name; the longest name wins where names overlap."""
    chosen: list[tuple[float, _Reading, dict[str, float]]] = []
    taken: set[tuple[int, int]] = set()
    for reading in sorted(_readings(lines), key=lambda r: (r.first - r.last, -r.certainty)):
        spots = {(reading.line, i) for i in range(reading.first, reading.last)}
        if spots & taken:
            continue
        regions = regions_named(reading.text)
        matches = read_as(reading.text)
        # "of Saskatchewan" is no Ft Saskatchewan
        if key_of(reading.text).startswith(_PREPOSITIONS):
            matches = [(match, p) for match, p in matches if match.errors == 0]
        if not matches and not regions:
            continue
        taken |= spots
        # a region's name among the listed words is that word's cue, and its town is no shop's word
        listed = is_listed(reading.text)
        common = not regions and (listed or normalise(reading.text) in brand_stop_words())
        likelihood = _likelihood(reading, matches, {} if listed else regions, common)
        ratio = max(likelihood.values()) / likelihood[ELSEWHERE]
        if ratio >= _MIN_RATIO:
            chosen.append((ratio, reading, likelihood))
    chosen.sort(key=lambda item: (-item[0], item[1].text))
    return [
        Cue(
            variable=VARIABLE,
            likelihood=likelihood,
            box=reading.box,
            note=f'reads "{reading.text[:80]}"',
        )
        for _, reading, likelihood in _once(chosen)[:_MAX_CUES]
    ]


def read_as(text: str) -> list[tuple[Match, float]]:
    """Return the names that a text may be, with P(read like this | the name)."""
    found = look_up(text)
    if found and found[0].errors == 0:
        return [(found[0], 1.0)]
    if script_of(text) in _UNSPACED:
        return _within(key_of(text))
    return [(match, _misread(key_of(text), match.key)) for match in found]


def _within(key: str) -> list[tuple[Match, float]]:
    """Look up the longest name inside a row of words without spaces."""
    gazetteer = load_gazetteer()
    for length in range(len(key) - 1, _INSIDE_LETTERS - 1, -1):
        for first in range(len(key) - length + 1):
            match = gazetteer.find(key[first : first + length])
            if match is not None:
                return [(match, _INSIDE)]
    return []


def _misread(read: str, name: str) -> float:
    """Return P(letters read | letters written) for names that differ in a few."""
    product = 1.0
    for step in Levenshtein.editops(name.upper(), read.upper()):
        if step.tag == "replace":
            product *= probability(read[step.dest_pos].upper(), name[step.src_pos].upper())
        else:
            product *= _LOST_LETTER
    return product


def _once(
    chosen: list[tuple[float, _Reading, dict[str, float]]],
) -> list[tuple[float, _Reading, dict[str, float]]]:
    seen: set[str] = set()
    kept = []
    for item in chosen:
        key = key_of(item[1].text)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def _readings(lines: Sequence[Line]) -> Iterator[_Reading]:
    for number, line in enumerate(lines):
        words = [part for w in line.words for part in _at_slashes(w) if key_of(part.text)]
        directions = _near_km(line)
        phrases = _phrases([word.text for word in words])
        of_office = any(key_of(word.text) in _OFFICES for word in words)
        for size in range(min(_MAX_NAME_WORDS, len(words)), 0, -1):
            for first in range(len(words) - size + 1):
                if any(a <= first and first + size <= b for a, b in phrases):
                    continue
                part = words[first : first + size]
                text = " ".join(w.text.strip(".,:;!?()[]\"'-") for w in part)
                confidence = min(w.confidence for w in part)
                certainty = min(w.certainty for w in part)
                if confidence < _MIN_CONFIDENCE or is_noise(text, confidence):
                    continue
                if not any(c.isalpha() for c in text) or any(c in text for c in "@/"):
                    continue
                before = [key_of(words[i].text) for i in (first - 1, first - 2) if i >= 0]
                if len(before) > 1 and before[0] in _SMALL_WORDS:  # "Rue de Tunis"
                    before = before[1:]
                reading = _Reading(
                    text=text,
                    certainty=certainty,
                    box=union(w.box for w in part),
                    line=number,
                    first=first,
                    last=first + size,
                    in_street_name=bool(before) and before[0] in _STREET,
                    near_km=directions,
                    of_office=of_office,
                )
                if size == 1 and (elided := _ELIDED.fullmatch(text)):
                    yield replace(reading, text=elided["name"])
                yield reading


def _phrases(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where listed phrases begin and end: no place stands in "Land of Lincoln"."""
    return [
        (first, first + size)
        for size in range(_MIN_PHRASE_WORDS, min(MAX_PHRASE_WORDS, len(words)) + 1)
        for first in range(len(words) - size + 1)
        if is_listed(" ".join(words[first : first + size]))
    ]


def _at_slashes(word: Word) -> list[Word]:
    """Split "SOL/SEVILLA" in two, both keep the box; take the ward or postcode off "Pokhara-8"."""
    if ward := _WITH_NUMBER.fullmatch(word.text):
        word = replace(word, text=ward["name"])
    if "/" not in word.text or "//" in word.text:
        return [word]
    return [replace(word, text=part) for part in word.text.split("/") if part]


def _near_km(line: Line) -> float | None:
    """Return how far a direction sign says a place is, 15 km for a bare arrow, else None."""
    if len(line.words) >= 2:
        number = _DISTANCE.match(line.words[-1].text)
        unit = line.words[-1].text.lower() in {"km", "км"}
        if unit:
            number = _DISTANCE.match(line.words[-2].text)
        if number and (unit or int(number["km"]) >= 2) and line.words[0].text[0].isalpha():
            return float(number["km"])
    if any(c in _ARROWS for c in line.text):
        return 15.0
    return None


def _likelihood(
    reading: _Reading,
    matches: Sequence[tuple[Match, float]],
    regions: Mapping[str, float],
    common: bool,
) -> dict[str, float]:
    doubt = 1 - reading.certainty
    world = load_regions()
    known_as_country = any(world.country_of(code) == code for code in regions)
    anywhere = background(
        reading.text,
        max((len(m.bearers) for m, _ in matches), default=1),
        _GREAT_CITY
        if known_as_country
        else max((b.population for m, _ in matches for b in m.bearers), default=0),
    )
    anywhere += doubt * LOCAL_SHARE * _ACCIDENT * _length_factor(reading.text)
    if find_brand(reading.text) is not None:
        anywhere += _BRAND_SHARE
    if common:
        anywhere += _LISTED_SHARE
    heights: dict[str, float] = {}
    countries: dict[str, float] = {}
    weighted = [
        (bearer.weight * misread, bearer) for match, misread in matches for bearer in match.bearers
    ]
    weighted.sort(key=lambda item: (-item[0] * (item[1].population + 500) ** 0.3, item[1].name))
    local = LOCAL_SHARE * reading.certainty
    if reading.in_street_name:
        local *= _IN_STREET_NAME
    if reading.text.islower():
        local *= _LOWER_CASE
    populations = load_gazetteer().country_population
    bearers = [bearer for _, bearer in weighted[:_MAX_BEARERS]]
    shares = _own_shares(bearers)
    for (weight, bearer), own in zip(weighted, shares, strict=False):
        anywhere += weight * _NAMED_FAR * bearer.population / 8e9
        key = f"geo:{bearer.lat},{bearer.lon};u={_radius_m(bearer, reading.near_km)}"
        heights[key] = heights.get(key, 0.0) + local * weight * own
        share = min(1.0, bearer.population / max(populations.get(bearer.country, 0), 10_000))
        known = LOCAL_SHARE * _COUNTRY_SHARE * weight * reading.certainty * share
        countries[bearer.country] = countries.get(bearer.country, 0.0) + known
    areas: dict[str, float] = {}
    for code, weight in regions.items():
        named = _REGION_OF_OFFICE if reading.of_office else _REGION_SHARE
        own = named * weight * local / LOCAL_SHARE
        country = str(world.country_of(code))
        areas[code] = own
        if code != country:
            countries[country] = countries.get(country, 0.0) + own * _REGION_IN_COUNTRY
        people = world.regions[code].population
        abroad = _COUNTRY_ABROAD if code == country else _REGION_ABROAD
        anywhere += weight * (abroad + _NAMED_FAR * people / 8e9)
    likelihood = {
        c: anywhere + known for c, known in sorted(countries.items()) if c in world.regions
    }
    for code, own in areas.items():
        above = likelihood.get(str(world.country_of(code)), anywhere)
        likelihood[code] = max(likelihood.get(code, 0.0), above) + own
    likelihood |= heights
    likelihood[ELSEWHERE] = anywhere
    return likelihood


def _length_factor(text: str) -> float:
    """Return how much rarer than a short name one of this length is by accident: 1/2 a letter."""
    return float(0.5 ** max(len(key_of(text)) - _SHORT, 0))


def background(text: str, bearers: int, population: int = 0) -> float:
    """Return P(a word on a sign anywhere reads like this), the chance of a false match.

    Parameters
    ----------
    text
        One or more words.
    bearers
        Number of places of that name: names borne by many are as a rule words or surnames.
    population
        Inhabitants of the largest of them.
    """
    factor = _RUNNING_SHARE if population < _GREAT_CITY else 1.0
    product = 1.0
    for token in tokens(text) or [""]:
        product *= _word_share(token, factor)
    return product + (_FLOOR + _PER_BEARER * bearers) * _length_factor(text)


def _word_share(token: str, factor: float) -> float:
    listed = factor * ordinary_share(token, _ERROR)
    model = load_language_model()
    script = script_of(token)
    if script is None or script not in model.script_rows:
        return min(1.0, listed + 1e-4)
    spelt = np.exp2(-model.letter_bits(token)[model.script_rows[script]]).mean()
    return min(1.0, listed + _SPELT_SHARE * float(spelt))


def _own_shares(bearers: Sequence[Bearer]) -> list[float]:
    """Return how much of the naming around each place goes to it.

    It shares with all who live under its kernel, small places being named somewhat more often than
    in proportion to their people: on the signs of Bogota, the suburb of Madrid is named seldom,
    though it is near.
    """
    leaves = load_regions().leaves
    lat, lon = [b.lat for b in bearers], [b.lon for b in bearers]
    cosine = unit_vectors(leaves.lat, leaves.lon) @ unit_vectors(lat, lon).T
    sigma = [math.hypot(_radius_m(b, None) / 1000, LEAF_SPREAD_KM) for b in bearers]
    kernel = np.exp((cosine - 1) * (EARTH_RADIUS_KM / np.array(sigma)) ** 2)
    people = leaves.population @ kernel
    inhabitants = np.array([b.population + 200.0 for b in bearers])
    return list((inhabitants / (np.maximum(people, inhabitants) + _VILLAGE)) ** _NAMING_POWER)


def _radius_m(bearer: Bearer, near_km: float | None) -> int:
    """Return the kernel's standard deviation: the town's size, or the way still to go."""
    town_km = 6.0 + 12.0 * (bearer.population / 1e6) ** 0.5
    if near_km is not None:
        town_km = (town_km**2 + near_km**2) ** 0.5
    return int(min(town_km, 60.0 + (near_km or 0.0)) * 1000)
