"""The knowledge base's tables: plate codes, area codes, postcodes, road numbers, words, brands.

Each table is YAML (brands: CSV), read by the bounded loader, validated once and cached for the
life of the process. A place in a table is a region code, a geo URI with a radius in metres
(RFC 5870), or ``elsewhere`` where the table says so.
"""

import csv
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from clues.errors import KnowledgeError
from clues.knowledge.load import validate
from clues.knowledge.model import Record
from clues.knowledge.problem import Problem, ProblemsError, raise_if_any
from clues.knowledge.yaml import YamlError, YamlMap, line_of, read_yaml
from clues.paths import KB_DIR

TABLES_DIR = KB_DIR / "tables"
MAX_CSV_BYTES = 4 * 1024 * 1024
MAX_CSV_ROWS = 60_000

_PLACE = (
    r"^([A-Z]{2}(-[A-Z0-9]{1,4})?|[a-z][a-z-]{3,30}|zone\.[a-z0-9][a-z0-9-]*|elsewhere"
    r"|geo:-?\d+(\.\d+)?,-?\d+(\.\d+)?;u=\d+(\.\d+)?)$"
)
Place = Annotated[str, StringConstraints(pattern=_PLACE, max_length=60)]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Weight = Annotated[float, Field(gt=0, le=1)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=20)]
Says = Annotated[str, StringConstraints(max_length=600)]

Model = TypeVar("Model", bound=BaseModel)


def _expands(pattern: str) -> str:
    from clues.text.patterns import expand  # which belongs to a package that reads these tables

    try:
        expand(pattern)
    except KnowledgeError as error:
        raise ValueError(str(error)) from None
    return pattern


def _compiles(pattern: str) -> str:
    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):  # "[a--b]" and such
            re.compile(pattern)
    except (re.error, FutureWarning) as error:
        raise ValueError(f"is no regular expression ({error})") from None
    return pattern


Pattern = Annotated[Text, AfterValidator(_expands)]
Regex = Annotated[Text, AfterValidator(_compiles)]


class TableSource(Record):
    """Where a table can be checked; ``checked`` is the day on which somebody compared it."""

    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=500)] = ""
    title: str = ""
    checked: date | None = None


class PlateFormat(Record):
    """One layout: a pattern of `clues.text.patterns` over Latin letters, with its share.

    ``region`` ties a layout to one region; ``weight`` is the share among the country's plates.
    ``written`` is a regular expression over the text as it stands, with spaces and hyphens: it is
    for layouts that other countries share but for these.
    """

    pattern: Pattern
    weight: Weight
    name: str = ""
    region: Place | None = None
    written: Regex | None = None


class CodeRegion(Record):
    """The codes of one region."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=2_000)]
    name: str = ""


class PlateTable(Record):
    """The plates of one country. ``codes`` holds named sets: set > region > codes."""

    country: Country
    formats: Annotated[list[PlateFormat], Field(min_length=1, max_length=200)]
    codes: dict[str, dict[Place, CodeRegion]] = Field(default_factory=dict)
    rule: Literal["last-two-digits"] | None = None
    places: dict[Code, str] = Field(default_factory=dict)
    says: Says = ""
    sources: list[TableSource] = Field(default_factory=list)


class PhoneTable(Record):
    """Area codes of one country, without the trunk prefix: region > leading digits."""

    country: Country
    areas: dict[Place, Annotated[list[Annotated[str, StringConstraints(pattern=r"^\d{1,7}$")]],
                                 Field(min_length=1)]]  # fmt: skip
    says: Says = ""
    sources: list[TableSource] = Field(default_factory=list)


class PostcodeTable(Record):
    """Postcodes of one country: patterns as for plates, and region > prefixes.

    A prefix is digits or letters; ``10-14`` means all prefixes of that length in between.
    ``share`` is the part of addresses on signs that show a postcode in this form.
    """

    patterns: Annotated[list[Pattern], Field(min_length=1, max_length=20)]
    regions: dict[Place, list[Code]] = Field(default_factory=dict)
    says: Says = ""
    sources: list[TableSource] = Field(default_factory=list)


class RoadNumbers(Record):
    """One way to number roads: a regular expression over the number as read, upper case.

    ``where`` gives the relative likelihood of places. An entry ``within`` a country shares out what
    other entries give to the country: ``where`` names the parts that number so.
    """

    pattern: Regex
    where: dict[Place, Weight]
    within: Country | None = None
    says: Says = ""


class WordEntry(Record):
    """Words that tell the place, with relative likelihoods. ``elsewhere`` may be among the places.

    ``whole`` entries match only exactly; ``part`` ones also as the end of a compound
    (Hauptstraße); ``inside`` ones anywhere in a string (scripts without spaces).
    """

    words: Annotated[list[Annotated[str, StringConstraints(min_length=1, max_length=60)]],
                     Field(min_length=1, max_length=300)]  # fmt: skip
    where: dict[Place, Weight]
    language: str = ""
    says: Says = ""
    part: bool = False
    whole: bool = False
    inside: bool = False


@dataclass(frozen=True, slots=True)
class BrandRow:
    """One brand: its normalised name and the places where it has branches.

    ``weights`` says where it has many times the branches of an average brand of the country.
    """

    name: str
    kind: str
    places: tuple[Place, ...]
    weights: Mapping[Place, float] = field(default_factory=dict)


class Alias(Record):
    """What stands for a code that the region graph does not draw."""

    to: Annotated[list[Place], Field(min_length=1, max_length=200)]
    says: Says = ""


def _read_map(path: Path) -> YamlMap:
    label = _label(path)
    problems: list[Problem] = []
    try:
        data = read_yaml(path, label)
    except YamlError as error:
        raise_if_any([error.problem])
        raise
    if not isinstance(data, YamlMap):
        problems.append(Problem(label, 1, "is not a mapping", "start with 'key: value'"))
    raise_if_any(problems)
    assert isinstance(data, YamlMap)
    return data


def _label(path: Path) -> str:
    inside = path.is_relative_to(TABLES_DIR)
    return f"kb/tables/{path.relative_to(TABLES_DIR).as_posix()}" if inside else str(path)


def _record(item: Any, model: type[Model], path: Path, line: int) -> Model:
    problems: list[Problem] = []
    label = _label(path)
    record = validate(item, model, label, line, problems)
    raise_if_any(problems)
    assert record is not None
    return record


def _entries(path: Path, model: type[Model]) -> dict[str, Model]:
    data = _read_map(path)
    return {key: _record(item, model, path, data.key_lines[key]) for key, item in data.items()}


@cache
def aliases(folder: Path = TABLES_DIR) -> dict[str, tuple[str, ...]]:
    """Return what stands for region codes that are not drawn: code > codes."""
    path = folder / "region-aliases.yaml"
    if not path.exists():
        return {}
    return {code: tuple(alias.to) for code, alias in _entries(path, Alias).items()}


def drawn(code: str) -> tuple[str, ...]:
    """Return the codes of the region graph that a code in a table stands for."""
    return aliases().get(code, (code,))


@cache
def plate_tables(folder: Path = TABLES_DIR) -> dict[str, PlateTable]:
    """Return the plate tables by country.

    Raises
    ------
    KnowledgeError
        With file and line of what cannot be read.
    """
    tables: dict[str, PlateTable] = {}
    for path in sorted((folder / "plates").glob("[a-z][a-z].yaml")):
        table = _record(_read_map(path), PlateTable, path, 1)
        tables[table.country] = table
    plain = folder / "plates" / "_plain.yaml"
    if plain.exists():
        data = _read_map(plain)
        for country, item in data.items():
            line = data.key_lines[country]
            item = _with(item, country=country) if isinstance(item, YamlMap) else item
            tables[country] = _record(item, PlateTable, plain, line)
    return tables


def _with(item: YamlMap, **extra: Any) -> YamlMap:
    """Return a copy of a mapping with more fields, keeping its lines."""
    copy = YamlMap(item.line)
    copy.update({**item, **extra})
    copy.key_lines.update({**item.key_lines, **dict.fromkeys(extra, item.line)})
    return copy


@cache
def phone_tables(folder: Path = TABLES_DIR) -> dict[str, PhoneTable]:
    """Return the area-code tables by country."""
    paths = sorted((folder / "phones").glob("[a-z][a-z].yaml"))
    tables = [_record(_read_map(path), PhoneTable, path, 1) for path in paths]
    return {table.country: table for table in tables}


@cache
def postcode_tables(folder: Path = TABLES_DIR) -> dict[str, PostcodeTable]:
    """Return the postcode tables by country."""
    return _entries(folder / "postcodes.yaml", PostcodeTable)


@cache
def road_numbers(folder: Path = TABLES_DIR) -> dict[str, RoadNumbers]:
    """Return the ways of numbering roads by name; each pattern compiles and is bounded."""
    return _entries(folder / "road-numbers.yaml", RoadNumbers)


@cache
def word_entries(folder: Path = TABLES_DIR) -> dict[str, WordEntry]:
    """Return street, shop and road-sign words by entry name."""
    return _entries(folder / "street-words.yaml", WordEntry)


@cache
def brand_rows(folder: Path = TABLES_DIR) -> tuple[BrandRow, ...]:
    """Return the brands of few countries: ``brands.csv`` as distilled, ``more.csv`` by hand."""
    rows = {row.name: row for row in _csv_rows(folder / "brands" / "brands.csv")}
    rows.update((row.name, row) for row in _csv_rows(folder / "brands" / "more.csv"))
    return tuple(rows.values())


@cache
def brand_stop_words(folder: Path = TABLES_DIR) -> frozenset[str]:
    """Return names that are brands but also ordinary words, normalised."""
    path = folder / "brands" / "stop-words.yaml"
    words = _lists(path, dict[str, list[str]], "words", "[a, b]")
    return frozenset(word for group in words.values() for word in group)


@cache
def plate_groups(folder: Path = TABLES_DIR) -> dict[str, tuple[str, ...]]:
    """Return how each country groups the letters (A) and digits (0) of its plates."""
    path = folder / "plates" / "_written.yaml"
    if not path.exists():
        return {}
    groups = _lists(path, dict[Country, list[Regex]], "regular expressions", "['A 0']")
    return {country: tuple(patterns) for country, patterns in groups.items()}


def _lists(path: Path, kind: Any, of_what: str, example: str) -> dict[str, list[str]]:
    """Return the lists of a file by their keys, checked to be of a kind."""
    data = _read_map(path)
    try:
        return dict(TypeAdapter(kind).validate_python(dict(data)))
    except ValidationError as error:
        where = str(error.errors(include_url=False)[0]["loc"][0])
        what = f"`{where:.80}` is no list of {of_what}"
        raise_if_any([Problem(_label(path), line_of(data, [where]), what, f"write {example}")])
        raise


_READERS = (
    aliases, plate_tables, plate_groups, phone_tables, postcode_tables, road_numbers,
    word_entries, brand_rows, brand_stop_words,
)  # fmt: skip


def table_problems(folder: Path = TABLES_DIR) -> list[Problem]:
    """Return why tables cannot be read: the first problem of each kind of table."""
    problems: list[Problem] = []
    for read in _READERS:
        try:
            read(folder)
        except ProblemsError as error:
            problems += error.problems
        except OSError as error:
            problems.append(Problem(str(error.filename), 1, f"cannot be read ({error.strerror})"))
    return problems


def _csv_rows(path: Path) -> Iterator[BrandRow]:
    if path.stat().st_size > MAX_CSV_BYTES:
        raise_if_any([Problem(str(path), 1, "is over 4 MB", "distil fewer brands")])
    with path.open(encoding="utf-8", newline="") as stream:
        for number, row in enumerate(csv.reader(stream), start=1):
            if number == 1 or not row:
                continue
            if number > MAX_CSV_ROWS or len(row) != 3:
                raise_if_any([Problem(str(path), number, "is no row 'name,kind,places'")])
            weighed = dict(_weighed(place) for place in row[2].split())
            if not 0 < len(row[0]) <= 60 or not weighed or not all(map(is_place, weighed)):
                raise_if_any([Problem(str(path), number, "names no known form of place")])
            weights = {place: weight for place, weight in weighed.items() if weight != 1}
            yield BrandRow(row[0], row[1], tuple(weighed), weights)


def _weighed(text: str) -> tuple[str, float]:
    """Return a place and its weight: ``JP*50`` is 50, a place alone 1; others are no place."""
    place, star, weight = text.partition("*")
    if not star:
        return place, 1.0
    return (place, float(weight)) if re.fullmatch(r"[1-9]\d{0,2}", weight) else (text, 1.0)


is_place = cache(lambda text: re.fullmatch(_PLACE, text) is not None)
