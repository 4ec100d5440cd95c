"""`clues batch`: locate many photos into Parquet files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clues.cli import optional
from clues.cli.complaint import complain
from clues.cli.locate import KeepPlates, PriorOption, WithinOptions, WithoutOptions

if TYPE_CHECKING:
    from clues.batch.run import Summary


class EngineName(StrEnum):
    """Where a batch runs."""

    LOCAL = "local"
    RAY = "ray"


def batch(
    source: Annotated[
        str,
        typer.Argument(
            help="A folder, a list (.txt), Parquet with the columns file and bytes, or a URL."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the Parquet files.")],
    engine: Annotated[EngineName, typer.Option(help="Where to run.")] = EngineName.LOCAL,
    workers: Annotated[int, typer.Option(min=1, help="Actors of the ray engine.")] = 1,
    gpus: Annotated[float, typer.Option(min=0, help="Share of a GPU for each actor.")] = 0.0,
    without: WithoutOptions = None,
    within: WithinOptions = None,
    prior: PriorOption = "street-view",
    keep_plates: KeepPlates = False,
) -> None:
    """Locate many photos: one row each in Parquet files; a stopped run goes on where it was."""
    from clues.batch.row import Settings
    from clues.batch.run import local, on_ray, run
    from clues.batch.store import ResultStore

    settings = Settings(prior, tuple(within or ()), tuple(without or ()), keep_plates)
    locator = optional.make_locator()
    locator.locate(prior=prior, within=within, without=settings.without)  # wrong options, at once
    store = ResultStore(out, settings, locator.kb.version)
    chosen = local(locator) if engine is EngineName.LOCAL else on_ray(workers, gpus)
    columns = (SpinnerColumn(), TextColumn("photos"), MofNCompleteColumn(), TimeElapsedColumn())
    err = Console(stderr=True)
    with Progress(*columns, console=err, disable=not err.is_terminal) as shown:
        task = shown.add_task("photos", total=None)
        summary = run(source, store, settings, chosen, lambda row: shown.advance(task))
    _show(summary, out)


def _show(summary: "Summary", out: Path) -> None:
    rate = summary.photos / summary.seconds if summary.seconds > 0 else 0.0
    before = f", {summary.done_before:,} were done before" if summary.done_before else ""
    typer.echo(f"{out}: {summary.photos:,} photos, {rate:.2f} a second{before}.")
    for kind, count in summary.failures.most_common():
        complain(f"{kind}: {count:,} failed; the column `error` or `failures` says why.")
