"""Read what a model answers: bounded, checked, and never more than a few short words."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clues.cue import PRESENT
from clues.errors import CluesError
from clues.knowledge import Kind
from clues.knowledge.model import Variable
from clues.regions import RegionGraph
from detectors.vision_language.prompts import MOST_SEEN

_MOST_LETTERS = 20_000  # of an answer
_MOST_BRACES = 50  # tried as the start of the object
_NAME = 80
REASON = 200
LONGEST_TURN = 4_000  # letters of an answer that later questions come with
_ALTERNATIVES = 4
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PLATE = re.compile(r"\b[^\W_a-zа-я]+(?:[ ·.-][^\W_a-zа-я]+){0,3}\b")
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)
_YES = frozenset({"present", "yes", "true"})
_COMMON_NAMES = {"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "turkey": "TR"}


@dataclass(frozen=True, slots=True)
class Sighting:
    """A value of a cue variable that the model says it sees, and why."""

    variable: Variable
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Named:
    """What the model names at one step: its choice, alternatives, and why."""

    choice: str
    alternatives: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Coordinates that the model names, in degrees, and why."""

    lat: float
    lon: float
    reason: str = ""


def read_object(text: str) -> dict[str, Any] | None:
    """Return the first JSON object in a text, such as one inside a Markdown fence.

    What a model thinks aloud before it answers is passed over.
    """
    text = text.rpartition("</think>")[2][:_MOST_LETTERS]
    start = -1
    for _ in range(_MOST_BRACES):
        start = text.find("{", start + 1)
        if start < 0:
            break
        try:
            found, _end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and found:
            return found
    return None


def read_seen(answer: Mapping[str, Any], offered: Mapping[str, Variable]) -> list[Sighting]:
    """Return what is seen, of the variables offered and their values only; each one once."""
    rows = answer.get("seen")
    found: dict[str, Sighting] = {}
    for row in rows[: 4 * MOST_SEEN] if isinstance(rows, list) else ():
        if not isinstance(row, dict):
            continue
        variable = offered.get(_words(row.get("cue"), _NAME))
        if variable is None or variable.id in found:
            continue
        value = _value(variable, row.get("value"))
        if value is not None:
            found[variable.id] = Sighting(variable, value, _reason(row))
    return list(found.values())[:MOST_SEEN]


def read_country(answer: Mapping[str, Any], world: RegionGraph) -> Named | None:
    """Return the country and its alternatives as ISO codes; None if the model cannot tell."""
    country = _country(answer.get("country"), world)
    if country is None:
        return None
    others = [_country(name, world) for name in _list(answer.get("alternatives"))]
    kept = tuple(dict.fromkeys(code for code in others if code and code != country))
    return Named(country, kept, _reason(answer))


def read_name(answer: Mapping[str, Any], step: str) -> Named | None:
    """Return the town or neighbourhood named, and its alternatives."""
    name = _words(answer.get(step), _NAME)
    if not name or name.lower() in ("null", "none", "unknown"):
        return None
    others = (_words(other, _NAME) for other in _list(answer.get("alternatives")))
    return Named(name, tuple(other for other in others if other), _reason(answer))


def read_spot(answer: Mapping[str, Any]) -> Spot | None:
    """Return the coordinates; None for what lies outside the Earth, or at 0, 0."""
    lat, lon = _degrees(answer.get("lat"), 90), _degrees(answer.get("lon"), 180)
    if lat is None or lon is None or (lat == 0 and lon == 0):
        return None
    return Spot(lat, lon, _reason(answer))


def brief(text: str) -> str:
    """Return the first words of an answer that could not be read, for people."""
    return _words(text, _NAME)


def _value(variable: Variable, given: object) -> str | None:
    text = str(given).lower() if isinstance(given, bool | int) else _words(given, _NAME).lower()
    if variable.kind is Kind.BINARY:
        return PRESENT if text in _YES else None  # what it does not see says nothing
    text = text.lstrip(".+ ")
    return next((value for value in variable.value_ids if value.lower() == text), None)


def _country(given: object, world: RegionGraph) -> str | None:
    name = _words(given, _NAME)
    if len(name) < 2:
        return None
    try:
        region = world.resolve(_COMMON_NAMES.get(name.lower(), name))
    except CluesError:
        return None
    return region.code if region.level == "country" else None


def _list(value: object) -> list[Any]:
    return value[:_ALTERNATIVES] if isinstance(value, list) else []


def _degrees(value: object, most: float) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    sound = not isinstance(value, bool) and math.isfinite(number) and abs(number) <= most
    return number if sound else None


def _reason(answer: Mapping[str, Any]) -> str:
    return _words(answer.get("reason"), REASON)


def _words(value: object, most: int) -> str:
    """Return text in one line, without links, and without what looks like a number plate."""
    if not isinstance(value, str):
        return ""
    text = "".join(c if c.isprintable() else " " for c in value[: 4 * most])
    text = _PLATE.sub(_hide_plate, _LINK.sub("(link)", text))
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _hide_plate(match: re.Match[str]) -> str:
    compact = re.sub(r"[\W_]", "", match[0])
    digits = sum(map(str.isdigit, compact))
    capitals = sum(map(str.isupper, compact))
    looks_so = 5 <= len(compact) <= 10 and digits >= 2 and capitals >= 1
    return "(hidden)" if looks_so else match[0]
