"""What the service takes, and how OpenAPI tells it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clues.cue import PRESENT, Cue
from clues.report.models import LocationReport

Prior = Literal["street-view", "population", "uniform-land"]
Name = Annotated[str, Field(min_length=1, max_length=120)]
MOST_PLACES = 20  # cues of a request that may be places


class Options(BaseModel):
    """How to locate; the same for photos (query) and cues (body)."""

    model_config = ConfigDict(extra="forbid")

    within: list[Name] = Field(default=[], max_length=50, description="Regions known to hold it")
    without: list[Name] = Field(default=[], max_length=200, description="Cues to leave out")
    prior: Prior = "street-view"
    top: int = Field(default=5, ge=1, le=50, description="Regions per level")
    against: Name | None = Field(default=None, description="Region to explain against")
    keep_plates: bool = Field(default=False, description="Leave the text of number plates in notes")


class PhotoOptions(Options):
    """Options of a photo, in the query."""

    cue: list[Name] = Field(default=[], max_length=200, description="VARIABLE=VALUE, seen by you")


class Seen(BaseModel):
    """A cue: a certain value, or a likelihood over values."""

    model_config = ConfigDict(extra="forbid")

    variable: Name
    value: Name | None = None
    likelihood: dict[Name, Annotated[float, Field(ge=0, allow_inf_nan=False)]] | None = Field(
        default=None, max_length=500
    )

    def as_cue(self) -> Cue:
        """Return it as the cue of a person."""
        if self.likelihood:
            return Cue(variable=self.variable, likelihood=self.likelihood)
        return Cue.certain(self.variable, self.value or PRESENT)


class CuesRequest(Options):
    """Cues without a photo."""

    cues: list[Seen] = Field(
        min_length=1, max_length=200, description=f"At most {MOST_PLACES} of them may be places"
    )


class Problem(BaseModel):
    """What went wrong, in one sentence."""

    error: str


EXAMPLE = {
    "cues": [
        {"variable": "traffic.driving-side", "value": "left"},
        {"variable": "text.script", "likelihood": {"thai": 1.0, "khmer": 0.2}},
    ],
    "within": ["asia"],
}
_STATUS = {
    400: "The photo, a cue or a region cannot be used",
    401: "The API key is missing or wrong",
    408: "The body took too long to arrive",
    413: "The body is too large",
    415: "The body is neither a photo nor JSON",
    422: "An option is malformed",
    503: "Starting, or all places in the queue are taken; Retry-After says when to come back",
    504: "It took too long",
}


def responses() -> dict[int | str, dict[str, Any]]:
    """Return the answers of /locate, for OpenAPI."""
    found: dict[int | str, dict[str, Any]] = {
        code: {"model": Problem, "description": text} for code, text in _STATUS.items()
    }
    found[200] = {"model": LocationReport, "description": "Where it was taken, and why"}
    wait = {"description": "Seconds to wait", "schema": {"type": "integer"}}
    found[503]["headers"] = {"Retry-After": wait}
    return found


def request_body() -> dict[str, Any]:
    """Return the bodies of /locate, for OpenAPI."""
    cues = CuesRequest.model_json_schema()
    cues["properties"]["cues"]["items"] = cues.pop("$defs")["Seen"]  # OpenAPI has no $defs here
    photo = {"schema": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {
            "required": True,
            "description": "A photo's bytes, or cues as JSON.",
            "content": {
                "image/jpeg": photo,
                "image/png": photo,
                "image/webp": photo,
                "application/json": {
                    "schema": cues,
                    "examples": {"cues": {"summary": "Thailand, by two cues", "value": EXAMPLE}},
                },
            },
        }
    }
