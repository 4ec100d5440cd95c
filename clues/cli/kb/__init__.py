"""`clues kb`: look into the knowledge base, check it, edit it."""

import typer

from clues.cli.kb.check import diff, lint, preview, scenes
from clues.cli.kb.edit import fmt, learn, new
from clues.cli.kb.look import compare, find, show, stats
from clues.cli.kb.make import distil

kb_app = typer.Typer(help="Look into the knowledge base, check it, edit it.", no_args_is_help=True)
for _command in (show, find, compare, stats, lint, scenes, preview, diff, new, fmt, learn, distil):
    kb_app.command()(_command)
