"""The records that every report is made of, and the JSON of `clues locate --format json`.

Plain data without numpy, so that they serialise as they are. Renderers format these and nothing
else. Numbers that would be infinite, such as the odds of a region that was excluded beforehand,
are null. A photo's metadata (EXIF, GPS) has no place in them.
"""

import math
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

SCHEMA_VERSION = 1


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value


Bits = Annotated[float | None, BeforeValidator(_finite)]
Probability = Annotated[float, Field(ge=0, le=1.000001, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RegionEntry(_Record):
    """A region with its probability."""

    code: str = Field(description="Continent name, ISO 3166-1 alpha-2 or ISO 3166-2 code")
    name: str
    level: str = Field(description="world, continent, country, subdivision or zone")
    probability: Probability


class TopRegions(_Record):
    """The likeliest regions of each level, best first."""

    continent: tuple[RegionEntry, ...]
    country: tuple[RegionEntry, ...]
    subdivision: tuple[RegionEntry, ...]


class AreaEntry(_Record):
    """The smallest area that holds a share of the probability."""

    share: Probability
    km2: Finite


class PhotoEntry(_Record):
    """The upright photo; its metadata was dropped when it was opened."""

    width: int
    height: int
    sha256: str = Field(description="Of the decoded pixels")


class CueEntry(_Record):
    """What was seen: virtual evidence on one cue variable."""

    variable: str
    says: str = Field(description="The variable, for people")
    value: str = Field(description="The best supported value")
    label: str = Field(description="The value, for people")
    likelihood: dict[str, Finite] = Field(
        description="Value to P(seen | value) up to a factor; the 20 highest"
    )
    values: int = Field(description="How many values had a likelihood")
    box: tuple[Finite, Finite, Finite, Finite] | None = Field(
        description="Left, top, right, bottom in pixels of the upright photo"
    )
    detector: str = Field(description="The detector, or person")
    note: str = Field(description="What was seen, for people")
    counted: bool = Field(description="False if a stronger sighting of the same value counted")


class ClueEntry(_Record):
    """The knowledge-base statement behind a contribution."""

    id: str
    says: str
    share: Probability = Field(
        description="Share of photos from the region in which it says the value is recorded"
    )
    status: str
    file: str
    line: int
    source: str = Field(description="The source's address, or its title where it has none")


class ContributionEntry(_Record):
    """What one cue adds to the log-odds of region `a` against `b`."""

    cue: int = Field(description="Index into `cues`")
    bits: Bits = Field(description="Above 0 it speaks for `a`, below 0 for `b`")
    clue: ClueEntry | None = Field(description="What the knowledge base says about `a`")
    clue_against: ClueEntry | None = Field(description="What the knowledge base says about `b`")


class ExplanationEntry(_Record):
    """Why `a` and not `b`: prior and contributions sum to the log-odds."""

    a: str
    a_name: str
    b: str | None = Field(description="Null stands for anywhere else")
    b_name: str
    log_odds_bits: Bits
    prior_bits: Bits
    contributions: tuple[ContributionEntry, ...]


class WithoutEntry(_Record):
    """What would change if one cue were left out."""

    cue: int = Field(description="Index into `cues`")
    bits: Bits = Field(description="What the cue adds to the first country's log-odds")
    first: str = Field(description="The country that would rank first")
    first_name: str


class QuestionEntry(_Record):
    """What to look for next."""

    variable: str
    question: str
    bits: Finite = Field(description="Expected drop of the entropy, if answered")
    expected: dict[str, Probability] = Field(description="Label of a value to its probability")


class FailureEntry(_Record):
    """A detector that could not do its work."""

    detector: str
    message: str


class LocationReport(_Record):
    """Where a photo was taken, with everything that explains it."""

    model_config = ConfigDict(title="Clues: location of a photo")

    schema_version: int = SCHEMA_VERSION
    clues_version: str
    kb_version: str
    file: str
    photo: PhotoEntry | None
    lat: Finite = Field(ge=-90, le=90)
    lon: Finite = Field(ge=-180, le=180)
    expected_score: Finite = Field(description="Mean GeoGuessr points of lat, lon; 5000 at most")
    country: str = Field(description="The likeliest country, ISO 3166-1 alpha-2")
    region: str = Field(description="The likeliest subdivision of that country, ISO 3166-2")
    answer: RegionEntry | None = Field(
        description="The finest region that is likelier than not; null: not enough evidence"
    )
    sentence: str = Field(description="The answer for people")
    prior: str
    top: TopRegions
    credible_areas: tuple[AreaEntry, ...]
    entropy_bits: Finite = Field(description="Over the leaves: H3 cells of about 1,770 km2")
    told_bits: Finite = Field(description="Information gain: how far the cues moved the prior")
    conflict_bits: Finite = Field(description="Above 0 the cues contradict each other")
    misfit: str | None = Field(
        description="Where they contradict each other much: the cue that fits the others least"
    )
    cues: tuple[CueEntry, ...]
    against_rest: ExplanationEntry = Field(description="The first country against anywhere else")
    against_runner_up: ExplanationEntry | None = Field(
        description="The first country against the second, or against the one asked for"
    )
    leave_one_out: tuple[WithoutEntry, ...]
    questions: tuple[QuestionEntry, ...]
    failures: tuple[FailureEntry, ...]
    seconds: dict[str, Finite] = Field(description="Wall time by detector")
