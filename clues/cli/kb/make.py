"""Make parts of the knowledge base from published data: distil."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from clues.cli.kb.options import Folder
from clues.paths import KB_DIR


def distil(
    source: Annotated[
        Path,
        typer.Argument(
            help="What `npm pack @rapideditor/country-coder` left (the .tgz, or a folder that "
            "holds it), or the nsi.json of name-suggestion-index."
        ),
    ],
    kb: Folder = KB_DIR,
    checked: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day that entries carry; today by default."),
    ] = None,
) -> None:
    """Distil published facts into clues (country-coder), or brands into a table (nsi.json)."""
    from clues.knowledge.distil import distil as distil_facts
    from clues.knowledge.distil.brands import write_brands
    from clues.regions import load_regions

    if source.suffix == ".json":
        table = kb / "tables" / "brands" / "brands.csv"
        typer.echo(f"{write_brands(source, table):6d}  {table}")
        return
    day = checked.date() if checked else date.today()
    known = frozenset(load_regions().regions)
    for name, count in distil_facts(source, kb, day, known).items():
        typer.echo(f"{count:6d}  {name}")
