"""Questions to the knowledge base: what holds in a region, who has a value, what tells apart."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clues.cue import ABSENT, PRESENT
from clues.knowledge.base import KnowledgeBase, Rule, default_elsewhere, ruled_value, share_the_rest
from clues.knowledge.model import Clue, Kind, Variable
from clues.regions import RegionGraph

_FINER = ("group", "subdivision", "zone")  # than a country; groups are such as Andalusia


@dataclass(frozen=True, slots=True)
class Fact:
    """How often a value is recorded in a region, and which clue says so.

    ``lift_bits`` compares it with the share elsewhere: log2 of the ratio.
    """

    variable: Variable
    value: str
    region: str
    share: float
    elsewhere: float
    clue: Clue | None

    @property
    def lift_bits(self) -> float:
        """log2 of the share over the share elsewhere."""
        return math.log2(self.share / self.elsewhere)

    @property
    def expected_bits(self) -> float:
        """Expected bits from looking for the value here or elsewhere, at even odds.

        It weighs how often one gets to see the value, and how often a photo lets one judge it.
        """
        return self.variable.judged * divergence((self.share, self.elsewhere))


@dataclass(frozen=True, slots=True)
class Difference:
    """What tells two regions apart: the value, and its share in each.

    ``bits`` is log2 of the ratio of shares: what seeing the value adds for ``a`` against ``b``.
    ``expected_bits`` weighs it with how often one gets to see it: the Jensen-Shannon divergence
    of seeing the value or not in the two regions, at even odds.
    """

    a: Fact
    b: Fact

    @property
    def bits(self) -> float:
        """log2 of the ratio of the two shares."""
        return math.log2(self.a.share / self.b.share)

    @property
    def expected_bits(self) -> float:
        """Expected bits from looking for the value, at even odds."""
        return divergence((self.a.share, self.b.share))


def facts_of(kb: KnowledgeBase, world: RegionGraph, region: str) -> list[Fact]:
    """Return what clues say of a region, inherited statements included, the most telling first.

    Elsewhere is the mean over the other countries.
    """
    codes, shares = country_shares(kb, world)
    above = world.ancestors(region)
    other = [code not in (region, *above) and region not in world.ancestors(code) for code in codes]
    rest = shares[:, other if any(other) else slice(None)].mean(axis=1)
    facts = []
    for (variable, value, rule), elsewhere in zip(_rules(kb), rest.tolist(), strict=True):
        fact = fact_of(world, variable, value, rule, region)
        if fact.clue is not None and abs(fact.lift_bits) > 1e-9:
            facts.append(replace(fact, elsewhere=elsewhere))
    return sorted(facts, key=lambda fact: (-fact.expected_bits, fact.variable.id, fact.value))


def country_shares(
    kb: KnowledgeBase, world: RegionGraph
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Return the countries, and how often each value is recorded, shape (rules, countries).

    Rules are in the order of the knowledge base; a continent speaks for countries that nothing
    finer is said of.
    """
    codes = world.of_level("country")
    index = {code: i for i, code in enumerate(codes)}
    continents: dict[str, list[int]] = {}
    for code in codes:
        for above in world.ancestors(code):
            continents.setdefault(above, []).append(index[code])
    rows = []
    for _, _, rule in _rules(kb):
        row = np.full(len(codes), rule.elsewhere)
        for places in (continents, index):
            for code, (share, _) in rule.where.items():
                if code in places:
                    row[places[code]] = share
        rows.append(row)
    return codes, np.array(rows).reshape(len(rows), len(codes))


def fact_of(world: RegionGraph, variable: Variable, value: str, rule: Rule, region: str) -> Fact:
    """Return what a rule says of a region, by itself or as part of a larger one."""
    says, clue = rule.says_of(world.lineage(region))
    return Fact(variable, value, region, says, rule.elsewhere, clue)


def who_has(kb: KnowledgeBase, variable: str, value: str = PRESENT) -> list[Fact]:
    """Reverse look-up: the regions named for a value, the most frequent first.

    Raises
    ------
    UnknownCueError
        If the knowledge base has no such variable.
    """
    found = kb.variable(variable)
    rule = kb.rules.get(variable, {}).get(ruled_value(value))
    if rule is None:
        return []
    facts = []
    for code, (says, clue) in rule.where.items():
        here, rest = (1 - says, 1 - rule.elsewhere) if value == ABSENT else (says, rule.elsewhere)
        facts.append(Fact(found, value, code, here, rest, clue))
    return sorted(facts, key=lambda fact: (-fact.share, fact.region))


def search(kb: KnowledgeBase, words: str) -> list[Variable]:
    """Return the variables whose id, noun phrase, values or question hold all the words."""
    wanted = words.lower().split()
    return [
        variable
        for variable in kb.variables.values()
        if all(word in _haystack(variable) for word in wanted)
    ]


def statements(kb: KnowledgeBase, world: RegionGraph, words: str) -> list[Clue]:
    """Return the clues whose statement, cue or regions hold all the words."""
    wanted = words.lower().split()
    return [
        clue
        for clue in kb.clues
        if (text := _text_of(kb, world, clue)) and all(word in text for word in wanted)
    ]


def nearest_statements(kb: KnowledgeBase, world: RegionGraph, words: str, top: int) -> list[Clue]:
    """Return the clues that hold most of the words, where none holds all; rare words count more.

    A word counts its inverse document frequency (Sparck Jones 1972), and also matches without its
    last letter, so that "reflectors" finds a reflector. Clues with less than half of what all the
    words count together are left out.
    """
    wanted = {word[:-1] if len(word) > 4 else word for word in words.lower().split()}
    texts = [_text_of(kb, world, clue) for clue in kb.clues]
    holders = {word: [n for n, text in enumerate(texts) if word in text] for word in wanted}
    count = {word: math.log(len(texts) / max(len(rows), 0.5)) for word, rows in holders.items()}
    score: defaultdict[int, float] = defaultdict(float)
    for word, rows in holders.items():
        for n in rows:
            score[n] += count[word]
    enough = sum(count.values()) / 2
    best = sorted(score, key=lambda n: (-score[n], n))[:top]
    return [kb.clues[n] for n in best if score[n] >= enough]


def differences(kb: KnowledgeBase, world: RegionGraph, a: str, b: str) -> list[Difference]:
    """Return what tells two regions apart, by expected bits."""
    found = []
    for name in kb.rules:
        facts_a, facts_b = (_settled(kb, world, kb.variables[name], region) for region in (a, b))
        for fact_a, fact_b in zip(facts_a, facts_b, strict=True):
            if abs(fact_a.share - fact_b.share) > 1e-9:
                found.append(Difference(fact_a, fact_b))
    return sorted(found, key=lambda d: (-d.expected_bits, d.a.variable.id, d.a.value))


def coverage(kb: KnowledgeBase, world: RegionGraph) -> dict[str, Counter[str]]:
    """Return, by country, the number of clues of each family that name it or a part of it."""
    table: dict[str, Counter[str]] = {}
    for clue in kb.clues:
        for country in _countries(world, clue.where):
            table.setdefault(country, Counter())[clue.family] += 1
    return table


def regions_below(kb: KnowledgeBase, world: RegionGraph) -> Counter[str]:
    """Return, by country, the number of clues that name a part of it."""
    counts: Counter[str] = Counter()
    for clue in kb.clues:
        finer = [code for code in clue.where if _level(world, code) in _FINER]
        counts.update(_countries(world, finer))
    return counts


def _level(world: RegionGraph, code: str) -> str | None:
    return world.regions[code].level if code in world.regions else None


def _countries(world: RegionGraph, codes: Iterable[str]) -> set[str]:
    """Return the countries that regions are, or lie in; the world and continents lie in none."""
    known = (world.country_of(code) for code in codes if code in world.regions)
    return {country for country in known if country is not None}


def _rules(kb: KnowledgeBase) -> Iterator[tuple[Variable, str, Rule]]:
    for name, by_value in kb.rules.items():
        for value, rule in by_value.items():
            yield kb.variables[name], value, rule


def _settled(kb: KnowledgeBase, world: RegionGraph, variable: Variable, region: str) -> list[Fact]:
    """Return a fact for each value that has clues; those of exclusive values sum to at most 1."""
    chain = world.lineage(region)
    rules = kb.rules[variable.id]
    facts = [fact_of(world, variable, value, rule, region) for value, rule in rules.items()]
    if variable.kind is not Kind.CATEGORICAL:
        return facts
    said = [any(code in rule.where for code in chain) for rule in rules.values()]
    named = sum(f.share for f, is_said in zip(facts, said, strict=True) if is_said)
    unruled = default_elsewhere(variable) * (len(variable.value_ids) - len(rules))
    others = sum(f.share for f in facts) - named + unruled
    keep, scale = share_the_rest(np.asarray(named), np.asarray(others))
    return [
        replace(fact, share=fact.share * float(keep if is_said else scale))
        for fact, is_said in zip(facts, said, strict=True)
    ]


def _haystack(variable: Variable) -> str:
    parts = (variable.id, variable.says, variable.question, *variable.values.values())
    return " ".join(parts).lower()


def _text_of(kb: KnowledgeBase, world: RegionGraph, clue: Clue) -> str:
    names = [world.regions[code].name for code in clue.where if code in world.regions]
    variable = kb.variables[clue.cue]
    parts = (clue.id, clue.says, clue.counterexamples, variable.says, *clue.where, *names)
    return " ".join(parts).lower()


def divergence(shares: Sequence[float]) -> float:
    """Return the Jensen-Shannon divergence of seeing a value or not, at even odds, in bits.

    Lin (1991): what looking for the value can be expected to tell of places with these shares.
    """
    return _entropy(sum(shares) / len(shares)) - sum(map(_entropy, shares)) / len(shares)


def _entropy(p: float) -> float:
    return -sum(x * math.log2(x) for x in (p, 1 - p) if x > 0)
