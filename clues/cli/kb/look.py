"""Look into the knowledge base: show, find, compare, stats."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from clues.cli.kb.options import Folder, MapFile, Top
from clues.cue import ABSENT
from clues.errors import CluesError, UnknownCueError, UnknownRegionError
from clues.paths import KB_DIR

if TYPE_CHECKING:
    from clues.knowledge import KnowledgeBase
    from clues.knowledge.model import Clue, Variable
    from clues.knowledge.query import Fact
    from clues.regions import Region, RegionGraph


def show(
    name: Annotated[str, typer.Argument(help="A region (code or name), a cue, or a clue's id.")],
    top: Top = 40,
    kb: Folder = KB_DIR,
) -> None:
    """Show what is known of a region, or what a cue or clue says."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import facts_of
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    if name in base.by_id:
        from clues.knowledge.edit import as_text

        clue = base.by_id[name]
        typer.echo(f"# {clue.file}:{clue.line}\n{as_text(clue)}", nl=False)
    elif name in base.variables:
        _print_variable(base, base.variables[name], top, world)
    else:
        region = _region(base, world, name)
        facts = facts_of(base, world, region.code)
        chain = " < ".join(
            [region.name, *(world.regions[a].name for a in world.ancestors(region.code))]
        )
        typer.echo(
            f"{region.code}: {chain}; {region.area_km2:,.0f} km2, {region.population:,} people"
        )
        _print_facts("What tells it from elsewhere", facts[:top], world)


def _region(base: "KnowledgeBase", world: "RegionGraph", name: str) -> "Region":
    """Return a region; a name that looks like a cue or a clue is looked for among these."""
    try:
        return world.resolve(name)
    except UnknownRegionError:
        family, *rest = name.split(".")
        if not rest or family not in base.families():
            raise
    cue = base.variable(f"{family}.{rest[0]}").id
    ids = [clue.id for clue in base.clues if clue.cue == cue]
    known = f"there are {', '.join(ids[:8])}" if ids else "there is none"
    raise UnknownCueError(f"there is no clue {name:.80}; on {cue} {known}.")


def find(
    words: Annotated[list[str], typer.Argument(help="CUE=VALUE for reverse look-up, or words.")],
    top: Top = 40,
    kb: Folder = KB_DIR,
) -> None:
    """Find the regions that have a value (`bollards.shape=round`), or cues and clues by words."""
    from clues.knowledge import load_kb
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    text = " ".join(words).strip()
    if not text:
        raise CluesError("name a CUE=VALUE, or words to search for.")
    if "=" in text:
        _print_who_has(base, text, top, world)
    elif text in base.variables:
        _print_variable(base, base.variables[text], top, world)
    else:
        _print_found(base, text, top, world)


def _print_who_has(base: "KnowledgeBase", text: str, top: int, world: "RegionGraph") -> None:
    from clues.cue import Cue
    from clues.knowledge.model import Kind
    from clues.knowledge.query import who_has

    try:
        cue = Cue.from_text(text)
    except ValueError:
        raise CluesError(f"'{text:.60}' names no cue; write CUE=VALUE, or words.") from None
    if base.check(cue).kind is Kind.REGION:
        raise CluesError(f"{cue.variable} is looked up in kb/tables; no clue speaks of it.")
    facts = who_has(base, cue.variable, cue.value)
    if not facts:
        raise CluesError(f"no clue says where {text:.80} is seen.")
    _print_facts(f"{text}: regions by frequency", facts[:top], world)


def _print_found(base: "KnowledgeBase", text: str, top: int, world: "RegionGraph") -> None:
    from clues.knowledge.query import nearest_statements, search, statements

    cues, clues = search(base, text), statements(base, world, text)
    for one in cues[:top]:
        values = "" if not one.values else "  {" + ", ".join(list(one.values)[:8]) + "}"
        typer.echo(f"{one.id}  {one.says}{values}")
    if cues or clues:
        _print_clues(clues, top)
        return
    read = _print_read(base, text, world)
    near = nearest_statements(base, world, text, top)
    if near:
        typer.echo("no cue or clue has all these words; most of them:")
        _print_clues(near, top)
    elif not read:
        raise CluesError(f"no cue or clue mentions '{text:.60}'; try fewer or other words.")


def _print_clues(clues: "list[Clue]", top: int) -> None:
    table = Table("clue", "statement", "where", box=None)
    for clue in clues[:top]:
        table.add_row(clue.id, clue.says, _places(clue))
    Console().print(table)
    if len(clues) > top:
        typer.echo(f"and {len(clues) - top} more; --top shows more.")


def _print_read(base: "KnowledgeBase", text: str, world: "RegionGraph") -> bool:
    """Print the places that a number or a name means where it is read in a photo."""
    from clues.knowledge.model import Kind
    from clues.report.words import value_label
    from clues.text.typed import MAX_TYPED, typed_cues

    places = [
        cue
        for cue in typed_cues(text[:MAX_TYPED])
        if cue.variable in base.variables and base.variables[cue.variable].kind is Kind.REGION
    ]
    for cue in places:
        variable = base.variables[cue.variable]
        typer.echo(f"{cue.note}, {variable.says.lower()}: {value_label(cue, variable, world)}")
    if places:
        typer.echo(f"`clues locate --text '{text}'` weighs it.")
    return bool(places)


def compare(
    a: Annotated[str, typer.Argument(help="A region.")],
    b: Annotated[str, typer.Argument(help="Another region.")],
    top: Top = 20,
    kb: Folder = KB_DIR,
) -> None:
    """Tell two regions apart: the cues that differ, most useful first."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import differences
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    one, other = world.resolve(a), world.resolve(b)
    if one.code == other.code:
        raise CluesError(f"'{a:.40}' and '{b:.40}' are both {one.name} ({one.code}).")
    table = Table("cue", one.name, other.name, "bits if seen", "statement", box=None)
    for row in differences(base, world, one.code, other.code)[:top]:
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


def stats(map_file: MapFile = None, kb: Folder = KB_DIR) -> None:
    """Count clues by family and country, and show where the knowledge base is thin."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import coverage, regions_below
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    table, finer = coverage(base, world), regions_below(base, world)
    families = base.families()
    out = Table("country", *families, "all", "finer", box=None)
    for code, row in sorted(table.items(), key=lambda item: (-item[1].total(), item[0])):
        cells = [str(row[family] or "") for family in families]
        out.add_row(world.regions[code].name, *cells, str(row.total()), str(finer[code] or ""))
    Console(width=max(Console().width, 180)).print(out)
    rich = sum(row.total() >= 12 for row in table.values())
    typer.echo(
        f"{len(base.clues)} clues on {len(base.variables)} cues; "
        f"{rich} countries with at least 12 clues; "
        f"{sum(1 for n in finer.values() if n)} countries with clues on their parts."
    )
    if map_file is not None:
        from clues.cli.kb.maps import coverage_maps

        coverage_maps(map_file, table, world)


def _places(clue: "Clue") -> str:
    codes = list(clue.where)
    return ", ".join(codes[:12]) + (f" and {len(codes) - 12} more" if len(codes) > 12 else "")


def _print_variable(
    base: "KnowledgeBase", variable: "Variable", top: int, world: "RegionGraph"
) -> None:
    from clues.knowledge.query import who_has

    typer.echo(f"{variable.id}: {variable.says}\n{variable.question}".rstrip())
    for value in variable.value_ids:
        facts = who_has(base, variable.id, value)
        if facts and value != ABSENT:
            _print_facts(variable.label(value), facts[:top], world)


def _print_facts(title: str, facts: "list[Fact]", world: "RegionGraph") -> None:
    """Print facts as a table; what all share (the region, or the cue) has no column."""
    regions, cues = {f.region for f in facts}, {(f.variable.id, f.value) for f in facts}
    columns: dict[str, Callable[[Fact], str]] = {
        "share": lambda f: f"{f.share:.1%}",
        "elsewhere": lambda f: f"{f.elsewhere:.1%}",
        "region": lambda f: f"{_name(world, f.region)} ({f.region})",
        "cue": lambda f: f"{f.variable.id}={f.value}",
        "statement": lambda f: f.clue.says if f.clue else "",
    }
    if len(cues) == 1:
        del columns["cue"]
    elif len(regions) == 1:
        del columns["region"]
    table = Table(title=title, title_justify="left", box=None)
    for name in columns:
        table.add_column(name, overflow="fold")
    for fact in facts:
        table.add_row(*(show_of(fact) for show_of in columns.values()))
    Console().print(table)


def _name(world: "RegionGraph", code: str) -> str:
    return world.regions[code].name if code in world.regions else code
