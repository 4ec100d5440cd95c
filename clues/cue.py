"""A cue: what a detector, or a person, saw in a photo, as virtual evidence."""

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

PERSON = "person"
ELSEWHERE = "elsewhere"

PRESENT = "present"
ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned box in pixels of the upright photo, origin at the top left.

    Raises
    ------
    ValueError
        If a coordinate is not finite or the box has no area.
    """

    x0: float
    y0: float
    x1: float
    y1: float

    def __post_init__(self) -> None:
        known = math.isfinite
        if not (known(self.x0) and known(self.y0) and known(self.x1) and known(self.y1)):
            raise ValueError("a box needs finite coordinates")
        if self.x1 <= self.x0 or self.y1 <= self.y0:
            raise ValueError("a box needs x0 < x1 and y0 < y1")

    @property
    def xyxy_px(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (self.x0, self.y0, self.x1, self.y1)

    @property
    def width_px(self) -> float:
        """From left to right."""
        return self.x1 - self.x0

    @property
    def height_px(self) -> float:
        """From top to bottom."""
        return self.y1 - self.y0

    @property
    def area_px(self) -> float:
        """In square pixels."""
        return self.width_px * self.height_px

    def shared_px(self, other: "Box") -> float:
        """Return the area that two boxes have in common, in square pixels."""
        wide = min(self.x1, other.x1) - max(self.x0, other.x0)
        high = min(self.y1, other.y1) - max(self.y0, other.y0)
        return max(wide, 0.0) * max(high, 0.0)

    def overlap(self, other: "Box") -> float:
        """Return the intersection over union of two boxes, from 0 to 1 where they are the same."""
        shared = self.shared_px(other)
        return shared / (self.area_px + other.area_px - shared)


@dataclass(frozen=True, slots=True)
class Heat:
    """Where in a photo a detector looked, for showing only; fusion does not read it.

    Attributes
    ----------
    box
        The part of the photo that the grid covers.
    grid
        Weights from 0 to 1 on an even grid, row by row from the top, shape (rows, columns).

    Raises
    ------
    ValueError
        If the grid is empty, ragged, or a weight is out of range.
    """

    box: Box
    grid: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if not self.grid or not self.grid[0] or len({len(row) for row in self.grid}) != 1:
            raise ValueError("a heat map needs rows of equal length")
        if not all(0 <= weight <= 1 for row in self.grid for weight in row):
            raise ValueError("a heat map needs weights from 0 to 1")


class Cue(BaseModel):
    """One observation of one cue variable.

    ``likelihood[v]`` is proportional to P(what was seen | v is true): *virtual evidence*
    (Pearl 1988, section 2.2.2). Only ratios matter. A value that is not named has likelihood 0;
    fusion mixes in a background, so that no single cue can exclude a place. A person's tick is a
    cue with one certain value.

    For a variable of kind ``region`` the keys are places: region codes, geo URIs with a radius in
    metres (``geo:34.95,137.17;u=15000``, RFC 5870) and ``elsewhere`` for all other places.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    variable: str = Field(min_length=1, max_length=120)
    likelihood: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        min_length=1, max_length=20_000
    )
    box: Box | None = None
    heat: Heat | None = Field(default=None, exclude=True, repr=False)
    detector: str = Field(default=PERSON, max_length=120)
    note: str = Field(default="", max_length=2_000)

    @field_validator("likelihood")
    @classmethod
    def _some_value_is_possible(cls, likelihood: dict[str, float]) -> dict[str, float]:
        if not any(likelihood.values()):
            raise ValueError("at least one value needs a likelihood above 0")
        return likelihood

    @property
    def value(self) -> str:
        """The best supported value; ties go to the first in alphabetical order."""
        return min(self.likelihood, key=lambda v: (-self.likelihood[v], v))

    @property
    def family(self) -> str:
        """The cue family: the part of the variable's id before the first dot."""
        return self.variable.split(".", 1)[0]

    def tempered(self, strength: float) -> "Cue":
        """Return the cue with its likelihood raised to a power: 0 mutes it, 1 leaves it as it is.

        Values of likelihood 0 stay at 0 for any strength above 0.
        """
        if strength == 1:
            return self
        top = max(self.likelihood.values())
        values = {
            value: (p / top) ** strength if p > 0 or strength > 0 else 1.0
            for value, p in self.likelihood.items()
        }
        return self.model_copy(update={"likelihood": values})

    @classmethod
    def certain(cls, variable: str, value: str, note: str = "") -> "Cue":
        """Make the cue of a person who is sure of one value."""
        return cls(variable=variable, likelihood={value: 1.0}, note=note)

    @classmethod
    def from_text(cls, text: str) -> "Cue":
        """Make the certain cue that ``VARIABLE=VALUE`` names; a bare variable is `PRESENT`.

        Raises
        ------
        ValueError
            If it names no variable, or too long a one.
        """
        variable, _, value = text.partition("=")
        return cls.certain(variable.strip(), value.strip() or PRESENT)
