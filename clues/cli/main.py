"""The command line: `clues locate`, `cues`, `ask`, `kb`, ..."""

import sys
import warnings
from importlib.metadata import entry_points
from typing import Annotated

import typer

from clues import __version__
from clues.cli.app import app_
from clues.cli.batch import batch
from clues.cli.complaint import complain, drop_output
from clues.cli.evaluate import evaluate
from clues.cli.fit import fit
from clues.cli.kb import kb_app
from clues.cli.locate import ask, cues, locate
from clues.cli.regions import regions_app
from clues.cli.serve import serve
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
app.command()(batch)
app.command()(serve)
app.command()(fit)
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
    # geometry of damaged files makes numpy chatty; what matters is said in one sentence
    warnings.filterwarnings("ignore", category=RuntimeWarning, module="shapely")
    try:
        app()
    except CluesError as error:
        complain(str(error))
        sys.exit(1)
    except BrokenPipeError:  # `| head` has seen enough
        drop_output()
        sys.exit(0)
    except OSError as error:
        drop_output()
        where = f"{error.filename}: " if error.filename else "the output "
        complain(f"{where}cannot be read or written ({error.strerror or error}).")
        sys.exit(1)
    except MemoryError:
        complain("out of memory; close other programs, or use smaller photos.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
