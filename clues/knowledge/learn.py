"""Measure frequencies: from cue tags of photos with known countries to measured clues.

The counts go into the knowledge base as ``{seen, of}`` with status `measured`; the authored share
stays what it is and serves as the prior that the counts update (see `clues.knowledge.base`).
Photos that measure the product (``streetview/dev``, any `test` split) must never be among them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import log2
from pathlib import Path

from clues.knowledge.base import KnowledgeBase, update
from clues.knowledge.model import Clue, Kind, Seen, Source, Variable
from clues.tabular import read_rows

MIN_PHOTOS = 5  # countries with fewer labelled photos are left to the authors
_MEASURING = ("dev/", "test/")


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo's country and cue tags."""

    country: str
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where counted photos and an author disagree.

    ``surprise_bits`` is the log-likelihood ratio of the counts under their own share against the
    authored one.
    """

    variable: str
    value: str
    region: str
    authored: float
    counts: Seen
    surprise_bits: float
    clue: Clue


def read_labels(labels: Path, manifest: Path) -> list[LabelledPhoto]:
    """Read cue tags (CSV: file, tags) and countries (CSV: file, country), joined by file.

    Photos that measure the product are left out, whatever the files hold.

    Raises
    ------
    CluesError
        If a file cannot be read or a column is missing.
    """
    countries = {row["file"]: row["country"] for row in read_rows(manifest, ["file", "country"])[0]}
    return [
        LabelledPhoto(countries[row["file"]], frozenset(row["tags"].split()))
        for row in read_rows(labels, ["file", "tags"])[0]
        if row["file"] in countries and not row["file"].startswith(_MEASURING)
    ]


def learn(kb: KnowledgeBase, photos: Iterable[LabelledPhoto], today: date) -> list[Clue]:
    """Return one measured clue for each value of each variable that tags can tell."""
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
            clues.append(_measured(variable, value, where, total, source, today))
    return clues


def disagreements(kb: KnowledgeBase, measured: Iterable[Clue]) -> list[Disagreement]:
    """Return where counts and authors disagree, the most surprising first."""
    found = []
    for clue in measured:
        rule = kb.rules.get(clue.cue, {}).get(clue.value)
        for region, counts in clue.where.items():
            stated = rule.where.get(region) if rule else None
            if stated is None or stated[1].status == "measured" or not isinstance(counts, Seen):
                continue
            bits = _surprise_bits(counts, stated[0])
            if bits > 3:
                found.append(
                    Disagreement(clue.cue, clue.value, region, stated[0], counts, bits, stated[1])
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
        elsewhere=total,
        sources=[source],
        status="measured",
        since=today,
    )


def _surprise_bits(counts: Seen, stated: float) -> float:

    own = update(stated, counts, 1.0)
    missed = counts.of - counts.seen
    return counts.seen * log2(own / stated) + missed * log2((1 - own) / (1 - stated))
