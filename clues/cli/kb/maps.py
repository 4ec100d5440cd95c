"""Write pages of maps: how well the world is covered, and where clues hold."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import typer

from clues.files import write_text
from clues.knowledge.model import Clue, share
from clues.regions import RegionGraph
from clues.report.region_map import Figure, page, region_map


def coverage_maps(path: Path, table: Mapping[str, Counter[str]], world: RegionGraph) -> None:
    """Write a map of the number of clues by country, and one for each family.

    A country is shaded by its number as a share of the best covered country's.
    """
    families = sorted({family for row in table.values() for family in row})
    counts = {"all families": {code: row.total() for code, row in table.items()}}
    counts |= {one: {code: row[one] for code, row in table.items()} for one in families}
    figures = []
    for index, (name, numbers) in enumerate(counts.items()):
        best = max(numbers, key=lambda code: numbers[code])
        richest = world.regions[best].name
        caption = f"{name}: as many clues as a share of {richest}'s {numbers[best]}"
        shares = {code: number / max(numbers[best], 1) for code, number in numbers.items()}
        figures.append((region_map(shares, world, caption, f"m{index}"), caption))
    _write(path, "Clues by country and family", figures)


def clue_maps(path: Path, clues: Iterable[Clue], world: RegionGraph) -> None:
    """Write a map of each clue's regions, shaded by how often it is seen there."""
    figures = []
    for index, clue in enumerate(clues):
        shares = {world.resolve(code).code: share(often) for code, often in clue.where.items()}
        figures.append((region_map(shares, world, clue.says, f"m{index}"), clue.says))
    _write(path, "Where the clues hold", figures)


def _write(path: Path, title: str, figures: list[Figure]) -> None:
    write_text(path, page(title, figures))
    typer.echo(f"wrote {path}")
