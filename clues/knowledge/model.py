"""The records of the knowledge base: variables, clues, sources, frequencies."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from clues.cue import ABSENT, PERSON, PRESENT, Cue

# The one table from words to numbers (kb/GUIDELINES.md explains it to authors).
FREQUENCY_WORDS: dict[str, float] = {
    "always": 0.98,
    "usual": 0.8,
    "common": 0.4,
    "occasional": 0.12,
    "rare": 0.02,
    "exceptional": 0.004,
    "never": 0.0005,
}
DEFAULT_ELSEWHERE = FREQUENCY_WORDS["rare"]

CueId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$")]
ClueId = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$"),
]
RegionCode = Annotated[
    str,
    StringConstraints(
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,4})?|zone\.[a-z0-9][a-z0-9-]*|[a-z][a-z-]+)$"
    ),
]
Says = Annotated[str, StringConstraints(min_length=3, max_length=600)]


class Record(BaseModel):
    """An entry of the knowledge base's files; knows no fields but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Seen(Record):
    """A measured frequency: the value was recorded in ``seen`` of ``of`` photos."""

    seen: int = Field(ge=0)
    of: int = Field(ge=1)

    @model_validator(mode="after")
    def _seen_is_a_part(self) -> "Seen":
        if self.seen > self.of:
            raise ValueError("`seen` cannot exceed `of`")
        return self

    @property
    def share(self) -> float:
        """The share under Jeffreys' prior, Beta(1/2, 1/2): never exactly 0 or 1."""
        return (self.seen + 0.5) / (self.of + 1)


def _known_word(value: object) -> object:
    if isinstance(value, str) and value not in FREQUENCY_WORDS:
        raise ValueError(
            f"'{value[:40]}' is no frequency; use {', '.join(FREQUENCY_WORDS)}, a number "
            "between 0 and 1, or {seen: 12, of: 310}"
        )
    if isinstance(value, bool):
        raise ValueError("a frequency is a word, a number between 0 and 1, or {seen, of}")
    return value


Frequency = Annotated[
    str | Annotated[float, Field(gt=0, lt=1)] | Seen, BeforeValidator(_known_word)
]


def share(frequency: str | float | Seen) -> float:
    """Return the share of photos, in (0, 1), that a frequency stands for."""
    if isinstance(frequency, str):
        return FREQUENCY_WORDS[frequency]
    return frequency.share if isinstance(frequency, Seen) else frequency


class Kind(StrEnum):
    """How the values of a variable relate to each other."""

    BINARY = "binary"  # present or absent
    CATEGORICAL = "categorical"  # exclusive values; probabilities sum to 1 in each region
    REGION = "region"  # the values are places; needs no clues


def _value_labels(values: object) -> object:
    """Accept a plain list of values as well as a mapping from value to label."""
    if isinstance(values, list):
        return {str(value): str(value) for value in values}
    if isinstance(values, dict):
        return {str(key): str(label) for key, label in values.items()}
    return values


class Variable(Record):
    """A cue variable: something that a detector or a person can observe.

    ``judged`` is the share of photos in which a person can judge it at all: few show a stop sign
    whose word could be read. It weighs what to look for next, never the evidence.
    """

    id: CueId
    says: Says
    kind: Kind = Kind.BINARY
    values: Annotated[dict[str, str], BeforeValidator(_value_labels)] = {}
    question: str = ""
    judged: float = Field(default=1.0, gt=0, le=1)
    prompts: list[str] = []
    tags: dict[str, str] = {}

    @model_validator(mode="after")
    def _values_fit_kind(self) -> "Variable":
        if self.kind is Kind.CATEGORICAL and len(self.values) < 2:
            raise ValueError("a categorical variable lists at least two values")
        if self.kind is not Kind.CATEGORICAL and self.values:
            raise ValueError(f"a {self.kind} variable lists no values")
        unknown = set(self.tags) - set(self.value_ids)
        if unknown:
            raise ValueError(f"`tags` names unknown values: {', '.join(sorted(unknown))}")
        return self

    @property
    def family(self) -> str:
        """The part of the id before the dot."""
        return self.id.split(".", 1)[0]

    @property
    def value_ids(self) -> tuple[str, ...]:
        """The possible values, in order; none for a region variable."""
        if self.kind is Kind.BINARY:
            return (PRESENT, ABSENT)
        return tuple(self.values)

    def label(self, value: str) -> str:
        """Return a value as people read it."""
        return self.values.get(value, value)


class Source(Record):
    """Where a statement can be checked; ``checked`` is the day somebody did.

    A source without ``checked`` was named from memory: the page was not opened.
    """

    url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=500)] = ""
    title: str = ""
    checked: date | None = None

    @model_validator(mode="after")
    def _names_something(self) -> "Source":
        if not (self.url or self.title):
            raise ValueError("a source needs a `url` or a `title`")
        return self


class Clue(Record):
    """One statement: how often a value of a cue is recorded in each region.

    ``where`` maps regions to frequencies; the most specific region wins. ``elsewhere`` holds
    where no region says otherwise; left out, it is `rare`, or less for a variable of many values or
    a thing that is rarer in most of five or more regions named.
    """

    id: ClueId
    cue: CueId
    value: str = PRESENT
    says: Says
    where: dict[RegionCode, Frequency] = Field(min_length=1)
    elsewhere: Frequency | None = None
    sources: list[Source] = Field(min_length=1)
    counterexamples: str = ""
    status: Literal["authored", "measured", "experimental"] = "authored"
    since: date
    file: str = Field(default="", exclude=True)
    line: int = Field(default=0, exclude=True)

    @field_validator("value", mode="before")
    @classmethod
    def _value_is_text(cls, value: object) -> object:
        return (
            str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        )

    @model_validator(mode="after")
    def _id_names_the_cue(self) -> "Clue":
        if not self.id.startswith(self.cue + "."):
            raise ValueError(f"the id must start with the cue: '{self.cue}.<slug>'")
        return self

    @property
    def family(self) -> str:
        """The cue family."""
        return self.cue.split(".", 1)[0]


class FamilySettings(Record):
    """How far fusion trusts one cue family.

    Attributes
    ----------
    weight
        Multiplies the family's log-likelihood.
    redundancy
        0: cues of the family count as independent; 1: only the strongest one counts.
    background
        The rate at which a cue of the family says nothing about the place.
    """

    weight: float = Field(default=1.0, ge=0, le=3)
    redundancy: float = Field(default=0.5, ge=0, le=1)
    background: float = Field(default=0.05, ge=0, le=0.9)

    def coefficient(self, number: float) -> float:
        """Return the factor on each of a number of cues, which share the family's weight."""
        return float(self.weight * number**-self.redundancy)


class FusionSettings(Record):
    """Settings of all families (kb/fusion.yaml), with how they were found.

    Attributes
    ----------
    designed, families
        How far to trust what detectors report, by family, or by variable where one errs otherwise
        than its family: as judged, and as fitted to labelled photos (`clues fit`), which goes
        before; ``default`` for the others.
    person
        How far to trust what a person reports, of any family: nobody mistakes a palm as often as
        a network does.
    countries
        Factors on countries' shares of the default prior, as fitted to labelled photos, for where
        the look of a photo was judged: they make up for countries that it is taken for too often.
    provenance
        How the settings were found.
    """

    default: FamilySettings = FamilySettings()
    designed: dict[str, FamilySettings] = {}
    families: dict[str, FamilySettings] = {}
    person: FamilySettings = FamilySettings(weight=1.0, redundancy=0.3, background=0.03)
    countries: dict[str, Annotated[float, Field(gt=0.001, lt=1000)]] = {}
    provenance: str = ""

    def group(self, cue: Cue) -> str:
        """Return a cue's variable if that has settings of its own, else its family."""
        own = cue.variable in self.designed or cue.variable in self.families
        return cue.variable if own else cue.family

    def of(self, group: str) -> FamilySettings:
        """Return the settings for what detectors report of a family, or of such a variable."""
        return self.families.get(group) or self.designed.get(group, self.default)

    def as_designed(self) -> "FusionSettings":
        """Return the settings before any fit."""
        return self.model_copy(update={"families": {}, "countries": {}, "provenance": "Designed."})

    def of_cue(self, cue: Cue) -> FamilySettings:
        """Return the settings for a cue."""
        return self.person if cue.detector == PERSON else self.of(self.group(cue))


def slug(text: str) -> str:
    """Return text as the lower-case, hyphened form that ids use."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
