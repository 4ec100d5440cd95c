"""Commands that this package adds to the command line: `clues train`, `clues models`."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from clues.errors import CluesError

# name: module with train(config, data, out), what it makes
TRAINERS = {
    "scene": ("detectors.training.scene", "Scene tags and appearance: what a street looks like."),
}

train_app = typer.Typer(help="Train a detector on your own labels.", no_args_is_help=True)
models_app = typer.Typer(help="The weights that detectors use.", no_args_is_help=True)


def _command(module: str) -> Callable[..., None]:
    def train(
        data: Annotated[Path, typer.Option(help="Folder with the photos and labels.")],
        out: Annotated[Path, typer.Option(help="Folder for checkpoints, weights and card.")],
        config: Annotated[
            Path | None, typer.Option(help="A configuration file; the shipped one by default.")
        ] = None,
        install: Annotated[
            bool, typer.Option("--install", help="Use the new weights from now on.")
        ] = False,
    ) -> None:
        if not data.is_dir():
            raise CluesError(f"{data}: there is no such folder of training data.")
        out.mkdir(parents=True, exist_ok=True)
        import_module(module).train(config, data, out)
        typer.echo(f"wrote weights and card to {out}")
        if install:
            from detectors.manifest import install as install_weights

            typer.echo(f"in use now: {', '.join(install_weights(out))}")

    return train


for _name, (_module, _help) in TRAINERS.items():
    train_app.command(_name, help=_help)(_command(_module))


@models_app.command("list")
def list_() -> None:
    """List the shipped weights: size, date, licence."""
    from rich.console import Console
    from rich.table import Table

    from detectors.manifest import load_manifest

    table = Table("file", "model", "MB", "date", "licence", box=None)
    for entry in load_manifest().values():
        size = f"{entry.size_bytes / 1e6:.1f}"
        table.add_row(entry.file, entry.model, size, entry.date, entry.licence)
    Console().print(table)


@models_app.command()
def verify() -> None:
    """Check the sha256 of all weights."""
    from detectors.manifest import WeightsError, load_manifest, weight_file

    bad = 0
    for name in load_manifest():
        try:
            weight_file(name)
            typer.echo(f"{name}: intact")
        except WeightsError as error:
            bad += 1
            typer.echo(str(error), err=True)
    if bad:
        raise typer.Exit(1)


@models_app.command()
def card(model: Annotated[str, typer.Argument(help="A model's name, such as scene.")]) -> None:
    """Print a model's card: data, licence, metrics, how to train it again."""
    from clues.paths import WEIGHTS_DIR

    cards = {path.stem: path for path in WEIGHTS_DIR.glob("*.md")}
    if model not in cards:
        raise CluesError(f"no model is called '{model:.40}'; there are {', '.join(sorted(cards))}.")
    typer.echo(cards[model].read_text("utf-8"))
