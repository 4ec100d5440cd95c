"""How often each language, script and letter stands on the signs of a place."""

from collections.abc import Iterable, Mapping
from functools import cache

from babel.core import get_global

from clues.knowledge.distil.rules import rules

Shares = dict[str, float]

# CLDR's codes for varieties that are written as a standard language.
_FOLD = {
    "ary": "ar", "arz": "ar", "arq": "ar", "aeb": "ar", "apd": "ar", "acm": "ar", "apc": "ar",
    "ajp": "ar", "yue": "zh", "wuu": "zh", "nan": "zh", "hak": "zh", "hsn": "zh", "gan": "zh",
    "nb": "no", "nn": "no", "ckb": "ku", "kmr": "ku", "tl": "fil", "swc": "sw", "gsw": "de",
    "bar": "de", "chm": "mhr", "prs": "fa", "mo": "ro", "in": "id", "iw": "he",
}  # fmt: skip
_OFFICIAL = ("official", "de_facto_official")
_STATUS = {"official": 1.0, "de_facto_official": 1.0, "official_regional": 0.1}
_SPOKEN_ONLY = 0.03  # a language without any status is hardly ever written on signs
_COLONIAL = frozenset({"en", "fr", "pt", "es"})
_BESIDE_COLONIAL = 0.1
_AFRICA, _OCEANIA, _CARIBBEAN = "002", "009", "029"
_SMALLEST = 0.002  # below this a language is left to `elsewhere`
_LETTERS_ON_A_SIGN = 12  # letters that one glance at a sign covers

_SCRIPTS = {
    "Latn": "latin", "Cyrl": "cyrillic", "Grek": "greek", "Arab": "arabic", "Hebr": "hebrew",
    "Geor": "georgian", "Armn": "armenian", "Deva": "devanagari", "Beng": "bengali",
    "Guru": "gurmukhi", "Gujr": "gujarati", "Taml": "tamil", "Telu": "telugu", "Knda": "kannada",
    "Mlym": "malayalam", "Sinh": "sinhala", "Thai": "thai", "Laoo": "lao", "Khmr": "khmer",
    "Mymr": "burmese", "Kore": "hangul", "Hang": "hangul", "Hans": "han", "Hant": "han",
    "Ethi": "ethiopic", "Mong": "mongolian", "Orya": "odia", "Cans": "syllabics",
    "Thaa": "thaana",
}  # fmt: skip


def language_shares(code: str, groups: Iterable[str], known: frozenset[str]) -> Shares:
    """Return the share of each language among the writing on signs of a country; sums to 1.

    Parameters
    ----------
    code
        ISO 3166-1 code.
    groups
        Its M49 groups; they tell where an official European language rules the signs.
    known
        Languages that the knowledge base has; others are dropped.
    """
    by_hand = rules("signage")["signs"].get(code)
    shares = by_hand if by_hand else _from_cldr(code, frozenset(groups))
    return _complete(code, shares, known)


def part_shares(code: str, known: frozenset[str]) -> Shares:
    """Return the shares of a part of a country that the rules treat by itself; sums to 1."""
    return _complete(code.split("-")[0], ruled_parts()[code], known)


@cache
def ruled_parts() -> Mapping[str, Mapping[str, float]]:
    """Return the rules' shares by part; one line of the rules may name several parts."""
    found: dict[str, Mapping[str, float]] = {}
    for codes, shares in rules("signage")["parts"].items():
        for code in codes.split():
            if code in found:
                raise ValueError(f"signage.yaml rules on {code} twice")
            found[code] = shares
    return found


def _complete(country: str, shares: Mapping[str, float], known: frozenset[str]) -> Shares:
    """Add English where it is not listed, drop what the knowledge base does not have."""
    result = normalised(shares)
    if "en" not in result:
        english = rules("signage")["english"]
        extra = english["countries"].get(country, english["default"])
        result = {name: share * (1 - extra) for name, share in result.items()}
        result["en"] = extra
    kept = normalised({name: share for name, share in result.items() if name in known})
    return normalised({name: share for name, share in kept.items() if share >= _SMALLEST})


def _from_cldr(code: str, groups: frozenset[str]) -> Shares:
    shares: Shares = {}
    colonial = False
    for tag, facts in get_global("territory_languages").get(code, {}).items():
        name = tag.split("_")[0]
        name = _FOLD.get(name, name)
        status = facts["official_status"]
        if name == "en" and status not in _OFFICIAL:
            continue  # the rules say how much English there is where it is a foreign language
        weight = facts["population_percent"] / 100 * _STATUS.get(status, _SPOKEN_ONLY)
        if status in _OFFICIAL and name in _COLONIAL:
            weight, colonial = max(weight, 0.9), True
        shares[name] = max(shares.get(name, 0.0), weight)
    if colonial and groups & {_AFRICA, _OCEANIA, _CARIBBEAN}:
        shares = {n: s if n in _COLONIAL else s * _BESIDE_COLONIAL for n, s in shares.items()}
    return shares or {"en": 1.0}


@cache
def _main_script(language: str) -> str | None:
    tags = get_global("likely_subtags").get(language, language + "_Latn_ZZ").split("_")
    return _SCRIPTS.get(tags[1]) if len(tags) > 1 else None


def script_shares(code: str, languages: Shares) -> Shares:
    """Return the share of each script among words on signs, brands in Latin included."""
    country = code.split("-")[0]
    mixed_in = rules("scripts")["latin"]
    shares: Shares = {}
    for language, share in languages.items():
        split = rules("scripts")["split"].get(language)
        main = _main_script(language)
        scripts = split.get(country, split["default"]) if split else {main: 1.0} if main else {}
        for script, part in scripts.items():
            latin = mixed_in.get(script, 0.0)
            shares[script] = shares.get(script, 0.0) + share * part * (1 - latin)
            shares["latin"] = shares.get("latin", 0.0) + share * part * latin
    return normalised(shares)


def letter_shares(languages: Mapping[str, float]) -> Shares:
    """Return how often each peculiar letter, or `none`, is what a glance at a sign shows.

    A letter of frequency f shows among n letters with probability 1 - (1 - f)^n; sightings of
    several letters share one place, as the variable is categorical.
    """
    return normalised(_letters(languages))


def abroad_shares(known: Iterable[str]) -> Shares:
    """Return the share of each language on signs of a country that does not list it."""
    abroad = rules("signage")["abroad"]
    return {name: abroad["languages"].get(name, abroad["default"]) for name in known}


def letters_abroad(known: Iterable[str]) -> Shares:
    """Return how often each letter shows where none of its languages is listed."""
    return _letters(abroad_shares(known))


def _letters(languages: Mapping[str, float]) -> Shares:
    result: Shares = {"none": 0.0}
    for language, share in languages.items():
        percent: Mapping[str, float] = rules("letters").get(language, {})
        seen = {c: 1 - (1 - p / 100) ** _LETTERS_ON_A_SIGN for c, p in percent.items()}
        none = 1.0
        for chance in seen.values():
            none *= 1 - chance
        result["none"] += share * none
        for letter, chance in seen.items():
            part = (1 - none) * chance / sum(seen.values())
            result[letter] = result.get(letter, 0.0) + share * part
    return result


def normalised(shares: Mapping[str, float]) -> Shares:
    """Scale shares to sum to 1; empty stays empty."""
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()} if total > 0 else {}
