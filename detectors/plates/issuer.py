"""The issuer in words: states and provinces that print their name or motto on the plate."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from rapidfuzz import fuzz

from clues.cue import ELSEWHERE, Box, Cue
from clues.regions import load_regions
from clues.text.plates import REGION_VARIABLE

_SLOGANS = Path(__file__).with_name("slogans.yaml")
_COUNTRIES = ("US", "CA", "AU", "MX")
_SHORTEST = 4  # letters; shorter names match by chance
_ALIKE = 88.0  # per cent of the letters in place
# Plates seen in a region: of the region itself, of its country.
_HOME, _COMPATRIOT = 0.85, 0.13
# P(a name is found that is not on the plate); the figure measured on crops of US plates is in
# the model card.
_WRONG = 0.05


def issuer_cue(rows: Sequence[str], box: Box | None) -> Cue | None:
    """Return the cue of a state's name or motto among the rows of a plate; None without one.

    Parameters
    ----------
    rows
        As read, without the number.
    box
        The plate's.
    """
    code = issuer_of(rows)
    if code is None:
        return None
    world = load_regions()
    country = world.regions[code].parent or ""
    others = max(len(world.children(country)) - 1, 1)
    right = 1 - _WRONG
    elsewhere = _WRONG / 250
    likelihood = {
        code: right * _HOME,
        country: right * _COMPATRIOT / others + elsewhere,
        ELSEWHERE: elsewhere + right * (1 - _HOME - _COMPATRIOT) / 250,
    }
    note = f"a plate names its issuer: {world.regions[code].name}"
    return Cue(variable=REGION_VARIABLE, likelihood=likelihood, box=box, note=note)


def issuer_of(rows: Sequence[str]) -> str | None:
    """Return the code of the region whose name or motto is in the rows, or None."""
    best: tuple[float, int] = (_ALIKE, 0)
    found = None
    for row in rows:
        plain = _plain(row)
        for name, code in _names():
            if len(plain) < len(name) - 1:
                continue
            alike = fuzz.partial_ratio(name, plain)
            # Of names that fit alike the longer decides: "kansas" is part of "arkansas".
            if (alike, len(name)) > best:
                best, found = (alike, len(name)), code
    return found


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """Return names and mottoes as plain letters, with their codes."""
    world = load_regions()
    known = [
        (world.regions[code].name, code)
        for country in _COUNTRIES
        for code in world.children(country)
    ]
    mottoes = yaml.safe_load(_SLOGANS.read_text("utf-8"))
    known += [(text, code) for code, texts in mottoes.items() for text in texts]
    plain = {(_plain(name), code) for name, code in known}
    return tuple(sorted(pair for pair in plain if len(pair[0]) >= _SHORTEST))


def _plain(text: str) -> str:
    split = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in split if "a" <= char <= "z")
