"""Edit the knowledge base: fmt, learn, schema."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from clues.cli.kb.options import Folder, Top
from clues.errors import CluesError, KnowledgeError, reason
from clues.paths import KB_DIR

if TYPE_CHECKING:
    from clues.knowledge import Clue


def fmt(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Clue files, or folders of them; all by default.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only say what would change.")] = False,
    kb: Folder = KB_DIR,
) -> None:
    """Bring clue files into normal order and layout; comments are kept."""
    from clues.knowledge.edit import formatted, save

    changed = 0
    for path in _clue_files(files or [kb / "clues"]):
        try:
            text = path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise KnowledgeError(f"{path}: cannot be read ({reason(error)}).") from None
        new = formatted(text, str(path))
        if new != text:
            changed += 1
            typer.echo(f"{'would change' if check else 'changed'} {path}")
            if not check:
                save(path, new, expected=text)
    if check and changed:
        raise typer.Exit(1)


def _clue_files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.yaml"))
        else:
            yield path


def learn(
    labels: Annotated[Path, typer.Argument(help="CSV: file, tags (separated by blanks).")],
    manifest: Annotated[Path, typer.Argument(help="CSV: file, country (ISO 3166-1).")],
    write: Annotated[bool, typer.Option("--write", help="Write kb/clues/measured/.")] = False,
    kb: Folder = KB_DIR,
    top: Top = 25,
) -> None:
    """Count cue tags by country, and show where counts and authors disagree."""
    from clues.knowledge import load_kb
    from clues.knowledge.learn import disagreements, read_labels
    from clues.knowledge.learn import learn as count
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    photos = read_labels(labels, manifest)
    for code in sorted({photo.country for photo in photos} - world.regions.keys()):
        raise CluesError(f"{manifest}: '{code:.20}' is no country code (ISO 3166-1).")
    measured = count(base, photos, date.today())
    table = Table(
        "cue", "value", "region", "author", "counted", "together", "bits", "clue", box=None
    )
    found = disagreements(base, world, measured)
    for row in found[:top]:
        table.add_row(
            row.variable, row.value, row.region, f"{row.authored:.1%}",
            f"{row.counts.seen} of {row.counts.of}", f"{row.together:.1%}",
            f"{row.surprise_bits:.1f}", row.clue.id,
        )  # fmt: skip
    Console(width=max(Console().width, 140)).print(table)
    typer.echo(f"{len(photos)} photos, {len(found)} surprises; --top shows more of them.")
    changed = [clue for clue in measured if clue != base.by_id.get(clue.id)]
    _write_measured(changed, kb / "clues" / "measured", write=write)


def _write_measured(clues: "list[Clue]", folder: Path, *, write: bool) -> None:
    from clues.knowledge.edit import save, with_clue

    for family in sorted({clue.family for clue in clues}):
        path, mine = folder / f"{family}.yaml", [clue for clue in clues if clue.family == family]
        if write:
            before = text = path.read_text("utf-8") if path.exists() else ""
            for clue in mine:
                text = with_clue(text, clue, str(path))
            save(path, text, expected=before or None)
        typer.echo(f"{path}: {len(mine)} clues {'written' if write else 'would change (--write)'}")
    if not clues:
        typer.echo("The clues of kb/clues/measured say the same already.")


def schema(kb: Folder = KB_DIR) -> None:
    """Write kb/schema, with which an editor completes and checks clues, cues and scenes."""
    from clues.files import write_text
    from clues.knowledge.load import read_kb
    from clues.knowledge.schema import schemas

    base, _ = read_kb(kb)
    for name, text in schemas(base.variables).items():
        write_text(kb / "schema" / name, text)
        typer.echo(f"wrote {kb / 'schema' / name}")
