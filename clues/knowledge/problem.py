"""Problems found in knowledge-base files: always with file, line and the mend."""

from collections.abc import Iterable
from dataclasses import dataclass

from clues.errors import KnowledgeError


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem at one line (1-based) of one file."""

    file: str
    line: int
    what: str
    mend: str = ""

    def __str__(self) -> str:
        tail = f": {self.mend}" if self.mend else ""
        what = " ".join(self.what.split())  # values that it quotes may hold line breaks
        return f"{self.file}:{self.line}: {what}{tail}"


class ProblemsError(KnowledgeError):
    """Files hold problems, which it lists."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def raise_if_any(problems: Iterable[Problem]) -> None:
    """Raise one `KnowledgeError` that lists all problems, sorted; do nothing without any."""
    found = list(problems)
    if found:
        raise ProblemsError(found)
