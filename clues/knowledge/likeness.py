"""Which regions look alike in the knowledge base, and several regions side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clues.knowledge.base import KnowledgeBase
from clues.knowledge.model import Clue, Variable
from clues.knowledge.query import Difference, country_shares, differences, divergence
from clues.regions import RegionGraph

_TELLING = 3  # differences to show for a pair


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A country that the same things are said of.

    Attributes
    ----------
    likeness
        Cosine of the angle between what the knowledge base says of the two, beyond what holds
        elsewhere: 1 if it says the same, 0 if it says nothing in common.
    tells
        What tells them apart, the most telling first.
    """

    region: str
    likeness: float
    tells: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One value of a cue in several regions.

    Attributes
    ----------
    shares
        Share of photos in which the value is recorded, by region, in the order asked for.
    bits
        Expected bits from looking for it, if all regions were equally likely: those of seeing the
        value or not, times the share of photos in which that can be judged.
    """

    variable: Variable
    value: str
    shares: tuple[float, ...]
    bits: float
    clues: tuple[Clue | None, ...]


def look_alikes(
    kb: KnowledgeBase, world: RegionGraph, country: str, top: int = 6
) -> list[LookAlike]:
    """Return the countries most like a country, by what the knowledge base says of countries."""
    codes, shares = country_shares(kb, world)
    if country not in codes:
        return []
    beyond = [rule.elsewhere for by_value in kb.rules.values() for rule in by_value.values()]
    said = shares - np.array(beyond)[:, None]
    here = said[:, codes.index(country)]
    length = np.linalg.norm(said, axis=0) * np.linalg.norm(here)
    cosine = np.divide(said.T @ here, length, out=np.zeros(len(codes)), where=length > 0)
    order = [i for i in np.argsort(-cosine, kind="stable") if codes[i] != country][:top]
    return [
        LookAlike(
            codes[i],
            float(cosine[i]),
            tuple(_tells(kb, world, country, codes[i])),
        )
        for i in order
        if cosine[i] > 0
    ]


def compare(kb: KnowledgeBase, world: RegionGraph, codes: Sequence[str]) -> list[Comparison]:
    """Return what tells regions apart, the most telling first.

    Raises
    ------
    UnknownRegionError
        If there is no such region.
    """
    chains = [world.lineage(world.resolve(code).code) for code in codes]
    found = []
    for name, by_value in kb.rules.items():
        for value, rule in by_value.items():
            says = [rule.says_of(chain) for chain in chains]
            shares = tuple(share for share, _ in says)
            if max(shares) - min(shares) > 1e-9:
                clues = tuple(clue for _, clue in says)
                variable = kb.variables[name]
                bits = variable.judged * divergence(shares)
                found.append(Comparison(variable, value, shares, bits, clues))
    return sorted(found, key=lambda c: (-c.bits, c.variable.id, c.value))


def _tells(kb: KnowledgeBase, world: RegionGraph, a: str, b: str) -> list[Difference]:
    """Return what tells two regions apart, by what a photo can be expected to show."""
    found = differences(kb, world, a, b)
    found.sort(key=lambda one: -one.a.variable.judged * one.expected_bits)
    cues: dict[str, Difference] = {}
    for one in found:  # a second value of the same cue would only say the same again
        cues.setdefault(one.a.variable.id, one)
    return list(cues.values())[:_TELLING]
