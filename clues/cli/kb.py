"""`clues kb`: lint, show, find, compare, stats, fmt, new, preview, diff, learn."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from clues.errors import CluesError, KnowledgeError
from clues.paths import KB_DIR

if TYPE_CHECKING:
    from clues.evaluation.diff import SceneChange
    from clues.knowledge.query import Fact
    from clues.knowledge.scenes import Scene
    from clues.regions import RegionGraph

kb_app = typer.Typer(help="Look into the knowledge base, check it, edit it.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--kb", help="The knowledge base's folder.")]
Top = Annotated[int, typer.Option(min=1, help="Rows to show.")]


@kb_app.command()
def lint(
    kb: Folder = KB_DIR,
    output: Annotated[str, typer.Option("--format", help="text or github.")] = "text",
    strict: Annotated[bool, typer.Option(help="Warnings fail too.")] = False,
    texts: Annotated[
        Path | None, typer.Option(help="A folder of source texts that no clue may copy.")
    ] = None,
) -> None:
    """Check the knowledge base: all problems at once, with file and line."""
    from clues.knowledge.lint import Context, Severity
    from clues.knowledge.lint import lint as run
    from clues.knowledge.load import read_kb
    from clues.knowledge.scenes import load_scenes
    from clues.regions import load_regions

    if output not in ("text", "github"):
        raise CluesError(f"--format {output:.20} is unknown; use text or github.")
    base, form = read_kb(kb)
    scenes, scene_problems = load_scenes(kb / "scenes")
    sources = _texts(texts)
    context = Context(base, load_regions(), date.today(), frozenset(), sources)
    issues = run(context, [*form, *scene_problems])
    for issue in issues:
        if output == "github":
            place = f"file={issue.problem.file},line={issue.problem.line}"
            typer.echo(f"::{issue.severity} {place}::{issue.problem.what}: {issue.problem.mend}")
        else:
            typer.echo(f"{issue.severity}: {issue}")
    errors = sum(issue.severity is Severity.ERROR for issue in issues)
    typer.echo(
        f"{len(base.clues)} clues, {len(base.variables)} cues, {len(scenes)} scenes: "
        f"{errors} errors, {len(issues) - errors} warnings."
    )
    if errors or (strict and issues):
        raise typer.Exit(1)


@kb_app.command()
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


@kb_app.command()
def find(
    words: Annotated[list[str], typer.Argument(help="CUE=VALUE for reverse look-up, or words.")],
    top: Top = 40,
) -> None:
    """Find the regions that have a value (`bollards.shape=round`), or cues by words."""
    from clues.knowledge import load_kb
    from clues.knowledge.query import search, who_has
    from clues.regions import load_regions

    kb, world = load_kb(), load_regions()
    text = " ".join(words)
    variable, equals, value = text.partition("=")
    if equals or text in kb.variables:
        facts = who_has(kb, variable.strip(), value.strip() or "present")
        _print_facts(f"{text}: regions by frequency", facts[:top], world)
        return
    found = search(kb, text)
    for one in found[:top]:
        values = "" if not one.values else "  {" + ", ".join(list(one.values)[:8]) + "}"
        typer.echo(f"{one.id}  {one.says}{values}")
    if not found:
        raise CluesError(f"no cue mentions '{text:.60}'; try fewer or other words.")


@kb_app.command()
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


@kb_app.command()
def stats() -> None:
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


@kb_app.command()
def fmt(
    files: Annotated[list[Path] | None, typer.Argument(help="Clue files; all by default.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what would change.")] = False,
) -> None:
    """Bring clue files into normal order and layout; comments are kept."""
    from clues.knowledge.edit import formatted, save

    changed = 0
    for path in files or sorted((KB_DIR / "clues").rglob("*.yaml")):
        try:
            text = path.read_text("utf-8")
        except OSError as error:
            raise KnowledgeError(f"{path}: cannot be read ({error.strerror}).") from None
        new = formatted(text, str(path))
        if new != text:
            changed += 1
            typer.echo(f"{'would change' if check else 'changed'} {path}")
            if not check:
                save(path, new, expected=text)
    if check and changed:
        raise typer.Exit(1)


@kb_app.command()
def learn(
    labels: Annotated[Path, typer.Argument(help="CSV: file, tags (separated by blanks).")],
    manifest: Annotated[Path, typer.Argument(help="CSV: file, country (ISO 3166-1).")],
    write: Annotated[bool, typer.Option("--write", help="Write kb/clues/measured/.")] = False,
    kb: Folder = KB_DIR,
    top: Top = 25,
) -> None:
    """Count cue tags by country, and show where counts and authors disagree."""
    from clues.knowledge.edit import as_file, save
    from clues.knowledge.learn import disagreements, read_labels
    from clues.knowledge.learn import learn as count
    from clues.knowledge.load import read_kb

    base, _ = read_kb(kb)
    measured = count(base, read_labels(labels, manifest), date.today())
    table = Table("cue", "value", "region", "author", "counted", "bits", "clue", box=None)
    for row in disagreements(base, measured)[:top]:
        table.add_row(
            row.variable, row.value, row.region, f"{row.authored:.1%}",
            f"{row.counts.seen} of {row.counts.of}", f"{row.surprise_bits:.1f}", row.clue.id,
        )  # fmt: skip
    Console(width=max(Console().width, 140)).print(table)
    for family in sorted({clue.family for clue in measured}) if write else ():
        path = kb / "clues" / "measured" / f"{family}.yaml"
        save(path, as_file(clue for clue in measured if clue.family == family))
        typer.echo(f"wrote {path}")


@kb_app.command()
def diff(
    revision: Annotated[str, typer.Argument(help="A git revision, such as main or HEAD~3.")],
    kb: Folder = KB_DIR,
    output: Annotated[str, typer.Option("--format", help="text or md.")] = "text",
) -> None:
    """Show how the golden scenes' posteriors changed since a git revision."""
    from clues.evaluation.diff import as_markdown, kb_at, scene_changes
    from clues.knowledge import load_kb
    from clues.regions import load_regions

    found = _scenes(kb)
    with kb_at(revision, kb) as old:
        changes = scene_changes(old, load_kb(kb), load_regions(), found)
    if output == "md":
        typer.echo(as_markdown(changes, revision))
    else:
        _print_changes(changes)


@kb_app.command()
def preview(
    file: Annotated[Path, typer.Argument(help="A file of clues, not (or already) in kb/clues.")],
    kb: Folder = KB_DIR,
) -> None:
    """Show what a file of clues would say, and which golden scenes it would change."""
    from clues.evaluation.diff import scene_changes
    from clues.knowledge import load_kb
    from clues.knowledge.edit import parse_clues
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    try:
        new = parse_clues(file.read_text("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{file}: cannot be read ({error}).") from None
    for clue in new:
        typer.echo(f"{clue.id}: {clue.says}")
        for code, frequency in clue.where.items():
            typer.echo(f"  {world.resolve(code).name} ({code}): {frequency}")
    _print_changes(scene_changes(base, base.with_clues(new), world, _scenes(kb)))


@kb_app.command()
def new(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Add it to this file.")] = None,
) -> None:
    """Ask a few questions and write a well-formed clue."""
    from clues.knowledge import load_kb
    from clues.knowledge.edit import as_text, parse_clue, save, with_clue
    from clues.knowledge.query import search
    from clues.regions import load_regions

    kb, world = load_kb(), load_regions()
    words = typer.prompt("What is seen? (a cue's id, or words to search for)")
    if words not in kb.variables:
        for variable in search(kb, words)[:10]:
            typer.echo(f"  {variable.id}  {variable.says}")
        words = typer.prompt("Cue")
    variable = kb.variable(words)
    values = [v for v in variable.value_ids if v != "absent"]
    value = values[0] if len(values) == 1 else typer.prompt(f"Value ({', '.join(values)})")
    where: dict[str, str] = {}
    while name := typer.prompt("Region, name or code (Enter to end)", default="").strip():
        region = world.resolve(name)
        where[region.code] = typer.prompt(f"How often in {region.name}?", default="common")
    says = typer.prompt("Say it in one sentence")
    url = typer.prompt("Source (address)")
    slug = typer.prompt("Short name for the id", default=next(iter(where), "clue").lower())
    today = date.today()
    places = ", ".join(f"{code}: {often}" for code, often in where.items())
    text = (
        f"- id: {variable.id}.{slug}\n  cue: {variable.id}\n  value: {value}\n"
        f"  says: {_quoted(says)}\n  where: {{{places}}}\n"
        f"  sources: [{{url: {_quoted(url)}, checked: {today}}}]\n  since: {today}\n"
    )
    clue = parse_clue(text)
    typer.echo(as_text(clue))
    if out is not None:
        before = out.read_text("utf-8") if out.exists() else ""
        save(out, with_clue(before, clue, str(out)), expected=before or None)
        typer.echo(f"added to {out}")


@kb_app.command()
def scenes(kb: Folder = KB_DIR) -> None:
    """Run the golden scenes."""
    from clues.evaluation.golden import run_scenes
    from clues.inference import Engine, Tables
    from clues.knowledge import load_kb
    from clues.regions import load_regions

    results = run_scenes(Engine(Tables(load_kb(kb), load_regions())), _scenes(kb))
    for result in results:
        if not result.passed:
            ranking = ", ".join(f"{code} {p:.0%}" for code, p in result.ranking)
            place = f"{result.scene.file}:{result.scene.line}"
            typer.echo(f"{place}: {result.scene.id}: {'; '.join(result.failures)} ({ranking})")
    failed = sum(not result.passed for result in results)
    typer.echo(f"{len(results)} scenes, {failed} failed.")
    if failed:
        raise typer.Exit(1)


def _scenes(kb: Path) -> "list[Scene]":
    from clues.knowledge.problem import raise_if_any
    from clues.knowledge.scenes import load_scenes

    found, problems = load_scenes(kb / "scenes")
    raise_if_any(problems)
    return found


def _print_changes(changes: "list[SceneChange]") -> None:
    from clues.evaluation.diff import as_rows

    table = Table("", "scene", "before", "after", box=None)
    for row in as_rows(changes):
        table.add_row(*row)
    Console().print(table if changes else "No golden scene moves.")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a YAML string


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


def _texts(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise CluesError(f"{folder}: is no folder of texts.")
    return {
        path.name: path.read_text("utf-8", errors="replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".txt", ".md", ".html")
    }
