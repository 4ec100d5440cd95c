"""What the documentation names exists: files, commands, options, Python."""

import re
from pathlib import Path

import pytest
import typer.main

from clues.cli.main import app

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md")), ROOT / "kb" / "GUIDELINES.md"]
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
COMMAND = re.compile(r"^(?: {4}|\| `)?clues ([^`\n#|]*)", re.MULTILINE)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@each_page
def test_linked_files_exist(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@each_page
def test_commands_and_their_options_exist(page):
    wrong = [line for line in COMMAND.findall(page.read_text("utf-8")) if not _is_known(line)]
    assert wrong == []


@each_page
def test_python_compiles(page):
    for source in PYTHON.findall(page.read_text("utf-8")):
        compile(source, str(page), "exec")


def _is_known(line: str) -> bool:
    command = typer.main.get_command(app)
    words = re.split(r"[\s\[\],]+", line.split("&&")[0].strip())
    while words and hasattr(command, "commands"):
        if words[0] not in command.commands:
            return words[0].startswith("--")
        command = command.commands[words.pop(0)]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return all(word in known for word in words if word.startswith("--"))
