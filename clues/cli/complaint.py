"""Print problems to standard error, safely."""

import contextlib
import os
import sys

from rich.console import Console


def complain(message: str) -> None:
    """Print a problem to standard error; text from outside in it cannot steer the terminal."""
    from clues.report.words import safe

    lines = [safe(line) for line in message.splitlines()]
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print("\n".join(lines))


def drop_output() -> None:
    """Send what is still unwritten to nowhere, after standard output was closed or filled up."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
