"""Internet and e-mail addresses: the country ending."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import pycountry
from rapidfuzz.distance import Levenshtein

from clues.cue import Cue
from clues.text.word import Line

VARIABLE = "text.domain"

# Endings that are not ISO codes, and endings of regions, beside the countries' own.
_EXTRA = (
    "uk eu su cat eus gal bzh corsica scot wales cymru bayern berlin hamburg nrw saarland tirol "
    "wien quebec tatar"
)
_NO_DOMAIN = frozenset({"aq", "gb", "sj", "bv", "bq", "bl", "mf", "eh", "um", "ss"})
# Endings sold to everybody: P(the address is of that country).
_SOLD = {"co": 0.35, "tv": 0.05, "io": 0.03, "me": 0.2, "ai": 0.05, "ws": 0.05, "fm": 0.1,
         "cc": 0.05, "ly": 0.1, "gg": 0.1, "to": 0.1, "la": 0.3, "tk": 0.1, "ml": 0.2, "ga": 0.2,
         "cf": 0.2, "gq": 0.2, "nu": 0.1, "st": 0.1, "vc": 0.2, "sh": 0.2, "ac": 0.2, "am": 0.6,
         "bz": 0.3, "in": 0.85, "us": 0.85, "eu": 1.0}  # fmt: skip
_GENERIC = frozenset({"com", "net", "org", "info", "biz", "edu", "gov", "mil"})
_SECOND = r"(?:com|co|net|org|gov|gob|gouv|edu|ac|or|ne|go|mil|info|web)"
_SURE = 0.97  # that a local address ends in the local domain, given that it ends in any country's
_MIN_CONFIDENCE = 0.6

_ADDRESS = re.compile(
    r"(?P<start>https?://|www[.,\s]?|[\w.+-]{2,}@)?"
    r"(?P<host>[a-z0-9][a-z0-9-]{1,40}(?:\.[a-z0-9-]{1,40})*?)"
    rf"(?P<second>\.{_SECOND})?\.(?P<tld>[a-z]{{2,8}})(?![a-z0-9@.])",
)
# An engine that lost the dots: wwwfanthorpescouk, wwwsalaocombr.
_DOTLESS = re.compile(r"^www[a-z0-9-]{3,40}?(?P<second>com|co)\.?(?P<tld>[a-z]{2})(?![a-z0-9@.])")


@cache
def endings() -> frozenset[str]:
    """Return the country endings, without dots, in lower case."""
    codes = {country.alpha_2.lower() for country in pycountry.countries}
    return frozenset((codes - _NO_DOMAIN) | set(_EXTRA.split()))


def read_domain(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue for each country ending read in an address."""
    best: dict[str, tuple[float, str, Line]] = {}
    for line in lines:
        if line.confidence < _MIN_CONFIDENCE:
            continue
        for candidate in (line.text, *(word.text for word in line.words)):
            found = find_ending(candidate)
            if found is None:
                continue
            ending, address, sure = found
            weight = sure * line.confidence
            if ending not in best or best[ending][0] < weight:
                best[ending] = (weight, address, line)
    return [_cue(ending, *best[ending]) for ending in sorted(best)]


def find_ending(text: str) -> tuple[str, str, float] | None:
    """Return (ending, address, confidence that this is an address), or None."""
    low = text.lower().replace(",", ".")
    low = re.sub(r"\s*\.\s*", ".", low) if "www" in low or "@" in low else low
    for pattern in (_ADDRESS, _DOTLESS):
        for match in pattern.finditer(low):
            ending = match["tld"]
            if ending not in endings() or ending in _GENERIC:
                continue
            marked = pattern is _DOTLESS or bool(match["start"]) or bool(match["second"])
            plain = text[match.start() : match.end()]
            if not marked and (len(match["host"]) < 4 or plain != plain.lower()):
                continue  # "St.Marie", "No.12", "Dr.Li"
            return ending, plain, 0.95 if marked else 0.7
    return None


def _cue(ending: str, confidence: float, address: str, line: Line) -> Cue:
    own = _SURE * _SOLD.get(ending, 1.0) * confidence
    others = [e for e in endings() if e != ending]
    alike = {e for e in others if len(e) == len(ending) and Levenshtein.distance(e, ending) == 1}
    # What is left over is shared: half among endings one letter away, half among all.
    rest = 1 - own
    likelihood = {e: rest / 2 / len(others) for e in others}
    for other in alike:
        likelihood[other] += rest / 2 / len(alike)
    likelihood[ending] = own + rest / 2 / len(others)
    return Cue(
        variable=VARIABLE, likelihood=likelihood, box=line.box, note=f'reads "{address[:80]}"'
    )
