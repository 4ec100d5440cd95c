"""The Street View watermark, "(c) 2021 Google": metadata of the camera, never a place."""

import re
from collections.abc import Iterable

from rapidfuzz.distance import Levenshtein

from clues.text.word import Word

_GOOGLE = "google"
_YEAR = re.compile(r"^[^0-9a-z]?[0-9coae@©]{0,2}[^0-9a-z]?20[012]\d$", re.IGNORECASE)
# year and name read as one string of look-alikes: 20246ooule, 2B23foogl, 2022.6007l, 0201600og
_GLUED = re.compile(r"[2z]?[0ob8]?[12l][0-9]{0,2}.{0,2}[g6f][o0ec]{1,2}[g67u]", re.IGNORECASE)
_NEAR = 8.0  # heights between the parts of one watermark


def drop_watermarks(words: Iterable[Word]) -> list[Word]:
    """Return the words without watermarks.

    A word one or two letters away from "Google" goes, and with it a year or a copyright sign
    beside it; so does any reading that glues year and name together.
    """
    words = list(words)
    names = [w for w in words if _is_name(w.text)]
    return [w for w in words if not _is_name(w.text) and not _belongs(w, names)]


def _is_name(text: str) -> bool:
    bare = re.sub(r"[\W_]+", "", text).lower()
    if _GLUED.search(bare) and any(c.isalpha() for c in bare):  # digits alone are a number
        return True
    if not 5 <= len(bare) <= 7:
        return False
    looks = bare.replace("0", "o").replace("q", "g").replace("1", "l").replace("9", "g")
    return Levenshtein.distance(looks, _GOOGLE) <= 1 or looks in {"coogle", "goole", "googl"}


def _belongs(word: Word, names: list[Word]) -> bool:
    text = word.text.strip()
    if any(sign in text for sign in "©®") and len(text) <= 7:
        return True
    if not (_YEAR.match(text) or text.lower() in {"c", "o", "@", "(c)", "e"}):
        return False
    return any(_is_near(word, name) for name in names)


def _is_near(a: Word, b: Word) -> bool:
    reach = _NEAR * max(a.height_px, b.height_px)
    gap_x = max(a.box.x0, b.box.x0) - min(a.box.x1, b.box.x1)
    gap_y = max(a.box.y0, b.box.y0) - min(a.box.y1, b.box.y1)
    return gap_x < reach and gap_y < max(a.height_px, b.height_px)
