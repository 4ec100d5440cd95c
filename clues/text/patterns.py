r"""Patterns of plates and postcodes with a likelihood, not just a match.

A pattern is a small, safe subset of regular expressions: literal characters, classes ``[A-Z]``,
``\d``, alternatives ``(09|1\d|2[0-6])`` without nesting, the counts ``?``, ``{n}`` and
``{m,n}``, and ``<name>`` for a code from a table. It is expanded into sequences of fixed length, so
that P(text | pattern) is an exact product over characters: the mean, over the characters allowed
in a place, of P(what was read | character). Long patterns with many strings thus explain any one
text less well than short ones, as they should.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from clues.errors import KnowledgeError
from clues.text.confusion import canonical, class_probability, could_be

MAX_LENGTH = 20
MAX_SEQUENCES = 400
DIGITS = frozenset("0123456789")

_TOKEN = re.compile(
    r"(?P<cls>\[[^\]]{1,120}\])|(?P<digit>\\d)|(?P<code><[a-z]+>)|(?P<group>\([^()]{1,120}\))"
    r"|(?P<lit>[^\\\[\](){}?<>|*+.^$])"
)
_COUNT = re.compile(r"\{(\d{1,2})(?:,(\d{1,2}))?\}|\?")

Slot = frozenset[str] | str  # a class of characters, or the name of a set of codes


@dataclass(frozen=True, slots=True)
class SlotSequence:
    """One expansion: the classes before and after the code, and the code set if there is one."""

    before: tuple[frozenset[str], ...]
    code: str | None
    after: tuple[frozenset[str], ...]
    weight: float

    def fixed(self) -> int:
        """Number of characters beside the code."""
        return len(self.before) + len(self.after)


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes of regions: code > ((region, P(code | region)), ...)."""

    by_code: Mapping[str, tuple[tuple[str, float], ...]]
    lengths: frozenset[int]
    regions: frozenset[str]

    def likelihood(self, seen: str) -> dict[str, tuple[float, str]]:
        """Return P(seen | region) and the best code, for each region it may come from."""
        result: dict[str, tuple[float, str]] = {}
        best: dict[str, float] = {}
        if len(seen) not in self.lengths or len(seen) > 8:
            return result
        options = [could_be(char) if len(seen) <= 4 else ((char, 0.9),) for char in seen]
        for combination in itertools.product(*options):
            regions = self.by_code.get("".join(char for char, _ in combination))
            if regions is None:
                continue
            p = 1.0
            for _, each in combination:
                p *= each
            code = "".join(char for char, _ in combination)
            for region, share in regions:
                value = p * share
                total, name = result.get(region, (0.0, code))
                if value > best.get(region, 0.0):
                    best[region], name = value, code
                result[region] = (total + value, name)
        return result


@cache
def expand(pattern: str) -> tuple[SlotSequence, ...]:
    """Expand a pattern; all sequences weigh the same.

    Raises
    ------
    KnowledgeError
        If the pattern is malformed or too large.
    """
    parts: list[list[tuple[Slot, ...]]] = []
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise KnowledgeError(f"the pattern '{pattern[:80]}' is malformed at character {at + 1}")
        at = token.end()
        choices = _choices(token)
        count = _COUNT.match(pattern, at)
        low = high = 1
        if count is not None:
            at = count.end()
            low, high = (0, 1) if count[0] == "?" else (int(count[1]), int(count[2] or count[1]))
        if high > MAX_LENGTH or low > high:
            raise KnowledgeError(f"the pattern '{pattern[:80]}' counts too far")
        if high > 1 and len(choices) > 1:
            raise KnowledgeError(f"the pattern '{pattern[:80]}' repeats alternatives")
        parts.append([choice * n for n in range(low, high + 1) for choice in choices])
    total = 1
    for part in parts:
        total *= len(part)
    if not 0 < total <= MAX_SEQUENCES:
        raise KnowledgeError(f"the pattern '{pattern[:80]}' has too many variants")
    return tuple(_sequence(combo, 1 / total, pattern) for combo in itertools.product(*parts))


def _choices(token: re.Match[str]) -> list[tuple[Slot, ...]]:
    if token["digit"]:
        return [(DIGITS,)]
    if token["code"]:
        return [(token["code"][1:-1],)]
    if token["cls"]:
        return [(_class(token["cls"][1:-1]),)]
    if token["lit"]:
        return [(_as_read(token["lit"]),)]
    return [
        tuple(_piece(piece) for piece in re.findall(r"\\d|\[[^\]]+\]|.", one))
        for one in token["group"][1:-1].split("|")
    ]


def _piece(piece: str) -> frozenset[str]:
    if piece == r"\d":
        return DIGITS
    return _class(piece[1:-1]) if len(piece) > 1 else _as_read(piece)


def _class(body: str) -> frozenset[str]:
    characters: set[str] = set()
    at = 0
    while at < len(body):
        if body[at : at + 2] == r"\d":
            characters |= DIGITS
            at += 2
        elif at + 2 < len(body) and body[at + 1] == "-":
            characters.update(map(chr, range(ord(body[at]), ord(body[at + 2]) + 1)))
            at += 3
        else:
            characters.add(body[at])
            at += 1
    return _as_read(characters)


def _as_read(characters: Iterable[str]) -> frozenset[str]:
    """Return characters as texts are read: Cyrillic and Greek ones as their Latin twins."""
    return frozenset(read if len(read := canonical(c)) == 1 else c for c in characters)


def _sequence(combo: Sequence[tuple[Slot, ...]], weight: float, pattern: str) -> SlotSequence:
    slots = [slot for part in combo for slot in part]
    codes = [i for i, slot in enumerate(slots) if isinstance(slot, str)]
    if len(codes) > 1 or len(slots) > MAX_LENGTH:
        raise KnowledgeError(f"the pattern '{pattern[:80]}' is too long or holds two codes")
    cut = codes[0] if codes else len(slots)
    before = tuple(s for s in slots[:cut] if not isinstance(s, str))
    after = tuple(s for s in slots[cut:] if not isinstance(s, str))
    code = slots[codes[0]] if codes else None
    return SlotSequence(before, code if isinstance(code, str) else None, after, weight)


def sequence_probability(seen: str, classes: Sequence[frozenset[str]], floor: float) -> float:
    """Return P(seen | classes), or 0 once it falls below ``floor`` errors' worth."""
    p = 1.0
    errors = 1.0
    for char, characters in zip(seen, classes, strict=True):
        mean = class_probability(char, characters)
        p *= mean
        errors *= mean * len(characters)
        if errors < floor:
            return 0.0
    return p
