"""Edit the knowledge base: new, fmt, learn, schema."""

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from clues.cli.kb.options import Folder, Top
from clues.errors import KnowledgeError
from clues.paths import KB_DIR


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


def schema(kb: Folder = KB_DIR) -> None:
    """Write kb/schema, with which an editor completes and checks clues, cues and scenes."""
    from clues.files import write_text
    from clues.knowledge.load import read_kb
    from clues.knowledge.schema import schemas

    base, _ = read_kb(kb)
    for name, text in schemas(base.variables).items():
        write_text(kb / "schema" / name, text)
        typer.echo(f"wrote {kb / 'schema' / name}")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a YAML string
