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
    "plates": ("detectors.training.plates", "Number plates: found, calibrated; reading measured."),
    "vehicles": ("detectors.training.vehicles", "Vehicles and signals: calibrated, measured."),
    "furniture": ("detectors.training.furniture", "Bollards, bus stops, road signs, poles."),
    "signs": ("detectors.training.signs", "Kinds of road signs; how warning signs look."),
    "script": ("detectors.training.script", "The script of a word, from drawn and real words."),
    "experts": ("detectors.training.compare_experts", "Geolocators of the literature, compared."),
    "recogniser": ("detectors.training.recogniser", "Reading, script by script, from drawn words."),
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
        trainer = import_module(module)
        trainer.train(config, data, out)
        typer.echo(f"wrote weights and card to {out}")
        if install:
            from detectors.manifest import install as install_weights

            put = getattr(trainer, "install", install_weights)  # what does not ship goes elsewhere
            typer.echo(f"in use now: {', '.join(put(out))}")

    return train


for _name, (_module, _help) in TRAINERS.items():
    train_app.command(_name, help=_help)(_command(_module))


@models_app.command("list")
def list_() -> None:
    """List weights, shipped and to be fetched: size, sha256, licence."""
    from rich.console import Console
    from rich.table import Table

    from detectors.downloads import CATALOGUE, models_dir
    from detectors.manifest import load_manifest

    shipped = Table("shipped", "model", "MB", "date", "sha256", "licence", box=None)
    for entry in load_manifest().values():
        size, digest = f"{entry.size_bytes / 1e6:.1f}", entry.sha256[:12]
        licence = entry.licence.split(" (")[0]  # in full in the model's card
        shipped.add_row(entry.file, entry.model, size, entry.date, digest, licence)
    folder = models_dir()
    more = Table("to be fetched", "use", "MB", "there", "sha256", "licence", box=None)
    for other in CATALOGUE.values():
        there = "yes" if (folder / other.name).is_file() else "no"
        size, digest = f"{other.megabytes:.1f}", other.sha256[:12]
        more.add_row(other.name, other.use, size, there, digest, other.licence)
    for table in (shipped, more):
        table.columns[0].no_wrap = True
    console = Console()
    console.print(shipped)
    console.print()
    console.print(more)
    console.print(
        f"\n`clues models pull FILE` puts files into {folder} (CLUES_MODELS).", highlight=False
    )


@models_app.command()
def pull(
    names: Annotated[list[str], typer.Argument(help="Files as `clues models list` names them.")],
) -> None:
    """Download weights that do not ship, and check them; nothing is downloaded otherwise."""
    from rich.progress import Progress

    from detectors.downloads import CATALOGUE, PICKLE_WARNING, fetched, models_dir
    from detectors.downloads import pull as fetch

    for name in names:
        if name in CATALOGUE and fetched(name):
            typer.echo(f"{models_dir() / name}: there already, intact")
            continue
        with Progress(transient=True) as progress:
            size = CATALOGUE[name].megabytes * 1e6 if name in CATALOGUE else None
            bar = progress.add_task(name, total=size)
            path = fetch(name, progress=lambda count, bar=bar: progress.advance(bar, count))
        typer.echo(f"{path}: sha256 as published")
    if any(name.endswith(".pt") for name in names):
        typer.echo(PICKLE_WARNING, err=True)


@models_app.command()
def verify() -> None:
    """Check the sha256 of all weights, shipped and fetched."""
    from detectors.downloads import CATALOGUE, fetched
    from detectors.manifest import WeightsError, load_manifest, weight_file

    checks = [(name, weight_file) for name in load_manifest()]
    checks += [(name, fetched) for name in CATALOGUE]
    bad = 0
    for name, check in checks:
        try:
            if check(name) is not None:
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
