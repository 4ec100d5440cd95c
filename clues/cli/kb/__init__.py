"""`clues kb`: look into the knowledge base, check it, edit it."""

import typer

from clues.cli.kb.check import diff, lint, preview, quiz, scenes
from clues.cli.kb.edit import fmt, learn, schema
from clues.cli.kb.look import compare, find, show, stats
from clues.cli.kb.make import distil
from clues.cli.kb.new import new

kb_app = typer.Typer(help="Look into the knowledge base, check it, edit it.", no_args_is_help=True)
_COMMANDS = (
    show, find, compare, stats, lint, scenes, quiz, preview, diff, new, fmt, learn, schema, distil
)  # fmt: skip
for _command in _COMMANDS:
    kb_app.command()(_command)
