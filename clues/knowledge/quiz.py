"""The quiz: single facts that players know, asked of the knowledge base one at a time.

Scenes test how cues work together; the quiz tests whether a fact is known at all.
"""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from clues.knowledge.model import Record
from clues.knowledge.problem import Problem
from clues.knowledge.scenes import SceneCue, cue_list, read_entries

_CODE = r"^[A-Z]{2} \S.*$"


class Question(Record):
    """One fact: what is seen, and the regions that it means.

    Exactly one of ``cues``, ``read``, ``plate``, ``plate_code``, ``area_code`` and ``contrast`` is
    given.

    Attributes
    ----------
    ask
        The question, as a player would put it.
    cues
        Cues that a person saw.
    read
        What stands on a sign or shop, as an engine would read it.
    plate
        The text of a number plate.
    plate_code, area_code
        A country and its regional plate code or telephone prefix: ``RU 186``, ``JP 0564``.
    contrast
        Two regions that are confused; ``by`` is what tells them apart.
    by
        A cue's value, ``signs.pedestrian-stripes=five``.
    expect
        The regions meant, all of one level; of ``contrast`` the one that has the value.
    others
        How many other regions may fit as well as the expected ones.
    within
        The region known beforehand: the answer is then one of its parts.
    """

    ask: str = Field(min_length=3)
    cues: Annotated[list[SceneCue], BeforeValidator(cue_list)] = Field(default=[])
    read: str = ""
    plate: str = ""
    plate_code: str = Field(default="", pattern=rf"^$|{_CODE}")
    area_code: str = Field(default="", pattern=rf"^$|{_CODE}")
    contrast: list[str] = Field(default=[], max_length=2)
    by: str = ""
    expect: Annotated[
        list[str], BeforeValidator(lambda v: [v] if isinstance(v, str) else v), Field(min_length=1)
    ]
    others: int = Field(default=0, ge=0)
    within: str | None = None
    file: str = Field(default="", exclude=True)
    line: int = Field(default=0, exclude=True)

    @model_validator(mode="after")
    def _asks_one_thing(self) -> "Question":
        asked = (
            self.cues, self.read, self.plate, self.plate_code, self.area_code, self.contrast
        )  # fmt: skip
        if sum(bool(way) for way in asked) != 1:
            raise ValueError("give one of cues, read, plate, plate_code, area_code and contrast")
        if bool(self.contrast) != bool(self.by) or (self.contrast and len(self.contrast) != 2):
            raise ValueError("`contrast` names two regions, and `by` what tells them apart")
        return self


def load_quiz(folder: Path) -> tuple[list[Question], list[Problem]]:
    """Load all questions below a folder; problems come back as values, with file and line."""
    return read_entries(folder, Question)
