"""Postcodes: formats by country and regions by leading characters.

Five digits on a sign are seldom a postcode, so plain digits count only beside a word, as in
``75001 Paris``, and even then most of the probability stays with "some other number".
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from clues.cue import ELSEWHERE, Cue
from clues.knowledge.tables import drawn, postcode_tables
from clues.text.confusion import could_be
from clues.text.patterns import expand, sequence_probability
from clues.text.word import Line, Word

VARIABLE = "text.postcode"
DETECTOR = "postcodes"

_MIN_CONFIDENCE = 0.5
_ERROR_FLOOR = 0.02  # at most one likely misreading
_FORM = re.compile(r"[A-Z0-9〒][A-Z0-9〒\- ]{2,10}")
# Unmistakable without a space or a second digit: British islands and Argentina.
_PLAIN_FORM = re.compile(
    r"[A-Z]{4}1ZZ|[A-HJ-NP-Z]\d{4}[A-Z]{3}|KY[1-3]\d{4}|BB\d{5}|V[CG][01]\d{3}"
)
# The letters of a country before its postcode, as Europeans still write them: L-4170 Esch.
_COUNTRY_LETTERS = {
    "A": "AT", "AT": "AT", "B": "BE", "BE": "BE", "BG": "BG", "CH": "CH", "CY": "CY", "CZ": "CZ",
    "D": "DE", "DE": "DE", "DK": "DK", "E": "ES", "EE": "EE", "ES": "ES", "F": "FR", "FI": "FI",
    "FIN": "FI", "FL": "LI", "FO": "FO", "FR": "FR", "GR": "GR", "H": "HU", "HR": "HR", "HU": "HU",
    "I": "IT", "IS": "IS", "IT": "IT", "L": "LU", "LI": "LI", "LU": "LU", "MK": "MK", "N": "NO",
    "NL": "NL", "NO": "NO", "PL": "PL", "PT": "PT", "RO": "RO", "RS": "RS", "S": "SE", "SE": "SE",
    "SI": "SI", "SK": "SK", "UA": "UA",
}  # fmt: skip
_WITH_COUNTRY = re.compile(r"(?P<country>[A-Z]{1,3})-(?P<code>\d{3} \d{2}|\d{2}-\d{3}|\d{4,6})")
_MAX_CUES = 3
# By the kind of reading: P(not a postcode), and P(another text of that kind has just this shape).
# Letters and digits in a listed form are seldom anything else; digits with a hyphen may be phone
# numbers, six digits anything, four or five beside a name prices, years and house numbers.
_WRONG = {
    "letters": (0.3, 0.02),
    "country": (0.3, 0.05),
    "hyphen": (0.6, 0.3),
    "six": (0.92, 1.0),
    "beside": (0.92, 1.0),
    "IN": (0.3, 0.1),  # PIN 560001, Pune - 411 001
    "BD": (0.8, 0.3),  # Dhaka-1205
    "KE": (0.3, 0.1),  # P.O. Box 234-20100
}
# How India, Bangladesh and Kenya write them: after the word, joined to the town or to the box.
_PIN_WORD = r"(?:PIN ?CODE|PIN)(?: ?NO)?\.? ?(?::-|[:-])? ?"
_JOINED = r"[A-Z][A-Za-z]{2,}\)? ?- ?"
_WRITTEN = {
    "IN": re.compile(rf"(?:(?i:{_PIN_WORD})|{_JOINED})([1-9]\d{{2}} ?\d{{3}})"),
    "BD": re.compile(r"[A-Z][A-Za-z]{3,}-([1-9]\d{3})"),
    "KE": re.compile(r"(?i:P\.? ?O\.? ?BOX) ?\d{1,6} ?- ?(\d{5})"),
}
_WRITTEN_WORDS = 6
_HOME, _COMPATRIOT = 0.7, 0.28  # addresses on signs: of the region, of elsewhere in the country
# letters before the digits that are no part of the code: LV-1010, AK 99501, QLD 4000, C.P. 97000
_LETTERS_FIRST = frozenset({"LV", "LT", "MD", "AZ", "US", "AU", "MX", "ES", "UY"})


@dataclass(frozen=True, slots=True)
class PostcodeReading:
    """One country's view of a postcode: P(text | country) and the regions of its prefix."""

    country: str
    probability: float
    regions: tuple[tuple[str, float], ...]


def parse_postcode(text: str) -> list[PostcodeReading]:
    """Return the countries whose format fits, likeliest first.

    ``probability`` is P(text | a postcode of that country); for each region of the prefix it is
    multiplied by how much rarer the prefix is elsewhere in the country.
    """
    return list(_parse(_form(text)))


@lru_cache(maxsize=1_000)
def _parse(form: str) -> tuple[PostcodeReading, ...]:
    readings = []
    if not 3 <= len(form) <= 11:
        return ()
    only = None
    if (match := _WITH_COUNTRY.fullmatch(form)) and match["country"] in _COUNTRY_LETTERS:
        only, form = _COUNTRY_LETTERS[match["country"]], match["code"]
    for country, sequences in _sequences().items():
        if only not in (None, country):
            continue
        p = 0.0
        for classes, weight in sequences.get(len(form), ()):
            p += weight * sequence_probability(form, classes, _ERROR_FLOOR)
        if p > 0:
            readings.append(PostcodeReading(country, p, _regions(country, form)))
    return tuple(sorted(readings, key=lambda r: (-r.probability, r.country)))


def postcode_cues(line: Line) -> list[Cue]:
    """Return the cues of the postcodes in one line."""
    cues = (_cue(words, text, kind) for words, text, kind in _candidates(line))
    return [cue for cue in cues if cue is not None]


def read_postcodes(lines: Sequence[Line]) -> list[Cue]:
    """Return cues of postcodes in any line; the first few."""
    return [cue for line in lines for cue in postcode_cues(line)][:_MAX_CUES]


def _cue(words: Line, text: str, kind: str) -> Cue | None:
    readings = parse_postcode(text)
    if kind in _WRITTEN:
        readings = [reading for reading in readings if reading.country == kind]
    if not readings:
        return None
    wrong, shape = _WRONG[kind]
    wrong = min(wrong + 0.3 * (1 - words.confidence), 0.98)
    even = math.prod(0.1 if c.isdigit() else 1 / 26 for c in _form(text) if c.isalnum())
    base = wrong * shape * even
    base += (1 - wrong) * (1 - _HOME - _COMPATRIOT) * sum(r.probability for r in readings) / 200
    likelihood = {ELSEWHERE: base}
    for reading in readings:
        p = (1 - wrong) * reading.probability
        share = _COMPATRIOT if reading.regions else _HOME + _COMPATRIOT
        likelihood[reading.country] = base + share * p
        for region, rarity in reading.regions:
            for place in drawn(region):
                value = base + (_COMPATRIOT + _HOME * rarity) * p
                likelihood[place] = max(likelihood.get(place, 0.0), value)
    best = max(likelihood.values())
    if likelihood[ELSEWHERE] == best:
        return None
    likelihood = {place: float(f"{value / best:.4g}") for place, value in likelihood.items()}
    top = max(readings, key=lambda r: r.probability * max((s for _, s in r.regions), default=1.0))
    named = [region for region, _ in top.regions[:3] if not region.startswith("geo:")]
    where = ", ".join(named) or top.country
    return Cue(
        variable=VARIABLE,
        likelihood=likelihood,
        box=words.box,
        detector=DETECTOR,
        note=f"'{text}' may be a postcode of {where}",
    )


def _candidates(line: Line) -> list[tuple[Line, str, str]]:
    found: list[tuple[Line, str, str]] = []
    words = line.words[:40]
    at = 0
    while at < len(words):
        written = _written(words[at : at + _WRITTEN_WORDS])
        if written is not None:
            found.append(written)
            at += len(written[0].words)
            continue
        for size in (2, 1):
            run = words[at : at + size]
            text = " ".join(word.text.strip(".,;:()") for word in run)
            if len(run) < size or min(word.confidence for word in run) < _MIN_CONFIDENCE:
                continue
            kind = _kind(_form(text), _beside(words, at, size))
            if kind is not None and parse_postcode(text):
                found.append((Line(run), text, kind))
                at += size - 1
                break
        at += 1
    return found


def _written(words: Sequence[Word]) -> tuple[Line, str, str] | None:
    """Return the postcode that the words begin with, if one country writes it so."""
    for size in range(len(words), 0, -1):
        run = tuple(words[:size])
        text = re.sub(r"[‐-―−]", "-", " ".join(word.text for word in run)).strip(".,;()")
        for country, pattern in _WRITTEN.items():
            match = pattern.fullmatch(text[:60])
            if match and min(word.confidence for word in run) >= _MIN_CONFIDENCE:
                return Line(run), match[1], country
    return None


def _kind(form: str, beside: bool) -> str | None:
    if not _FORM.fullmatch(form):
        return None
    plain = re.sub(r"[\- ]", "", form)
    digits = sum(char.isdigit() for char in plain)
    if _PLAIN_FORM.fullmatch(plain):
        return "letters"
    if (match := _WITH_COUNTRY.fullmatch(form)) and match["country"] in _COUNTRY_LETTERS:
        return "country" if beside else None  # N-340 alone is rather a road
    if len(plain) - digits and digits >= 2 and len(plain) >= 5:
        spaced = " " in form or "〒" in form or plain.startswith(("LV", "LT", "MD", "AZ", "KY"))
        return "letters" if spaced else None  # ABC1234 is rather a plate
    if digits != len(plain) or (" " in form and not beside):
        return None
    if "-" in form and digits >= 5:
        return "hyphen"
    if digits == 6 and "-" not in form:
        return "six"
    if beside and digits in (4, 5) and not re.fullmatch(r"(19|20)\d\d", plain):
        return "beside"
    return None


def _beside(words: Sequence[Word], at: int, size: int) -> bool:
    """Return whether a name stands next to the number: at least three letters, capitalised."""
    texts = [words[i].text for i in (at - 1, at + size) if 0 <= i < len(words)]
    plain = [t.strip(",.").replace("-", "") for t in texts]  # Esch-sur-Alzette
    return any(len(t) >= 3 and t.isalpha() and t[0].isupper() for t in plain)


def _form(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:40]).upper().replace("C.P", "CP")
    return re.sub(r"\s+", " ", re.sub(r"[‐-―−]", "-", plain)).strip()


@cache
def _sequences() -> dict[str, dict[int, list[tuple[tuple[frozenset[str], ...], float]]]]:
    result: dict[str, dict[int, list[tuple[tuple[frozenset[str], ...], float]]]] = {}
    for country, table in postcode_tables().items():
        by_length = result.setdefault(country, {})
        for pattern in table.patterns:
            for sequence in expand(pattern):
                weight = sequence.weight / len(table.patterns)
                by_length.setdefault(sequence.fixed(), []).append((sequence.before, weight))
    return result


def _regions(country: str, form: str) -> tuple[tuple[str, float], ...]:
    """Return the regions of the longest known prefix and how much rarer it is elsewhere."""
    plain = re.sub(r"[\- 〒]", "", form)
    if country in _LETTERS_FIRST:
        plain = plain.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    prefixes, shares = _prefixes(country)
    for length in range(min(5, len(plain)), 0, -1):
        regions = prefixes.get(_digits_first(plain[:length], country))
        if regions:
            return tuple((region, 1 / min(shares[region], 1.0)) for region in regions)
    return ()


def _digits_first(prefix: str, country: str) -> str:
    # an O among digits is a zero: only for countries whose postcodes are all digits
    if country in ("GB", "CA", "AR", "IE", "MT", "BN") or prefix.isdigit():
        return prefix
    return "".join(
        next((true for true, _ in could_be(char) if true.isdigit()), char) for char in prefix
    )


@cache
def _prefixes(country: str) -> tuple[dict[str, tuple[str, ...]], dict[str, float]]:
    table = postcode_tables()[country]
    by_prefix: dict[str, tuple[str, ...]] = {}
    shares: dict[str, float] = {}
    for region, items in table.regions.items():
        for item in items:
            for prefix in _spread(item):
                by_prefix[prefix] = (*by_prefix.get(prefix, ()), region)
                size = 1.0
                for char in prefix:
                    size *= 0.1 if char.isdigit() else 1 / 26
                shares[region] = shares.get(region, 0.0) + size
    return by_prefix, shares


def _spread(item: str) -> list[str]:
    match = re.fullmatch(r"(\d+)-(\d+)", item)
    if match is None or len(match[1]) != len(match[2]):
        return [item]
    width = len(match[1])
    return [f"{number:0{width}d}" for number in range(int(match[1]), int(match[2]) + 1)]
