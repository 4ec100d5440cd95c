"""How plates are written: the spaces and hyphens that tell layouts of the same letters apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from clues.knowledge.tables import plate_groups
from clues.text.plate_index import Layout, PlateIndex

_MARKED = 0.7  # P(a layout's spaces and hyphens are read as they stand)
_MARKED_OTHERWISE = 0.1  # P(another layout is read with just these)
# How much likelier a country is where a plate is grouped as its plates are, where the hyphens are
# not theirs, and where the groups are others; engines and people lose both.
_GROUPED, _HYPHEN_LOST, _HYPHEN_ADDED, _OTHER_GROUPS = 1.6, 0.6, 0.25, 0.3

# region > (P(text | region), the code read, the layout); the country itself for all of it
Regions = Mapping[str, tuple[float, str, str]]
Marks = frozenset[re.Pattern[str]]  # the ways of writing that a text shows


def marks_in(text: str, index: PlateIndex) -> Marks:
    """Return the ways of writing, among those that belong to some layouts, that a text shows."""
    as_written = " ".join(text.upper().split())
    return frozenset(mark for mark in index.marks if mark.fullmatch(as_written))


def written_so(layout: Layout, marks: Marks) -> float:
    """Return P(the spaces and hyphens as they were read | layout)."""
    if layout.written is not None:
        return _MARKED if layout.written in marks else 1 - _MARKED
    return _MARKED_OTHERWISE if marks else 1.0


def as_grouped(text: str, found: Mapping[str, Regions]) -> Mapping[str, Regions]:
    """Return P(text | region) with the spaces and hyphens of the text counted, too."""
    shape = _shape(text)
    if shape.isalnum():
        return found  # run together: as all may be
    factors = {country: _grouping(shape, country) for country in found}
    return {
        country: {
            region: (p * factors[country], code, name)
            for region, (p, code, name) in regions.items()
        }
        for country, regions in found.items()
    }


def _shape(text: str) -> str:
    """Return a plate with A for letters, 0 for digits: AB-12 3 becomes AA-00 0."""
    plain = unicodedata.normalize("NFC", text[:60]).strip()
    marks = "".join(
        "0" if c.isdigit() else "A" if c.isalpha() else " " if c.isspace() else "-" for c in plain
    )
    return re.sub(r"[ -]*-[ -]*", "-", re.sub(" +", " ", marks))


@lru_cache(maxsize=4096)
def _grouping(shape: str, country: str) -> float:
    styles = plate_groups().get(country)
    if styles is None:
        return 1.0
    if any(re.fullmatch(style, shape) for style in styles):
        return _GROUPED
    near = [s for s in styles if re.fullmatch(re.sub(r"\[ -\]\??|[ -]\??", "[ -]?", s), shape)]
    if not near:
        return _OTHER_GROUPS
    return _HYPHEN_ADDED if "-" in shape and not any("-" in s for s in near) else _HYPHEN_LOST
