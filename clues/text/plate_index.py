"""Plate tables compiled for look-up: layouts with their shares, and codes with their regions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from clues.knowledge.tables import PlateTable, plate_tables
from clues.text.confusion import canonical
from clues.text.patterns import CodeSet, SlotSequence, expand

_DERIVED = 0.03  # share of three-digit codes that the table does not list


@dataclass(frozen=True, slots=True)
class Layout:
    """One sequence of a layout, for one country or one of its regions."""

    country: str
    name: str
    region: str | None
    weight: float
    sequence: SlotSequence
    written: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlateIndex:
    """Everything that reading a plate needs; see `index_of`."""

    layouts: tuple[Layout, ...]
    code_sets: Mapping[tuple[str, str], CodeSet]
    regions: Mapping[str, frozenset[str]]  # country > its regions that codes or layouts tell apart
    weights: Mapping[str, float]  # country or region > total weight of the layouts it can show
    marks: tuple[re.Pattern[str], ...] = ()  # ways of writing that belong to some layouts


@cache
def plate_index() -> PlateIndex:
    """Return the compiled plate tables of the knowledge base."""
    return index_of(plate_tables())


def index_of(tables: Mapping[str, PlateTable]) -> PlateIndex:
    """Compile plate tables, by country.

    Raises
    ------
    KnowledgeError
        If a pattern is malformed.
    """
    layouts: list[Layout] = []
    code_sets: dict[tuple[str, str], CodeSet] = {}
    regions: dict[str, frozenset[str]] = {}
    weights: defaultdict[str, float] = defaultdict(float)
    for country, table in tables.items():
        for name in table.codes:
            code_sets[country, name] = code_set(table, name)
        own = {r for name in table.codes for r in table.codes[name]}
        own |= {f.region for f in table.formats if f.region is not None}
        regions[country] = frozenset(own - {country})
        for plate in table.formats:
            sequences = expand(plate.pattern)
            written = re.compile(plate.written) if plate.written else None
            for sequence in sequences:
                layouts.append(
                    Layout(country, plate.name, plate.region, plate.weight, sequence, written)
                )
            _weigh(weights, plate.weight, plate.region, sequences[0].code, table, own)
    marks = tuple({layout.written for layout in layouts if layout.written is not None})
    return PlateIndex(tuple(layouts), code_sets, regions, dict(weights), marks)


def _weigh(
    weights: defaultdict[str, float],
    weight: float,
    region: str | None,
    code: str | None,
    table: PlateTable,
    own: set[str],
) -> None:
    """Add a layout's weight to every region that can show it."""
    if region is not None:
        places: set[str] = {region}
    elif code is not None:
        places = set(table.codes.get(code, {}))
    else:
        places = own | {table.country}
    for place in places:
        weights[place] += weight
    if region is None and code is not None and table.country not in places:
        weights[table.country] += weight


_RANGE = re.compile(r"([A-Z]{2,3})-([A-Z]{2,3})")


def code_set(table: PlateTable, name: str) -> CodeSet:
    """Return the codes of one named set, with ranges and derived codes written out."""
    by_code: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    listed: dict[str, str] = {}
    for region, entry in table.codes[name].items():
        codes = [code for item in entry.codes for code in _spread(item)]
        share = 1 - _DERIVED if table.rule else 1.0
        for code in codes:
            by_code[code].append((region, share / len(codes)))
            listed.setdefault(code, region)
    if table.rule == "last-two-digits":
        for code, region in list(listed.items()):
            if len(code) != 2:
                continue
            for first in "123456789":
                if first + code not in listed:
                    by_code[first + code].append((region, _DERIVED / 9))
    return CodeSet(
        {code: tuple(regions) for code, regions in by_code.items()},
        frozenset(map(len, by_code)),
        frozenset(table.codes[name]),
    )


def _spread(item: str) -> list[str]:
    """Return the codes in a range such as AA-AF or AAA-BEZ; other codes stand for themselves."""
    match = _RANGE.fullmatch(item)
    if match is None or len(match[1]) != len(match[2]):
        return [canonical(item)]
    first, last = _number(match[1]), _number(match[2])
    return [_letters(n, len(match[1])) for n in range(first, last + 1)]


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 26 + ord(letter) - ord("A")
    return value


def _letters(value: int, length: int) -> str:
    letters = ""
    for _ in range(length):
        value, rest = divmod(value, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
