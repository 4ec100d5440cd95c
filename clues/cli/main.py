"""The command line: `clues locate`, `cues`, `ask`, `kb`, ..."""

import sys
from importlib.metadata import entry_points
from typing import Annotated

import typer
from rich.console import Console

from clues import __version__
from clues.cli.app import app_
from clues.cli.evaluate import evaluate
from clues.cli.kb import kb_app
from clues.cli.locate import ask, cues, locate
from clues.cli.regions import regions_app
from clues.errors import CluesError

app = typer.Typer(
    name="clues",
    help="Where on Earth was this photo taken, and which clues say so?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(locate)
app.command()(cues)
app.command()(ask)
app.command()(evaluate)
app.command("app")(app_)
app.add_typer(kb_app, name="kb")
app.add_typer(regions_app, name="regions")
# other packages add commands of their own; ours in `detectors` train and manage models
for _point in entry_points(group="clues.commands"):
    app.add_typer(_point.load(), name=_point.name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"clues {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; a problem the user can mend is one sentence and exit code 1."""
    try:
        app()
    except CluesError as error:
        complain(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)


def complain(message: str) -> None:
    """Print a problem to standard error."""
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(message)
