"""From a code or a name in any of 20 languages to a region."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from clues.errors import UnknownRegionError

if TYPE_CHECKING:
    from clues.regions.graph import RegionGraph

_MIN_SIMILARITY = 72.0
_BRACKETS = re.compile(r"\[.*?\]|\(.*?\)")
_APOSTROPHES = re.compile("['’ʻʼ`]")
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]+")  # accents and vowel points
_WORD = re.compile(r"[^\W_]+(?:[\u0900-\u0dff\u3099\u309a]+[^\W_]*)*")
_LEVEL_ORDER = ("world", "continent", "country", "subdivision", "zone")


class NameIndex:
    """Names of all regions.

    Parameters
    ----------
    world
        The region graph.
    names
        (code, name) pairs of subdivisions and countries in any language, best known first.
    aliases
        Outdated codes and what they are today.
    """

    def __init__(
        self, world: "RegionGraph", names: Sequence[tuple[str, str]], aliases: Mapping[str, str]
    ) -> None:
        self._world = world
        self._codes = {code.upper(): code for code in world.regions}
        self._aliases = {code.upper(): now for code, now in aliases.items()}
        self._first: dict[str, list[str]] = {}  # a region's own name in English
        self._other: dict[str, list[str]] = {}
        self._written: dict[str, str] = {}
        for code, region in world.regions.items():
            self._add(self._first, code, region.name)
        for code, name in names:
            self._add(self._other, code, name)

    def _add(self, index: dict[str, list[str]], code: str, name: str) -> None:
        folded = fold(name)
        self._written.setdefault(folded, name)
        known = index.setdefault(folded, [])
        if code not in known:
            known.append(code)

    def resolve(self, text: str) -> str:
        """Return the code that a text means; UnknownRegionError with suggestions otherwise."""
        text = text.strip()
        exact = self._codes.get(text.upper()) or self._aliases.get(text.upper())
        if exact:
            return exact
        name, _, where = text.rpartition(",")
        if name and where:
            outer = self.resolve(where)
            inside = [c for c in self._named(name) if outer in self._world.ancestors(c)]
            if inside:
                return self._one(text, inside)
        return self._one(text, self._named(text))

    def _named(self, text: str) -> list[str]:
        """Return the codes of a name; a region's own English name goes before other tongues."""
        folded = fold(text)
        return self._first.get(folded) or self._other.get(folded, [])

    def _one(self, text: str, codes: list[str]) -> str:
        if not codes:
            similar = self.similar(text)
            hint = f"; did you mean {similar}?" if similar else ": give an ISO 3166 code or a name."
            raise UnknownRegionError(f"Unknown region '{text[:60]}'{hint}")
        level = min(codes, key=self._rank)
        best = [c for c in codes if self._rank(c) == self._rank(level)]
        best = [c for c in best if not set(best) & set(self._world.ancestors(c))]
        if len(best) > 1:
            listed = ", ".join(self._label(c) for c in best[:6])
            raise UnknownRegionError(
                f"'{text[:60]}' names several regions: {listed}; give the code."
            )
        return best[0]

    def _rank(self, code: str) -> int:
        level = self._world.regions[code].level
        return _LEVEL_ORDER.index("subdivision" if level == "group" else level)

    def _label(self, code: str) -> str:
        region = self._world.regions[code]
        country = self._world.country_of(code)
        inside = f", {self._world.regions[country].name}" if country and country != code else ""
        return f"{code} ({region.name}{inside})"

    def similar(self, text: str, count: int = 3) -> str:
        """Return up to ``count`` regions of similar code or name, for people; '' if none."""
        from rapidfuzz import fuzz, process

        found: dict[str, float] = {}
        if re.fullmatch(r"[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?", text.strip()):
            for code, score, _ in process.extract(
                text.strip().upper(), list(self._codes), scorer=fuzz.ratio, limit=count
            ):
                found[self._codes[code]] = score
        for name, score, _ in process.extract(
            fold(text), list(self._written), scorer=fuzz.ratio, limit=3 * count
        ):
            for code in self._first.get(name) or self._other.get(name, []):
                found[code] = max(score, found.get(code, 0.0))
        good = sorted((c for c in found if found[c] >= _MIN_SIMILARITY), key=lambda c: -found[c])
        return ", ".join(self._label(code) for code in good[:count])


def fold(text: str) -> str:
    """Reduce a name to what people agree on: no case, accents, hyphens or brackets."""
    plain = _BRACKETS.sub(" ", text.casefold())
    if not plain.isascii():
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", plain)).replace("ı", "i")
    return " ".join(_WORD.findall(_APOSTROPHES.sub("", plain)))
