"""Number plates: from what was read to countries and regions.

P(text | region) is exact under a simple model: the country's layouts with their shares, all
strings of a layout alike, a region's codes alike, and a confusion model for the reading
(`clues.text.confusion`). Places beside the tables' get the chance that an unlisted layout has the
same shape, so no plate is ever certain.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from clues.cue import ELSEWHERE, Box, Cue
from clues.knowledge.tables import PlateTable, drawn, plate_tables
from clues.text.confusion import canonical
from clues.text.patterns import sequence_probability
from clues.text.plate_index import Layout, PlateIndex, index_of, plate_index
from clues.text.plate_writing import Marks, Regions, as_grouped, marks_in, written_so
from clues.text.word import Line

REGION_VARIABLE = "plates.region-code"
FORMAT_VARIABLE = "plates.format"
DETECTOR = "plates"

MIN_LENGTH, MAX_LENGTH = 4, 12
_SURE_LENGTH = 6  # a word that no plate detector pointed at must be this long
_MIN_CONFIDENCE = 0.5
_ERROR_FLOOR = 0.003  # one unlikely misreading or two likely ones
_UNKNOWN_LAYOUT = 0.02  # P(an unlisted layout has just this shape)
_NOT_A_PLATE = 0.05  # P(not a plate), for a word inside a plate's box
_NOT_A_PLATE_LINE = 0.15  # the same for a line that a person typed
_NOT_A_PLATE_WORD = 0.5  # the same for any word that looks like one: plates are mostly blurred
_OTHER_TEXT = 0.01  # P(a text that is no plate has just this shape of letters and digits)
_HOME, _COMPATRIOT = 0.85, 0.13  # plates seen in a region: of the region, of the country
_KEEP = 1e-3  # countries below this share of the best are left to `elsewhere`


@dataclass(frozen=True, slots=True)
class PlateReading:
    """One explanation of a plate.

    Attributes
    ----------
    country
        ISO 3166-1 code.
    code
        The regional code; empty where the layout has none.
    region
        The code's place (ISO 3166-2 or a geo URI); the country where there is no code.
    format
        The layout's name.
    probability
        Among all readings, under an even prior over countries and over regions in them.
    """

    country: str
    code: str
    region: str
    format: str
    probability: float


def parse_plate(text: str, tables: Mapping[str, PlateTable] | None = None) -> list[PlateReading]:
    """Return the possible readings of a plate's text, likeliest first; at most 50.

    Parameters
    ----------
    text
        As read; the script (Latin, Cyrillic, Greek twins) does not matter.
    tables
        Plate tables by country; the knowledge base's by default.
    """
    index = index_of(tables) if tables is not None else plate_index()
    found = as_grouped(text, _likelihoods(text[:60], index))
    readings = []
    for country, by_region in found.items():
        n = max(len(index.regions[country]), 1)
        for region, (p, code, name) in by_region.items():
            share = 1 / n if region != country else 1.0
            readings.append(PlateReading(country, code, region, name, p * share))
    total = sum(reading.probability for reading in readings)
    ranked = sorted(readings, key=lambda r: (-r.probability, r.country, r.region))[:50]
    return [
        PlateReading(r.country, r.code, r.region, r.format, r.probability / total) for r in ranked
    ]


def plate_regions(country: str, code: str) -> dict[str, float]:
    """Return the regions of a regional code, with weights that sum to 1; empty if unknown.

    ``plate_regions("RU", "186")`` gives Khanty-Mansi. Codes that are not listed but follow a
    country's rule (in Russia the last two digits of three) are found as well.
    """
    plain = canonical(code[:20])
    found = _code_regions(country, lambda known: known == plain)
    if not found and len(plain) == 1:  # 1 for 01, or the group of longer codes, as K in Poland
        found = _code_regions(country, lambda known: known == plain.zfill(2))
        found = found or _code_regions(country, lambda known: known.startswith(plain))
    total = sum(found.values())
    return {region: share / total for region, share in found.items()}


def _code_regions(country: str, fits: Callable[[str], bool]) -> dict[str, float]:
    found: dict[str, float] = {}
    for (owner, _), codes in plate_index().code_sets.items():
        for known, regions in codes.by_code.items() if owner == country else ():
            for region, share in regions if fits(known) else ():
                found[region] = found.get(region, 0.0) + share
    return found


def plate_cues(
    text: str,
    confidence: float = 1.0,
    box: Box | None = None,
    *,
    in_plate: bool = True,
    line: bool = False,
) -> list[Cue]:
    """Return the cue in a plate's text: ``plates.region-code`` or ``plates.format``.

    One plate gives one cue. It is about regions where the likeliest layouts carry a code; its
    likelihood then holds the countries' too, so that nothing is counted twice.

    Parameters
    ----------
    text
        As read.
    confidence
        The engine's, in [0, 1]; low confidence flattens the likelihood.
    box
        Where it stands, in pixels.
    in_plate
        Whether a plate detector pointed at it, rather than any text in the photo.
    line
        Whether a person typed it as a line of its own.
    """
    plain = canonical(text[:60])
    floor = MIN_LENGTH if in_plate else _SURE_LENGTH
    if not floor <= len(plain) <= MAX_LENGTH or not _looks_like_plate(plain, in_plate):
        return []
    index = plate_index()
    found = as_grouped(text, _likelihoods(text[:60], index))
    if not found:
        return []
    wrong = _NOT_A_PLATE_LINE if line else _NOT_A_PLATE_WORD
    wrong = (_NOT_A_PLATE if in_plate else wrong) + (1 - min(max(confidence, 0.0), 1.0))
    wrong = min(wrong, 0.95)
    likelihood, top = _likelihood(found, index, plain, wrong)
    best = max(likelihood.values())
    likelihood = {place: float(f"{value / best:.4g}") for place, value in likelihood.items()}
    reading = found[top][max(found[top], key=lambda region: found[top][region][0])]
    coded = bool(reading[1]) and any(region != top for region in likelihood)
    variable = REGION_VARIABLE if coded and index.regions[top] else FORMAT_VARIABLE
    if max(likelihood, key=lambda place: likelihood[place]) == ELSEWHERE:
        return []
    note = _note(text, top, found[top])
    return [Cue(variable=variable, likelihood=likelihood, box=box, detector=DETECTOR, note=note)]


def read_plates(lines: Sequence[Line]) -> list[Cue]:
    """Return cues of words that look like plates, in any line; the surest eight.

    A plate is often read as several words, so runs of up to four words are tried, the longest
    first.
    """
    cues: list[Cue] = []
    for line in lines:
        start = 0
        while start < len(line.words):
            for size in (4, 3, 2, 1):
                words = line.words[start : start + size]
                text = " ".join(word.text for word in words)
                if len(words) < size or len(text) > MAX_LENGTH + 4 or not _plate_like(text):
                    continue
                confidence = min(word.confidence for word in words)
                run = Line(words)
                if confidence < _MIN_CONFIDENCE:
                    continue
                alone = len(words) == len(line.words) and line.typed
                found = plate_cues(text, confidence, run.box, in_plate=False, line=alone)
                if found:
                    cues += found
                    start += size - 1
                    break
            start += 1
            if len(cues) >= 8:
                return cues
    return cues


_PLATE_TEXT = re.compile(r"[\w\-.·•| ]+")
_VIETNAM = re.compile(r"\d\d[A-Z][A-Z\d]?[ -]?\d{3}\.\d\d")  # the only dot that is no decimal point
# prices, sizes, times and distances
_MEASURE = re.compile(
    r"\d[.,]\d|\b(EUR|USD|GBP|CHF|RON|PLN|CZK|HUF|SEK|NOK|DKK|TL|TRY|RUB|KM|MM|CM|KG|ML|GB|MB|HRS?"
    r"|AM|PM|MPH|XXL|TEL|FAX|CFP|XPF|F?CFA|KSH|TSH|UGX|BAHT|RMB|KZT)$"
)


def _plate_like(text: str) -> bool:
    # capitals, digits and separators only; no lower case: shop signs and sentences
    if text != text.upper() or (_MEASURE.search(text) and not _VIETNAM.fullmatch(text)):
        return False
    return _PLATE_TEXT.fullmatch(text) is not None


def _looks_like_plate(plain: str, in_plate: bool) -> bool:
    digits = sum(char.isdigit() for char in plain)
    letters = len(plain) - digits
    if in_plate:
        return digits >= 1 and len(plain) >= MIN_LENGTH
    return digits >= 2 and letters >= 1


def _likelihood(
    found: Mapping[str, Regions], index: PlateIndex, plain: str, wrong: float
) -> tuple[dict[str, float], str]:
    """Return P(text | place) and the likeliest country.

    Three ways lead to a text: a car of the region, of the country or from abroad; a layout that no
    table lists; and, with probability ``wrong``, something that is no plate at all.
    """
    means = {country: _mean(by_region, index, country) for country, by_region in found.items()}
    top = max(means, key=lambda country: (means[country], country))
    even = math.prod(_even(char) for char in plain)
    right = 1 - wrong
    base = right * _UNKNOWN_LAYOUT * even + wrong * _OTHER_TEXT * even
    base += right * (1 - _HOME - _COMPATRIOT) * sum(means.values()) / len(index.regions)
    likelihood: dict[str, float] = {ELSEWHERE: base}
    highest = max(value[0] for by_region in found.values() for value in by_region.values())
    for country, by_region in found.items():
        if max(value[0] for value in by_region.values()) < _KEEP * highest:
            continue
        if not index.regions[country]:
            likelihood[country] = right * (_HOME + _COMPATRIOT) * means[country] + base
            continue
        whole = by_region.get(country, (0.0, "", ""))[0]
        common = right * _COMPATRIOT * means[country] + base
        likelihood[country] = right * _HOME * whole + common
        for region, (value, _, _) in by_region.items():
            for place in drawn(region):
                likelihood[place] = max(likelihood.get(place, 0.0), right * _HOME * value + common)
    return likelihood, top


def _even(char: str) -> float:
    """Return the chance of a character where only its kind is known."""
    return 0.1 if char.isdigit() else 1 / 26 if char.isascii() else 1 / 1000


def _mean(by_region: Regions, index: PlateIndex, country: str) -> float:
    n = len(index.regions[country])
    if not n:
        return by_region[country][0]
    whole = by_region.get(country, (0.0, "", ""))[0]
    own = [value for region, (value, _, _) in by_region.items() if region != country]
    return (sum(own) + whole * (n - len(own))) / n


def _note(text: str, country: str, by_region: Regions) -> str:
    region = max(by_region, key=lambda r: (by_region[r][0], r))
    _, code, name = by_region[region]
    layout = f"{country} {name}".strip()
    if not code:
        return f"plate {text} fits {layout}"
    table = plate_tables()[country]
    label = table.places.get(code, "")
    for regions in table.codes.values():
        if region in regions and regions[region].name:
            label = f"{label}, {regions[region].name}" if label else regions[region].name
            break
    return f"plate {text} fits {layout}: code {code} = {label or region}"


@lru_cache(maxsize=512)
def _cached(plain: str, marks: Marks) -> dict[str, dict[str, tuple[float, str, str]]]:
    return _compute(plain, marks, plate_index())


def _likelihoods(text: str, index: PlateIndex) -> dict[str, dict[str, tuple[float, str, str]]]:
    plain = canonical(text)
    if not MIN_LENGTH <= len(plain) <= MAX_LENGTH:
        return {}
    marks = marks_in(text, index)
    return _cached(plain, marks) if index is plate_index() else _compute(plain, marks, index)


def _compute(
    plain: str, marks: Marks, index: PlateIndex
) -> dict[str, dict[str, tuple[float, str, str]]]:
    """Return country > region > (P(text | region), code, layout); the country for all of it."""
    found: defaultdict[str, dict[str, tuple[float, str, str]]] = defaultdict(dict)
    for layout in index.layouts:
        sequence = layout.sequence
        if sequence.code is None:
            if sequence.fixed() != len(plain):
                continue
            p = sequence_probability(plain, sequence.before, _ERROR_FLOOR)
            p *= written_so(layout, marks)
            if p > 0:
                _add(found[layout.country], layout, layout.region or layout.country, p, "", index)
            continue
        span = len(plain) - sequence.fixed()
        codes = index.code_sets[layout.country, sequence.code]
        if span not in codes.lengths:
            continue
        cut = len(sequence.before)
        around = plain[:cut] + plain[cut + span :]
        p = sequence_probability(around, sequence.before + sequence.after, _ERROR_FLOOR)
        p *= written_so(layout, marks)
        if p <= 0:
            continue
        for region, (q, code) in codes.likelihood(plain[cut : cut + span]).items():
            _add(found[layout.country], layout, region, p * q, code, index)
    return {country: _with_country(regions, country) for country, regions in found.items()}


def _add(
    regions: dict[str, tuple[float, str, str]],
    layout: Layout,
    region: str,
    p: float,
    code: str,
    index: PlateIndex,
) -> None:
    p *= layout.weight * layout.sequence.weight / index.weights.get(region, 1.0)
    total, old_code, old_name = regions.get(region, (0.0, "", ""))
    if p > total:
        old_code, old_name = code, layout.name
    regions[region] = (total + p, old_code, old_name)


def _with_country(
    regions: dict[str, tuple[float, str, str]], country: str
) -> dict[str, tuple[float, str, str]]:
    """Add what the whole country's layouts give to each region."""
    whole = regions.get(country)
    if whole is None:
        return regions
    return {
        region: value
        if region == country
        else (value[0] + whole[0], *(value if value[0] >= whole[0] else whole)[1:])
        for region, value in regions.items()
    }
