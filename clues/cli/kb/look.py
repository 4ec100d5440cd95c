"""Look into the knowledge base: show, find, compare, stats."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from clues.cli.kb.options import MapFile, Top
from clues.errors import CluesError

if TYPE_CHECKING:
    from clues.knowledge.model import Clue
    from clues.knowledge.query import Fact
    from clues.regions import RegionGraph


def show(
    name: Annotated[str, typer.Argument(help="A region (code or name), a cue, or a clue's id.")],
    top: Top = 40,
) -> None:
    """Show what is known of a region, or what a cue or clue says."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import facts_of, who_has
    from clues.regions import load_regions

    kb, world = load_kb(), load_regions()
    if name in kb.by_id:
        from clues.knowledge.edit import as_text

        clue = kb.by_id[name]
        typer.echo(f"# {clue.file}:{clue.line}\n{as_text(clue)}", nl=False)
    elif name in kb.variables:
        variable = kb.variables[name]
        typer.echo(f"{variable.id}: {variable.says}\n{variable.question}".rstrip())
        for value in variable.value_ids:
            facts = who_has(kb, name, value)
            if facts and value != "absent":
                _print_facts(f"{variable.label(value)}", facts[:top], world)
    else:
        region = world.resolve(name)
        facts = facts_of(kb, world, region.code)
        chain = " < ".join(
            [region.name, *(world.regions[a].name for a in world.ancestors(region.code))]
        )
        typer.echo(
            f"{region.code}: {chain}; {region.area_km2:,.0f} km2, {region.population:,} people"
        )
        _print_facts("What tells it from elsewhere", facts[:top], world)


def find(
    words: Annotated[list[str], typer.Argument(help="CUE=VALUE for reverse look-up, or words.")],
    top: Top = 40,
) -> None:
    """Find the regions that have a value (`bollards.shape=round`), or cues and clues by words."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import search, statements, who_has
    from clues.regions import load_regions

    kb, world = load_kb(), load_regions()
    text = " ".join(words)
    variable, equals, value = text.partition("=")
    if equals or text in kb.variables:
        facts = who_has(kb, variable.strip(), value.strip() or "present")
        _print_facts(f"{text}: regions by frequency", facts[:top], world)
        return
    cues, clues = search(kb, text), statements(kb, world, text)
    if not cues and not clues:
        raise CluesError(f"no cue or clue mentions '{text:.60}'; try fewer or other words.")
    for one in cues[:top]:
        values = "" if not one.values else "  {" + ", ".join(list(one.values)[:8]) + "}"
        typer.echo(f"{one.id}  {one.says}{values}")
    table = Table("clue", "statement", "where", box=None)
    for clue in clues[:top]:
        table.add_row(clue.id, clue.says, _places(clue))
    Console().print(table)
    if len(clues) > top:
        typer.echo(f"and {len(clues) - top} more; --top shows more.")


def compare(
    a: Annotated[str, typer.Argument(help="A region.")],
    b: Annotated[str, typer.Argument(help="Another region.")],
    top: Top = 20,
) -> None:
    """Tell two regions apart: the cues that differ, most useful first."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import differences
    from clues.regions import load_regions

    kb, world = load_kb(), load_regions()
    one, other = world.resolve(a), world.resolve(b)
    table = Table("cue", one.name, other.name, "bits if seen", "statement", box=None)
    for row in differences(kb, world, one.code, other.code)[:top]:
        clue = row.a.clue if row.bits > 0 else row.b.clue
        clue = clue or row.a.clue or row.b.clue
        table.add_row(
            f"{row.a.variable.says}: {row.a.value}",
            f"{row.a.share:.1%}",
            f"{row.b.share:.1%}",
            f"{row.bits:+.1f}",
            clue.says if clue else "",
        )
    Console().print(table)


def stats(map_file: MapFile = None) -> None:
    """Count clues by family and country, and show where the knowledge base is thin."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import coverage, regions_below
    from clues.regions import load_regions

    kb, world = load_kb(), load_regions()
    table, finer = coverage(kb, world), regions_below(kb, world)
    families = kb.families()
    out = Table("country", *families, "all", "finer", box=None)
    for code, row in sorted(table.items(), key=lambda item: (-item[1].total(), item[0])):
        cells = [str(row[family] or "") for family in families]
        out.add_row(world.regions[code].name, *cells, str(row.total()), str(finer[code] or ""))
    Console(width=max(Console().width, 180)).print(out)
    rich = sum(row.total() >= 12 for row in table.values())
    typer.echo(
        f"{len(kb.clues)} clues on {len(kb.variables)} cues; "
        f"{rich} countries with at least 12 clues; "
        f"{sum(1 for n in finer.values() if n)} countries with clues on subdivisions or zones."
    )
    if map_file is not None:
        from clues.cli.kb.maps import coverage_maps

        coverage_maps(map_file, table, world)


def _places(clue: "Clue") -> str:
    codes = list(clue.where)
    return ", ".join(codes[:12]) + (f" and {len(codes) - 12} more" if len(codes) > 12 else "")


def _print_facts(title: str, facts: "list[Fact]", world: "RegionGraph") -> None:
    table = Table("share", "elsewhere", "region", "cue", "statement", title=title, box=None)
    table.title_justify = "left"
    for fact in facts:
        name = world.regions[fact.region].name if fact.region in world.regions else fact.region
        table.add_row(
            f"{fact.share:.1%}",
            f"{fact.elsewhere:.1%}",
            f"{name} ({fact.region})",
            f"{fact.variable.id}={fact.value}",
            fact.clue.says if fact.clue else "",
        )
    Console().print(table)
