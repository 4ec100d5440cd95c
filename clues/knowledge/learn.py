"""Measure frequencies: from cue tags of photos with known countries to measured clues.

The counts go into the knowledge base as ``{seen, of}`` with status `measured`; the authored share
stays what it is and serves as the prior that the counts update (see `clues.knowledge.base`).
Photos that measure the product (``streetview/dev``, any `test` split) must never be among them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import log2
from pathlib import Path

from clues.errors import CluesError
from clues.knowledge.base import KnowledgeBase, update
from clues.knowledge.model import Clue, Kind, Seen, Source, Variable
from clues.knowledge.query import fact_of
from clues.regions import RegionGraph
from clues.tabular import read_rows

MIN_PHOTOS = 5  # countries with fewer labelled photos are left to the authors
_MIN_COUNTRIES = 5  # a rate pooled over fewer says nothing of the others
_MEASURING = {"dev", "test"}  # folders and splits
_WORTH_SHOWING = 3.0  # bits


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo's country and cue tags."""

    country: str
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where counted photos and an author disagree.

    ``surprise_bits`` is the log-likelihood ratio of the counts under their own share against the
    authored one; ``together`` is what the knowledge base makes of both.
    """

    variable: str
    value: str
    region: str
    authored: float
    counts: Seen
    together: float
    surprise_bits: float
    clue: Clue


def read_labels(labels: Path, manifest: Path) -> list[LabelledPhoto]:
    """Read cue tags (CSV: file, tags) and countries (CSV: file, country), joined by file.

    Photos that measure the product are left out, whatever the files hold.

    Raises
    ------
    CluesError
        If a file cannot be read, a column is missing, or no photo is left.
    """
    rows, _ = read_rows(manifest, ["file", "country"])
    countries = {row["file"]: row["country"] for row in rows if not _measures(row)}
    photos = [
        LabelledPhoto(countries[row["file"]], frozenset(row["tags"].split()))
        for row in read_rows(labels, ["file", "tags"])[0]
        if row["file"] in countries and not _measures(row)
    ]
    if not photos:
        raise CluesError(f"{labels}: has no photo of {manifest} that may be counted.")
    return photos


def _measures(row: Mapping[str, str]) -> bool:
    """Tell whether a photo serves to measure the product."""
    parts = {*Path(row["file"]).parts, row.get("split", "")}
    return not _MEASURING.isdisjoint(part.lower() for part in parts)


def learn(kb: KnowledgeBase, photos: Iterable[LabelledPhoto], today: date) -> list[Clue]:
    """Return one measured clue for each value of each variable that tags can tell.

    A clue that says what it said before keeps its days, so that an edit shows new counts only.
    """
    by_country: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    for photo in photos:
        by_country[photo.country].append(photo.tags)
    counted = sum(map(len, by_country.values()))
    source = Source(title=f"cue tags of {counted} street photos, labelled by eye", checked=today)
    clues = []
    for variable in kb.variables.values():
        for value, counts in _count(variable, by_country).items():
            where = {code: seen for code, seen in sorted(counts.items()) if seen.of >= MIN_PHOTOS}
            total = Seen(
                seen=sum(c.seen for c in counts.values()), of=sum(c.of for c in counts.values())
            )
            if total.seen < 5 or not where:
                continue
            clue = _measured(variable, value, where, total, source, today)
            clues.append(_unless_known(clue, kb))
    return clues


def disagreements(
    kb: KnowledgeBase, world: RegionGraph, measured: Iterable[Clue]
) -> list[Disagreement]:
    """Return where counts and authors disagree, the most surprising first.

    Clues measured before do not count as authors.
    """
    authored = replace(kb, clues=tuple(clue for clue in kb.clues if clue.status != "measured"))
    measured = list(measured)
    both = replace(kb, clues=(*authored.clues, *measured))
    found = []
    for clue in measured:
        rule = authored.rules.get(clue.cue, {}).get(clue.value)
        if rule is None:
            continue
        for region, counts in clue.where.items():
            fact = fact_of(world, kb.variables[clue.cue], clue.value, rule, region)
            if fact.clue is None or not isinstance(counts, Seen):
                continue
            bits = _surprise_bits(counts, fact.share)
            if bits > _WORTH_SHOWING:
                together = both.rules[clue.cue][clue.value].where[region][0]
                found.append(
                    Disagreement(
                        clue.cue, clue.value, region, fact.share, counts, together, bits, fact.clue
                    )
                )
    return sorted(found, key=lambda d: -d.surprise_bits)


def _count(
    variable: Variable, by_country: Mapping[str, list[frozenset[str]]]
) -> dict[str, dict[str, Seen]]:
    """Count each tagged value by country. An exclusive value is assessable where any is tagged."""
    tags = variable.tags
    result: dict[str, dict[str, Seen]] = {value: {} for value in tags}
    for country, photos in by_country.items():
        seen = Counter(value for tagged in photos for value, tag in tags.items() if tag in tagged)
        if variable.kind is Kind.CATEGORICAL:
            of = sum(1 for tagged in photos if tagged & set(tags.values()))
        else:
            of = len(photos)
        for value in tags:
            if of:
                result[value][country] = Seen(seen=min(seen[value], of), of=of)
    return result


def _measured(
    variable: Variable,
    value: str,
    where: Mapping[str, Seen],
    total: Seen,
    source: Source,
    today: date,
) -> Clue:
    slug = "measured" if variable.kind is Kind.BINARY else f"measured-{value}"
    subject = variable.says if variable.kind is Kind.BINARY else f"{variable.says}: {value}"
    return Clue(
        id=f"{variable.id}.{slug}",
        cue=variable.id,
        value=value,
        says=f"{subject}, counted in {total.of} labelled street photos ({total.seen} with it).",
        where=dict(where),
        elsewhere=total if len(where) >= _MIN_COUNTRIES else None,
        sources=[source],
        status="measured",
        since=today,
    )


def _unless_known(clue: Clue, kb: KnowledgeBase) -> Clue:
    known = kb.by_id.get(clue.id)
    same = known and (known.where, known.elsewhere) == (clue.where, clue.elsewhere)
    return known if known and same else clue


def _surprise_bits(counts: Seen, stated: float) -> float:
    own = update(stated, counts, 1.0)
    missed = counts.of - counts.seen
    return counts.seen * log2(own / stated) + missed * log2((1 - own) / (1 - stated))
