"""Names of countries and of their parts, as they are written there."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from clues.regions import load_regions
from clues.text.build_gazetteer import is_long_enough, key_of
from clues.text.script import script_of

_LEVELS = frozenset({"country", "group", "subdivision"})
_OTHER_NAME = 0.5  # against a region's main name: of another language, as often as not
_SHORT_FORM = 3  # letters: CIV, USA
_UNSPACED = frozenset({"han", "kana"})  # scripts whose names stand inside longer strings
_INSIDE = 0.5  # P(such a name means the region)
_LEAST_INSIDE = 3  # letters: 广东省
# Scripts, beside Latin, and the countries whose own names are written in them.
_HOMES = {
    "arabic": "AE AF BH DJ DZ EG EH IQ IR JO KM KW LB LY MA MR OM PK PS QA SA SD SO SY TD TN YE",
    "bengali": "BD IN",
    "cyrillic": "BA BG BY KG KZ ME MK MN RS RU TJ UA UZ XK",
    "devanagari": "IN NP",
    "greek": "CY GR",
    "han": "CN HK JP MO SG TW",
    "hangul": "KP KR",
    "hebrew": "IL",
    "kana": "JP",
}


def regions_named(text: str) -> dict[str, float]:
    """Return the regions of a name, with P(such a name means the region); most have none."""
    key = key_of(text)
    found = _names().get(key)
    if found is None and script_of(key) in _UNSPACED:
        return _inside(key)
    return dict(found or {})


def _inside(key: str) -> dict[str, float]:
    names = _names()
    for length in range(len(key) - 1, _LEAST_INSIDE - 1, -1):
        for first in range(len(key) - length + 1):
            if found := names.get(key[first : first + length]):
                return {code: weight * _INSIDE for code, weight in found.items()}
    return {}


@cache
def _names() -> dict[str, dict[str, float]]:
    world = load_regions()
    names: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def add(code: str, name: str, weight: float) -> None:
        key = key_of(name)
        if is_long_enough(key):
            names[key].setdefault(code, weight)

    told = {code: region for code, region in world.regions.items() if region.level in _LEVELS}
    for code, region in told.items():
        add(code, region.name, 1.0)
    homes = {script: frozenset(codes.split()) for script, codes in _HOMES.items()}
    for code, name in world.names:
        if code not in told or (len(name) <= _SHORT_FORM and name.isupper()):
            continue
        script = script_of(name)
        if script == "latin":
            add(code, name, _OTHER_NAME)
        elif script is not None and world.country_of(code) in homes.get(script, ()):
            add(code, name, 1.0)
    return dict(names)
