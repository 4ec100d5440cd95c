"""Ask for a clue, question by question; an answer that does not fit is asked for again."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from clues.cli.complaint import complain
from clues.cli.kb.options import Folder
from clues.cue import ABSENT
from clues.errors import CluesError, KnowledgeError
from clues.paths import KB_DIR

if TYPE_CHECKING:
    from clues.knowledge import KnowledgeBase
    from clues.knowledge.model import Variable
    from clues.regions import RegionGraph

_OFTEN = "always, usual, common, occasional, rare, exceptional, never, 0.25 or 12/310"
_SHOWN = 15

Answer = TypeVar("Answer")


def new(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Add it to this file; asked by default.")
    ] = None,
    kb: Folder = KB_DIR,
) -> None:
    """Ask a few questions and write a well-formed clue."""
    from clues.knowledge import load_kb
    from clues.knowledge.draft import draft_clue, problems
    from clues.knowledge.edit import as_text, save, with_clue
    from clues.regions import load_regions

    base, world = load_kb(kb), load_regions()
    variable = _ask("What is seen? (words, or a cue's id)", lambda text: _cue(base, text))
    value = _value(variable)
    where = _where(world)
    elsewhere = _ask(
        "How often in all other regions? (Enter: what the cue's other clues say, or rare)",
        lambda text: _often(text) if text else None,
        default="",
    )
    says = _ask("Say it in one sentence", _sentence)
    source = _ask("Source: the address of a page, or the title of a book", _sentence)
    but = typer.prompt("Where does it mislead? (Enter: nowhere)", default="", show_default=False)
    slug = _ask("Short name for the id", lambda text: _slug(base, variable.id, text), _first(where))
    clue = draft_clue(
        {
            "id": f"{variable.id}.{slug}",
            "cue": variable.id,
            "value": value,
            "says": says,
            "where": where,
            "elsewhere": elsewhere,
            "sources": [
                {"url" if "://" in source else "title": source, "checked": date.today()},
            ],
            "counterexamples": but.strip(),
            "since": date.today(),
        }
    )
    typer.echo(as_text(clue))
    found = problems(base, world, clue)
    if found:
        raise KnowledgeError("\n".join([*found, "The entry above was not written."]))
    mine = kb / "clues" / clue.family / "mine.yaml"
    path = out or Path(typer.prompt("Add it to the file", default=str(mine)))
    before = path.read_text("utf-8") if path.exists() else ""
    save(path, with_clue(before, clue, str(path)), expected=before or None)
    typer.echo(f"added to {path}; `clues kb preview {path}` shows what it changes")


def _ask(question: str, read: Callable[[str], Answer], default: str | None = None) -> Answer:
    while True:
        try:
            return read(typer.prompt(question, default=default, show_default=bool(default)).strip())
        except CluesError as error:
            complain(str(error))


def _cue(base: "KnowledgeBase", text: str) -> "Variable":
    from clues.knowledge.query import search

    found = [base.variables[text]] if text in base.variables else search(base, text)
    if not found:
        return base.variable(text)  # raises, with the nearest ids
    if len(found) > 1:
        for variable in found[:_SHOWN]:
            typer.echo(f"  {variable.id}  {variable.says}")
        raise CluesError("Which of these? Give its id, or more words.")
    if not found[0].value_ids:
        raise CluesError(f"{found[0].id} is read off tables and needs no clues; name another cue.")
    return found[0]


def _value(variable: "Variable") -> str:
    values = [value for value in variable.value_ids if value != ABSENT]
    if len(values) == 1:
        return values[0]

    def read(text: str) -> str:
        if text not in values:
            raise CluesError(f"Its values are {', '.join(values)}.")
        return text

    return _ask(f"Value ({', '.join(values)})", read)


def _where(world: "RegionGraph") -> dict[str, object]:
    where: dict[str, object] = {}
    while True:
        region = _ask(
            "Region, name or code (Enter to end)" if where else "Region, name or code",
            lambda text: world.resolve(text) if text or not where else None,
            default="",
        )
        if region is None:
            return where
        where[region.code] = _ask(f"How often in {region.name}? ({_OFTEN})", _often, "common")


def _often(text: str) -> object:
    from clues.knowledge.draft import frequency

    return frequency(text)


def _sentence(text: str) -> str:
    if len(text) < 3:
        raise CluesError("Write a few words.")
    return text


def _first(where: dict[str, object]) -> str:
    return next(iter(where)).lower()


def _slug(base: "KnowledgeBase", cue: str, text: str) -> str:
    from clues.knowledge.model import slug

    name = slug(text)
    if not name or f"{cue}.{name}" in base.by_id:
        raise CluesError(f"{cue}.{name} is taken; choose another." if name else "Use letters.")
    return name
