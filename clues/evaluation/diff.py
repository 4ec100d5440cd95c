"""How a change of the knowledge base changes the golden scenes' posteriors."""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clues.errors import CluesError
from clues.evaluation.golden import SceneResult, run_scenes
from clues.inference import Engine, Tables
from clues.knowledge import KnowledgeBase, load_kb
from clues.knowledge.scenes import Scene
from clues.regions import RegionGraph

_WORTH_SHOWING = 0.005  # change of a probability


@dataclass(frozen=True, slots=True)
class SceneChange:
    """A scene before and after."""

    before: SceneResult
    after: SceneResult

    @property
    def moved(self) -> float:
        """Largest change of a leading country's probability."""
        old, new = dict(self.before.ranking), dict(self.after.ranking)
        return max((abs(old.get(c, 0) - new.get(c, 0)) for c in {*old, *new}), default=0.0)

    @property
    def verdict(self) -> str:
        """`mended`, `broken` or `moved`."""
        if self.before.passed != self.after.passed:
            return "mended" if self.after.passed else "broken"
        return "moved"


def scene_changes(
    old: KnowledgeBase, new: KnowledgeBase, world: RegionGraph, scenes: Sequence[Scene]
) -> list[SceneChange]:
    """Return the scenes that a change moves, breaks or mends; broken ones first."""
    before = run_scenes(Engine(Tables(old, world)), scenes)
    after = run_scenes(Engine(Tables(new, world)), scenes)
    changes = [SceneChange(a, b) for a, b in zip(before, after, strict=True)]
    worth = [c for c in changes if c.verdict != "moved" or c.moved >= _WORTH_SHOWING]
    order = ("broken", "mended", "moved")
    return sorted(worth, key=lambda c: (order.index(c.verdict), -c.moved))


@contextmanager
def kb_at(revision: str, folder: Path) -> Iterator[KnowledgeBase]:
    """Yield the knowledge base as it was at a git revision.

    Raises
    ------
    CluesError
        If the folder is not in a git checkout or there is no such revision.
    """
    if revision.startswith("-"):
        raise CluesError(f"'{revision:.40}' is no git revision.")
    command = ["git", "-C", str(folder), "archive", "--format=tar", revision, "."]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    except FileNotFoundError:
        raise CluesError("`clues kb diff` needs git.") from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise CluesError(
            f"{folder}: git knows no revision '{revision:.40}' of this folder."
        ) from None
    with tempfile.TemporaryDirectory(prefix="clues-kb-") as temporary:
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            archive.extractall(temporary, filter="data")
        yield load_kb(temporary, use_cache=False)


def as_rows(changes: Sequence[SceneChange]) -> list[tuple[str, str, str, str]]:
    """Return (verdict, scene, before, after) for each change, as text."""
    return [
        (
            change.verdict,
            change.after.scene.id,
            _ranking(change.before),
            _ranking(change.after)
            + (f" — {change.after.failures[0]}" if change.after.failures else ""),
        )
        for change in changes
    ]


def as_markdown(changes: Sequence[SceneChange], revision: str) -> str:
    """Return the changes as Markdown for a pull request."""
    if not changes:
        return f"No golden scene moves against `{revision}`.\n"
    lines = [
        f"**{len(changes)} golden scenes move against `{revision}`**",
        "",
        "| | scene | before | after |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in as_rows(changes)
    ]
    return "\n".join(lines) + "\n"


def _ranking(result: SceneResult) -> str:
    return ", ".join(f"{code} {p:.0%}" for code, p in result.ranking)
