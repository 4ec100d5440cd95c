"""The facts themselves: one function for each file that is written."""

from collections.abc import Iterable
from datetime import date

from babel.numbers import get_territory_currencies

from clues.knowledge.distil.country_coder import Country
from clues.knowledge.distil.rules import rules
from clues.knowledge.distil.signage import (
    Shares,
    abroad_shares,
    letter_shares,
    letters_abroad,
    script_shares,
)
from clues.knowledge.distil.write import Fact
from clues.knowledge.model import FREQUENCY_WORDS, Variable

_ALWAYS, _NEVER = FREQUENCY_WORDS["always"], FREQUENCY_WORDS["never"]
_OWN_CODE = 0.9  # of the calling codes on signs, the country's own
_COUNTRY_CODER = (("url", "https://www.npmjs.com/package/@rapideditor/country-coder"),)
_CLDR = (
    (
        "url",
        "https://github.com/unicode-org/cldr/blob/main/common/supplemental/supplementalData.xml",
    ),
    ("title", "Editorial rules on signs: clues/knowledge/distil/rules"),
)


def driving_side(countries: Iterable[Country]) -> list[Fact]:
    """Return on which side traffic keeps."""
    left = [c.code for c in countries if c.drives_left]
    return _two_sided(
        "traffic.driving-side",
        ("left", "Traffic keeps left in these countries."),
        ("right", "Traffic keeps right everywhere but in these countries."),
        left,
    )


def speed_unit(countries: Iterable[Country]) -> list[Fact]:
    """Return in which unit speed limits are."""
    miles = [c.code for c in countries if c.miles_per_hour]
    return _two_sided(
        "traffic.speed-unit",
        ("mph", "Speed limits are in miles per hour in these countries."),
        ("kmh", "Speed limits are in kilometres per hour everywhere but in these countries."),
        miles,
    )


def _two_sided(
    cue: str, some: tuple[str, str], others: tuple[str, str], codes: list[str]
) -> list[Fact]:
    return [
        Fact(cue, *some, dict.fromkeys(codes, _ALWAYS), _NEVER, sources=_COUNTRY_CODER),
        Fact(cue, *others, dict.fromkeys(codes, _NEVER), _ALWAYS, sources=_COUNTRY_CODER),
    ]


def calling_codes(countries: Iterable[Country], variable: Variable) -> list[Fact]:
    """Return how often each calling code is read in each country."""
    owners: dict[str, dict[str, float]] = {}
    for country in countries:
        codes = list(country.calling_codes)
        if any(len(code) == 4 and code[0] == "1" for code in codes):
            codes.append("1")  # read as +1 876 or as +1 with an area code alike
        for code in codes:
            owners.setdefault(code, {})[country.code] = _OWN_CODE / len(codes)
    return [
        Fact(
            variable.id, code, f"Telephone numbers with +{code} are of {variable.label(code)}.",
            owners[code], _NEVER, sources=_COUNTRY_CODER,
            counterexamples="Adverts and trucks carry numbers of neighbouring countries, too.",
        )
        for code in variable.value_ids if code in owners
    ]  # fmt: skip


def domains(countries: Iterable[Country], variable: Variable) -> list[Fact]:
    """Return how often each ending of internet addresses is read in each country."""
    rule = rules("domains")
    where: dict[str, dict[str, float]] = {}
    for country in countries:
        if country.domain and country.code not in rule["unused"]:
            share = rule["own"]["countries"].get(country.code, rule["own"]["default"])
            where.setdefault(country.domain, {})[country.code] = share
    for ending, shares in rule["seen"].items():
        where.setdefault(ending, {}).update(shares)
    return [
        Fact(
            variable.id, ending, f"Addresses ending in .{ending} are of {variable.label(ending)}.",
            where[ending], rule["global"].get(ending, rule["default-abroad"]),
            sources=_COUNTRY_CODER,
        )
        for ending in variable.value_ids if ending in where
    ]  # fmt: skip


def currencies(countries: Iterable[Country], variable: Variable, day: date) -> list[Fact]:
    """Return how often prices are in each currency, by country."""
    rule = rules("currencies")
    where: dict[str, dict[str, float]] = {}
    for country in countries:
        tender = get_territory_currencies(country.code, day, day, tender=True)
        foreign = sum(shares.get(country.code, 0.0) for shares in rule["seen"].values())
        own = max(rule["default-own"] - foreign, 0.05) / max(len(tender), 1)
        for money in tender:
            where.setdefault(money, {})[country.code] = own
    for money, shares in rule["seen"].items():
        where.setdefault(money, {}).update(shares)
    return [
        Fact(
            variable.id, money, f"Prices in {variable.label(money)} ({money}).", where[money],
            rule["elsewhere"].get(money, _NEVER), sources=_CLDR,
        )
        for money in variable.value_ids if money in where
    ]  # fmt: skip


def languages(shares: dict[str, Shares], variable: Variable) -> list[Fact]:
    """Return how often each language is met on signs, by country and part of a country."""
    facts = []
    abroad = abroad_shares(variable.value_ids)
    for language in variable.value_ids:
        where = _column(shares, language)
        name = variable.label(language)
        facts.append(
            Fact(variable.id, language, f"{name} on signs and shops, by country.", where,
                 abroad[language],
                 sources=_CLDR)
        )  # fmt: skip
    return facts


def scripts(shares: dict[str, Shares], variable: Variable) -> list[Fact]:
    """Return how often each script is met on signs, by country and part of a country."""
    by_place = {code: script_shares(code, of_place) for code, of_place in shares.items()}
    counter = "Brands and web addresses are in Latin script in all countries."
    return [
        Fact(variable.id, script, f"{variable.label(script)} script on signs, by country.",
             _column(by_place, script), 0.9 if script == "latin" else _NEVER, sources=_CLDR,
             counterexamples="" if script == "latin" else counter)
        for script in variable.value_ids
    ]  # fmt: skip


def letters(shares: dict[str, Shares], variable: Variable, known: Iterable[str]) -> list[Fact]:
    """Return how often each peculiar letter is met on signs, by country.

    ``known`` are the languages that the knowledge base has.
    """
    abroad = letters_abroad(known)
    by_place = {code: letter_shares(of_place) for code, of_place in shares.items()}
    facts = []
    for letter in variable.value_ids:
        where = _column(by_place, letter)
        says = (
            "Only plain letters, by country." if letter == "none"
            else f"The letter {letter} on signs, by country, from the languages that write it."
        )  # fmt: skip
        facts.append(
            Fact(variable.id, letter, says, where,
                 0.9 if letter == "none" else abroad.get(letter, 0.0),
                 slug="none" if letter == "none" else _letter_slug(letter), sources=_CLDR)
        )  # fmt: skip
    return facts


def _letter_slug(letter: str) -> str:
    return "letter-" + "-".join(f"{ord(char):04x}" for char in letter)


def _column(by_place: dict[str, Shares], value: str) -> Shares:
    """Return one value's shares by place; a part is named wherever its country is."""
    return {
        code: shares.get(value, _NEVER)
        for code, shares in by_place.items()
        if max(shares.get(value, 0.0), by_place[code.split("-")[0]].get(value, 0.0)) > _NEVER
    }
