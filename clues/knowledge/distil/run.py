"""Distil all facts into the knowledge base."""

from collections.abc import Callable, Container
from datetime import date
from pathlib import Path

from clues.errors import CluesError
from clues.knowledge.distil import facts
from clues.knowledge.distil.country_coder import Country, read_countries
from clues.knowledge.distil.signage import Shares, language_shares, part_shares, ruled_parts
from clues.knowledge.distil.write import Fact, write_facts
from clues.knowledge.model import Variable
from clues.knowledge.yaml import YamlError, read_yaml

_HEADING = (
    "Written by `clues kb distil` from {source}.\n"
    "Do not edit: correct the rules in clues/knowledge/distil/rules and distil again."
)
_CLDR = "CLDR's territory data (Unicode licence) through Babel"
_CODER = "@rapideditor/country-coder (ISC licence)"


def distil(
    source: Path, kb: Path, checked: date, regions: Container[str] | None = None
) -> dict[str, int]:
    """Write all ``facts-*.yaml`` files.

    Parameters
    ----------
    source
        The package country-coder; see `read_countries`.
    kb
        The knowledge base: its ``cues/`` say which values exist, ``clues/`` is written.
    checked
        The day that the entries carry.
    regions
        Region codes that exist; others are left out. None keeps all.

    Returns
    -------
    dict
        Number of clues by file, relative to ``kb``.

    Raises
    ------
    CluesError
        If the package or the cue registry cannot be read.
    """
    countries = [c for c in read_countries(source) if regions is None or c.code in regions]
    variables = _variables(kb)
    known = frozenset(variables["text.language"].value_ids)
    shares = sign_languages(countries, known, regions)
    files: dict[str, tuple[str, Callable[[], list[Fact]]]] = {
        "traffic/facts-driving-side": (_CODER, lambda: facts.driving_side(countries)),
        "traffic/facts-speed-unit": (_CODER, lambda: facts.speed_unit(countries)),
        "text/facts-calling-codes": (
            _CODER,
            lambda: facts.calling_codes(countries, variables["text.calling-code"]),
        ),
        "text/facts-domains": (_CODER, lambda: facts.domains(countries, variables["text.domain"])),
        "text/facts-currencies": (
            _CLDR,
            lambda: facts.currencies(countries, variables["text.currency"], checked),
        ),
        "text/facts-languages": (
            _CLDR,
            lambda: facts.languages(shares, variables["text.language"]),
        ),
        "text/facts-scripts": (_CLDR, lambda: facts.scripts(shares, variables["text.script"])),
        "text/facts-letters": (
            _CLDR,
            lambda: facts.letters(shares, variables["text.letter"], known),
        ),
    }
    written = {}
    for name, (origin, make) in files.items():
        path = kb / "clues" / f"{name}.yaml"
        found = [_known(fact, regions) for fact in make()]
        heading = _HEADING.format(source=origin)
        written[f"clues/{name}.yaml"] = write_facts(path, heading, found, checked.isoformat())
    return written


def sign_languages(
    countries: list[Country], known: frozenset[str], regions: Container[str] | None = None
) -> dict[str, Shares]:
    """Return the languages on signs of each country, and of the parts that differ from it."""
    shares = {c.code: language_shares(c.code, c.groups, known) for c in countries}
    for part in ruled_parts():
        if part.split("-")[0] in shares and (regions is None or part in regions):
            shares[part] = part_shares(part, known)
    return shares


def _known(fact: Fact, regions: Container[str] | None) -> Fact:
    if regions is None:
        return fact
    where = {code: share for code, share in fact.where.items() if code in regions}
    return Fact(**{**fact.__dict__, "where": where})


def _variables(kb: Path) -> dict[str, Variable]:
    path = kb / "cues" / "text.yaml"
    try:
        entries = read_yaml(path)
        return {entry["id"]: Variable.model_validate(dict(entry)) for entry in entries}
    except (YamlError, ValueError, KeyError, TypeError) as error:
        raise CluesError(f"{path}: the cue registry cannot be read ({error}); mend it.") from None
