"""Golden scenes: small sets of cues, and what must (or must not) rank first."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from clues.cue import PRESENT, Cue
from clues.knowledge.load import read_records
from clues.knowledge.model import Record
from clues.knowledge.problem import Problem

Entry = TypeVar("Entry", bound=Record)


class SceneCue(Record):
    """A certain cue of a scene."""

    variable: str = Field(min_length=1, max_length=120)
    value: str = Field(default=PRESENT, min_length=1, max_length=200)


class Expectation(Record):
    """What must hold; every field that is given is checked.

    Attributes
    ----------
    first
        The region (country, subdivision or continent) that must rank first at its level.
    top3, top5
        Regions that must be among the first three or five of their level.
    not_first
        Regions that must not rank first at their level.
    below
        Upper bounds on probabilities, by region.
    above
        Lower bounds on probabilities, by region.
    """

    first: str | None = None
    top3: list[str] = Field(default=[])
    top5: list[str] = Field(default=[])
    not_first: Annotated[list[str], BeforeValidator(lambda v: [v] if isinstance(v, str) else v)] = (
        Field(default=[])
    )
    below: dict[str, float] = Field(default={})
    above: dict[str, float] = Field(default={})

    @model_validator(mode="after")
    def _expects_something(self) -> "Expectation":
        if not self.model_fields_set:
            raise ValueError(
                "a scene expects something: first, top3, top5, not_first, below, above"
            )
        return self


def cue_list(cues: Any) -> Any:
    """Accept a mapping from variable to value as well as a list."""
    if isinstance(cues, dict):
        return [{"variable": key, "value": str(value)} for key, value in cues.items()]
    return cues


class Scene(Record):
    """A golden scene."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    says: str = Field(min_length=3)
    cues: Annotated[list[SceneCue], BeforeValidator(cue_list)] = Field(min_length=1)
    expect: Expectation
    prior: str = "street-view"
    within: str | None = None
    file: str = Field(default="", exclude=True)
    line: int = Field(default=0, exclude=True)

    def as_cues(self) -> list[Cue]:
        """Return the scene's cues as a person's certain cues."""
        return [Cue.certain(cue.variable, cue.value) for cue in self.cues]


def load_scenes(folder: Path) -> tuple[list[Scene], list[Problem]]:
    """Load all scenes below a folder; problems come back as values, with file and line."""
    scenes, problems = read_entries(folder, Scene)
    seen: dict[str, str] = {}
    for scene in scenes:
        if scene.id in seen:
            what = f"the scene {scene.id} is in {seen[scene.id]} too"
            problems.append(Problem(scene.file, scene.line, what, "choose another id"))
        seen[scene.id] = scene.file
    return scenes, problems


def read_entries(folder: Path, model: type[Entry]) -> tuple[list[Entry], list[Problem]]:
    """Read the lists in all YAML files below a folder as entries that know file and line."""
    problems: list[Problem] = []
    entries = [
        entry.model_copy(update={"file": label, "line": line})
        for entry, label, line in read_records(folder.parent, folder.name, model, problems)
    ]
    return entries, problems
