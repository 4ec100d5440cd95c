"""What validators see and return, and the register of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from clues.knowledge.base import KnowledgeBase
from clues.knowledge.model import Clue
from clues.knowledge.problem import Problem
from clues.regions import RegionGraph


class Severity(StrEnum):
    """An error must be mended; a warning deserves a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """A problem found by a named validator."""

    problem: Problem
    validator: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        return f"{self.problem} [{self.validator}]"


@dataclass(frozen=True)
class Context:
    """What a validator may look at.

    Attributes
    ----------
    texts
        Source texts that wording is compared with, by name; none by default.
    """

    kb: KnowledgeBase
    world: RegionGraph
    today: date
    texts: dict[str, str] = field(default_factory=dict)


Validator = Callable[[Context], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Registered:
    """A validator with its name and the severity of what it finds."""

    name: str
    check: Validator
    severity: Severity


validators: dict[str, Registered] = {}


def validator(name: str, severity: Severity = Severity.ERROR) -> Callable[[Validator], Validator]:
    """Register a validator under a name."""

    def register(check: Validator) -> Validator:
        validators[name] = Registered(name, check, severity)
        return check

    return register


def at(clue: Clue, what: str, mend: str) -> Problem:
    """Return a problem at a clue."""
    return Problem(clue.file, clue.line, f"{clue.id}: {what}", mend)
