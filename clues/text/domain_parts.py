"""Endings of internet addresses that name a part of a country: nsw.gov.au, te.ua, sp.gov.br."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import pycountry

from clues.cue import ELSEWHERE, Cue
from clues.knowledge.tables import drawn
from clues.text.domain import find_ending
from clues.text.word import Line

VARIABLE = "text.domain-part"

_MIN_CONFIDENCE = 0.6
_MOVED = 0.03  # P(such an address is met | any other region): lorries, campaigns, misreadings
_GOVERNMENT = r"(?:gov|gob|com|org|edu|net|co|k12|state)"

# Labels that are no code or name of ISO 3166-2, by country; a code's last part is one by itself.
_LABELS = {
    "ua": {
        "43": "crimea", "71": "cherkasy cherkassy ck", "74": "chernihiv chernigov cn",
        "77": "chernivtsi chernovtsy cv", "12": "dnipropetrovsk dnepropetrovsk dp",
        "14": "donetsk dn", "26": "if ivano-frankivsk", "63": "kharkiv kharkov kh",
        "65": "kherson ks", "68": "khmelnytskyi khmelnitskiy km", "30": "kyiv kiev kv",
        "35": "kirovograd kr", "09": "luhansk lugansk lg", "46": "lviv", "07": "lutsk volyn lt",
        "48": "mykolaiv nikolaev mk", "51": "odesa odessa od", "53": "poltava pl",
        "56": "rivne rovno rv", "59": "sumy sm", "61": "ternopil te", "21": "uzhgorod uz",
        "05": "vinnytsia vinnica vn", "23": "zaporizhzhia zaporizhzhe zp",
        "18": "zhytomyr zhitomir zt",
    },
    "ru": {"SPE": "spb", "MOW": "msk", "NVS": "nsk", "CHE": "chel", "TA": "kazan tatarstan"},
}  # fmt: skip
# Endings of towns, regions and countries that are no ISO codes (those in `text.domain` apart).
_OWN_ENDINGS = {
    "frl": "NL-FR", "amsterdam": "NL-NH", "vlaanderen": "BE-VLG", "gent": "BE-VOV",
    "brussels": "BE-BRU", "swiss": "CH", "zuerich": "CH-ZH", "koeln": "DE-NW", "cologne": "DE-NW",
    "ruhr": "DE-NW", "paris": "FR-75C", "alsace": "FR-6AE", "london": "GB-LND", "irish": "IE",
    "madrid": "ES-MD", "barcelona": "ES-B", "bcn": "ES-B", "stockholm": "SE-AB",
    "helsinki": "FI-18", "istanbul": "TR-34", "ist": "TR-34", "moscow": "RU-MOW",
    "nyc": "US-NY", "boston": "US-MA", "miami": "US-FL", "vegas": "US-NV", "rio": "BR-RJ",
    "kiwi": "NZ", "sydney": "AU-NSW", "melbourne": "AU-VIC", "capetown": "ZA-WC",
    "joburg": "ZA-GP", "durban": "ZA-KZN", "dubai": "AE-DU", "abudhabi": "AE-AZ", "doha": "QA",
    "tokyo": "JP-13", "yokohama": "JP-14", "nagoya": "JP-23", "kyoto": "JP-26", "osaka": "JP-27",
    "okinawa": "JP-47", "ryukyu": "JP-47", "taipei": "TW-TPE", "рф": "RU", "рус": "RU",
    "москва": "RU-MOW", "дети": "RU", "укр": "UA", "бел": "BY", "срб": "RS", "мкд": "MK",
    "бг": "BG", "қаз": "KZ", "мон": "MN", "ελ": "GR", "հայ": "AM", "გე": "GE",
}  # fmt: skip
_OWN_ADDRESS = re.compile(
    r"(?P<start>https?://|www\s?[.,]\s?|[\w.+-]{2,}@)?(?:[\w-]{1,40}\.){0,2}[\w-]{2,40}"
    rf"\.(?P<ending>{'|'.join(_OWN_ENDINGS)})(?![\w@.-])"
)
_BY_CODE = frozenset({"au", "br", "ca", "us"})  # sp.gov.br, k12.tx.us
_BY_NAME = frozenset({"jp", "mx"})  # city.naha.okinawa.jp, jalisco.gob.mx


@cache
def labels(ending: str) -> dict[str, str]:
    """Return the labels that stand for parts of a country, with the parts' codes."""
    country = ending.upper()
    if ending in _LABELS:
        return {
            label: f"{country}-{code}"
            for code, words in _LABELS[ending].items()
            for label in words.split()
        }
    parts = pycountry.subdivisions.get(country_code=country) or []  # type: ignore[no-untyped-call]
    if ending in _BY_CODE:
        codes = {part.code.partition("-")[2].lower(): part.code for part in parts}
        return {label: code for label, code in codes.items() if label != "um"}  # no addresses
    if ending in _BY_NAME:
        return {_plain(part.name): part.code for part in parts}
    return {}


def find_part(text: str) -> tuple[str, str] | None:
    """Return (code of a part of a country, address) for an address that names one, or None."""
    own = _OWN_ADDRESS.search(text.lower())
    if own is not None and (own["start"] or (own[0] in text and len(own[0]) > 6)):  # no "St.Paris"
        return _OWN_ENDINGS[own["ending"]], own[0]
    found = find_ending(text)
    if found is None:
        return None
    ending, address, _ = found
    host = re.sub(r"\s*[.,]\s*", ".", address.lower())
    match = re.search(rf"\.([a-z-]{{2,20}})(?:\.{_GOVERNMENT})?\.{ending}$", host)
    code = labels(ending).get(match[1]) if match else None
    return (code, address) if code else None


def read_domain_parts(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue for each part of a country that addresses name."""
    best: dict[str, tuple[float, str, Line]] = {}
    for line in lines:
        if line.confidence < _MIN_CONFIDENCE:
            continue
        for text in (line.text, *(word.text for word in line.words)):
            found = find_part(text)
            if found and best.get(found[0], (0.0,))[0] < line.confidence:
                best[found[0]] = (line.confidence, found[1], line)
    return [_cue(code, *best[code]) for code in sorted(best)]


def _cue(code: str, confidence: float, address: str, line: Line) -> Cue:
    likelihood = dict.fromkeys(drawn(code), 1.0)
    likelihood[ELSEWHERE] = _MOVED + 0.3 * (1 - min(confidence, 1.0))
    return Cue(
        variable=VARIABLE, likelihood=likelihood, box=line.box, note=f'reads "{address[:80]}"'
    )


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in folded if c.isascii() and (c.isalpha() or c == "-"))
