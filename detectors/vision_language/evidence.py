"""From a model's answers to cues: bounded likelihoods, judged and not measured.

The confidence that such a model states is not asked for: it says little about how often it is
right. In its place stand the shares below, of the same order as published results of large models
on street photos; `clues fit` can weigh the family `model` for the one that you use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clues.cue import ELSEWHERE, Cue
from clues.text.gazetteer import Bearer, load_gazetteer
from detectors.vision_language.answers import Named, Sighting, Spot

NAME = "vision_language"
COUNTRY = "model.country"
PLACE = "model.place"
# How often the country is the one that the model names, one of its alternatives, or another; the
# last is shared by the countries that a street could be taken for.
_NAMED, _LISTED, _OTHER = 0.5, 0.25, 0.25
_CONFUSABLE = 40
# A cue that it names is right more often than not, and is sometimes made up to fit.
_SEEN_RATIO = 5.0
# Its coordinates are near, or in the region, or anywhere.
_KERNELS_M = ((50_000, 1.0), (300_000, 0.3))
_TOWN_M = 40_000
_TOWN, _OTHER_TOWN, _PART = 0.7, 0.25, 0.5
_ANYWHERE = 0.02


def of_seen(seen: Sequence[Sighting], says: str) -> Iterator[Cue]:
    """Yield a cue for each thing that the model names."""
    for one in seen:
        others = dict.fromkeys(one.variable.value_ids, 1 / _SEEN_RATIO)
        yield Cue(
            variable=one.variable.id,
            likelihood={**others, one.value: 1.0},
            detector=NAME,
            note=_note(says, one.reason),
        )


def of_country(country: Named, says: str) -> Cue:
    """Return the cue over countries."""
    other = _OTHER / _CONFUSABLE
    share = max(_LISTED / len(country.alternatives), other) if country.alternatives else 0.0
    return Cue(
        variable=COUNTRY,
        likelihood={
            **dict.fromkeys(country.alternatives, share),
            country.choice: _NAMED,
            ELSEWHERE: other,
        },
        detector=NAME,
        note=_note(says, country.reason),
    )


def of_place(
    country: Named, city: Named | None, part: Named | None, spot: Spot | None, says: str
) -> Cue | None:
    """Return the cue over places, from coordinates and from names that the gazetteer knows."""
    kernels: dict[str, float] = {}
    if spot is not None:
        kernels |= {_key(spot.lat, spot.lon, radius): height for radius, height in _KERNELS_M}
    countries = (country.choice, *country.alternatives)
    for names, height in (
        ((city.choice,) if city else (), _TOWN),
        (city.alternatives if city else (), _OTHER_TOWN),
        ((part.choice,) if part else (), _PART),
    ):
        for name in names:
            town = find_town(name, countries)
            if town is not None:
                kernels.setdefault(_key(town.lat, town.lon, _TOWN_M), height)
    if not kernels:
        return None
    reasons = [one.reason for one in (city, part, spot) if one is not None and one.reason]
    named = ", ".join(one.choice for one in (part, city) if one is not None)
    return Cue(
        variable=PLACE,
        likelihood={**kernels, ELSEWHERE: _ANYWHERE},
        detector=NAME,
        note=_note(says, "; ".join(filter(None, [named, *reasons]))),
    )


def find_town(name: str, countries: Sequence[str]) -> Bearer | None:
    """Return the largest place of that name in the first of the countries that has one."""
    match = load_gazetteer().find(name.split(",")[0])
    for code in countries if match is not None else ():
        own = [bearer for bearer in match.bearers if bearer.country == code]
        if own:
            return max(own, key=lambda bearer: (bearer.weight > 0.5, bearer.population))
    return None


def _key(lat: float, lon: float, radius_m: int) -> str:
    return f"geo:{lat:.3f},{lon:.3f};u={radius_m}"


def _note(says: str, words: str) -> str:
    """Mark the words as the model's own."""
    return f'{says}: "{words[:400]}"' if words else says
