"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--kb", help="The knowledge base's folder.")]
MapFile = Annotated[
    Path | None, typer.Option("--map", help="Write a page of maps (HTML) to this file.")
]
Top = Annotated[int, typer.Option(min=1, help="Rows to show.")]
