"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from clues.errors import CluesError

Folder = Annotated[Path, typer.Option("--kb", help="The knowledge base's folder.")]
MapFile = Annotated[
    Path | None, typer.Option("--map", help="Write a page of maps (HTML) to this file.")
]
Top = Annotated[int, typer.Option(min=1, help="Rows to show.")]


def one_of(option: str, value: str, allowed: tuple[str, ...]) -> str:
    """Return an option's value, or say which ones there are."""
    if value not in allowed:
        raise CluesError(f"{option} {value:.20} is unknown; use {' or '.join(allowed)}.")
    return value
