"""Telephone numbers: the calling code, the countries whose formats fit, and the area.

A number without a country code fits many countries. Each is weighed by P(digits | country): how
its numbers are written (trunk prefix, grouping, with or without area code), spread evenly over the
numbers that its plan allows. A plan that allows few numbers makes each of them likelier.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumber

from clues.cue import ELSEWHERE, Cue
from clues.regions import load_regions
from clues.text.area import areas_of
from clues.text.word import Line

VARIABLE = "text.phone"
CALLING_CODE = "text.calling-code"
DENSITY_FILE = Path(__file__).parent / "data" / "phone_density.json"

_NUMBER = re.compile(r"(?<![\w.,:/])(?:\+|00)?[(\[]?\d[\d\s().\-–/]{4,20}\d(?![\w:%])")
# Two years, an amount with separators of thousands, a postcode of Portugal or Brazil, or a tax
# number of Chile.
_NO_NUMBER = re.compile(
    r"^(?:19|20)\d\d\D+(?:19|20)\d\d$|^\d{1,3}(?:\.\d{3}){2,}$|^\d{4,5}-\d{3}$"
    r"|^\d{1,2}(?:\.\d{3}){2}-\d$"
)
_DIGIT_LIKE = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "B": "8", "S": "5"})
_MIN_DIGITS, _MAX_DIGITS = 7, 13
_MIN_CONFIDENCE = 0.7
_MAX_CUES = 3
_MAX_COUNTRIES = 40
_MIN_HEIGHT = 0.01  # a country's height below which a number's area there is not looked up

# Lengths without area code still on signs where the plan has done away with them.
_OLD_LOCAL = {"MX": (7, 8), "BR": (7, 8)}
# Prefixes that the plan has done away with.
_OLD_TRUNK = {"MX": re.compile(r"(?:01|04[45])(?=\d{10}$)")}
# How digits are grouped on signs, where `phonenumbers` has one other way only.
_GROUPS: dict[str, set[tuple[int, ...]]] = {
    "UA": {(3, 3, 2, 2)}, "BY": {(3, 3, 2, 2)}, "RS": {(3, 3, 4), (3, 3, 3), (3, 2, 2, 3)},
    "IN": {(5, 5), (10,), (4, 7), (3, 8)}, "LK": {(3, 7)}, "TH": {(3, 7)}, "MY": {(3, 7)},
    "MD": {(3, 2, 2, 2)}, "AM": {(3, 2, 2, 2)}, "AZ": {(3, 3, 2, 2)},
    "PH": {(4, 7)}, "BG": {(4, 2, 2, 2), (4, 6)}, "TR": {(1, 3, 3, 2, 2)}, "IT": {(3, 7)},
}  # fmt: skip
# Where mobiles are written without the trunk prefix, and how they begin.
_BARE = {"IN": "6789"}

# How a number is written on a sign. Judged, not measured.
_NATIONAL, _LOCAL_ONLY = 0.65, 0.35
_LOCAL_HABIT = {"BR": 0.6, "MX": 0.5}  # countries whose signs mostly leave the area code out
_NO_TRUNK = 0.1  # where the country's trunk prefix is left out
_USUAL_GROUPS, _OTHER_GROUPS = 0.6, 0.1
_STRAY = 0.03  # a number of somewhere else, or one digit misread
_STRAY_FRAGMENT = {7: 0.2, 8: 0.08}  # short numbers are often cut, or no telephone number at all
_FOREIGN_CODE = 0.01  # P(a number with another country's code)
_IN_AREA = 0.85  # P(a fixed line's area is the sign's own)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A number as written on a line."""

    text: str
    digits: str
    international: bool
    line: Line


def read_phone(lines: Sequence[Line]) -> list[Cue]:
    """Return cues on calling codes and on the places that numbers fit."""
    cues: list[Cue] = []
    numbers = list(_once(_numbers(lines)))
    for seen in numbers[:_MAX_CUES]:
        if seen.international:
            cues += _international(seen)
        elif (likelihood := national_likelihood(seen.text, seen.line.certainty)) is not None:
            cues.append(_cue(VARIABLE, likelihood, seen))
    return cues


def _numbers(lines: Sequence[Line]) -> Iterator[_Seen]:
    for line in lines:
        if line.confidence < _MIN_CONFIDENCE:
            continue
        found = (_NUMBER.finditer(part) for part in _as_digits(line.text).split(" / "))
        for text in (match.group().strip() for matches in found for match in matches):
            digits = re.sub(r"\D", "", text)
            if _MIN_DIGITS <= len(digits) <= _MAX_DIGITS + 2 and not _NO_NUMBER.match(text):
                yield _Seen(text, digits, text.startswith(("+", "00")), line)


def _as_digits(text: str) -> str:
    """Turn letters that engines read for digits back, in words that are mostly digits."""
    words = []
    for word in text.split(" "):
        digits = sum(c.isdigit() for c in word)
        words.append(word.translate(_DIGIT_LIKE) if 2 * digits >= len(word) >= 3 else word)
    return " ".join(words)


def _once(numbers: Iterator[_Seen]) -> Iterator[_Seen]:
    known: set[str] = set()
    for seen in numbers:
        if seen.digits not in known:
            known.add(seen.digits)
            yield seen


def _international(seen: _Seen) -> list[Cue]:
    text = "+" + seen.digits.removeprefix("00") if seen.text.startswith("00") else seen.text
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return []
    if not phonenumbers.is_valid_number(number):
        return []
    code = str(number.country_code)
    sure = seen.line.certainty
    codes = {str(c): _FOREIGN_CODE + 0.1 * (1 - sure) for c in _calling_codes()}
    cues = [_cue(CALLING_CODE, codes | {code: sure}, seen)]
    country = phonenumbers.region_code_for_number(number)
    areas = areas_of(number, country) if country in _countries() else {}
    # Guam, Jersey or Mayotte: the calling code alone is of a larger country
    guest = country != phonenumbers.region_code_for_country_code(int(code))
    if country in _countries() and (areas or guest):
        places = {country: sure, ELSEWHERE: _FOREIGN_CODE} | _in_areas(areas, sure)
        cues.append(_cue(VARIABLE, places, seen))
    return cues


@cache
def _countries() -> tuple[str, ...]:
    """Return the countries that have a numbering plan and a place on the map."""
    return tuple(sorted(load_regions().regions.keys() & phonenumbers.SUPPORTED_REGIONS))


@cache
def _calling_codes() -> frozenset[int]:
    return frozenset(
        phonenumbers.country_code_for_region(region) for region in phonenumbers.SUPPORTED_REGIONS
    )


def national_likelihood(text: str, certainty: float) -> dict[str, float] | None:
    """Return how well a number without country code fits each country and area.

    Parameters
    ----------
    text
        As written, with its spaces and hyphens.
    certainty
        P(all digits are right).

    Returns
    -------
    dict or None
        Likelihood for a cue of kind ``region``; None if the number fits no country.
    """
    fits: dict[str, tuple[float, PhoneNumber | None]] = {}
    for region in _countries():
        density, number = _fit(text, region)
        if density > 0:
            fits[region] = (density, number)
    if not fits:
        return None
    top = max(density for density, _ in fits.values())
    digits = len(re.sub(r"\D", "", text))
    stray = _STRAY_FRAGMENT.get(digits, _STRAY) + (1 - certainty) * 0.3
    best = sorted(fits, key=lambda r: (-fits[r][0], r))[:_MAX_COUNTRIES]
    likelihood: dict[str, float] = {ELSEWHERE: stray}
    for region in best:
        density, number = fits[region]
        height = certainty * density / top
        areas: dict[str, float] = {}
        if number is not None and height > _MIN_HEIGHT:
            areas = areas_of(number, region)
        likelihood[region] = stray + (1 - _IN_AREA if areas else 1.0) * height
        likelihood |= {place: stray + p for place, p in _in_areas(areas, height).items()}
    return likelihood


def _in_areas(areas: dict[str, float], height: float) -> dict[str, float]:
    """Return the likelihood in a number's areas: their part of the country has all of them."""
    return {place: _IN_AREA * height * ratio for place, ratio in areas.items()}


def _fit(text: str, region: str) -> tuple[float, PhoneNumber | None]:
    """Return P(digits | country), up to a factor, and the number if it has an area code."""
    digits = re.sub(r"\D", "", text)
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None:
        return 0.0, None
    if region in _OLD_TRUNK and (old := _OLD_TRUNK[region].match(digits)):
        digits = digits[old.end() :]
        text = re.sub(r"\D*".join(("^", *old[0])), "", text)
    groups = re.findall(r"\d+", text)
    total = 0.0
    number: PhoneNumber | None = None
    try:
        parsed = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return 0.0, None
    if phonenumbers.is_valid_number_for_region(parsed, region):
        national = phonenumbers.national_significant_number(parsed)
        trunk = metadata.national_prefix_for_parsing is not None and digits != national
        expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        usual = re.findall(r"\d+", expected)
        lengths = tuple(len(group) for group in groups)
        known = groups == usual or lengths in _GROUPS.get(region, set())
        written = _NATIONAL * (_USUAL_GROUPS if known else _OTHER_GROUPS)
        bare = not trunk and national.startswith(tuple(_BARE.get(region, "")))
        if not trunk and not bare and "".join(usual) != digits:
            written *= _NO_TRUNK
        total += written / _plan_size(region, len(national))
        number = parsed
    plan = metadata.general_desc
    local = (plan.possible_length_local_only if plan else None) or ()
    if len(digits) in (*local, *_OLD_LOCAL.get(region, ())):
        tail = _local_groups(region)
        usual_tail = tail is not None and len(groups) == 2 and len(groups[1]) == tail[-1]
        written = _LOCAL_HABIT.get(region, _LOCAL_ONLY) * (
            _USUAL_GROUPS if usual_tail else _OTHER_GROUPS
        )
        total += written / 10.0 ** len(digits) * 1.25  # numbers begin with neither 0 nor 1
    return total, number


@cache
def _local_groups(region: str) -> list[int] | None:
    """Return the group sizes of a country's usual fixed-line number."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.FIXED_LINE)
    if example is None:
        return None
    text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    return [len(group) for group in re.findall(r"\d+", text)]


@cache
def _densities() -> dict[str, dict[str, float]]:
    return dict(json.loads(DENSITY_FILE.read_text(encoding="utf-8")))


def _plan_size(region: str, digits: int) -> float:
    """Return how many numbers of that length a country's plan allows."""
    share = _densities().get(region, {}).get(str(digits), 0.002)
    return float(share * 10.0**digits)


def _cue(variable: str, likelihood: dict[str, float], seen: _Seen) -> Cue:
    return Cue(
        variable=variable, likelihood=likelihood, box=seen.line.box, note=f'reads "{seen.text}"'
    )
