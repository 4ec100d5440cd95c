"""A clue in the making: from the fields of a form to a checked clue, with every problem named."""

from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from clues.cue import Cue
from clues.errors import KnowledgeError, UnknownCueError, UnknownRegionError
from clues.knowledge.base import KnowledgeBase, merge
from clues.knowledge.model import Clue, Frequency
from clues.regions import RegionGraph


def draft_clue(fields: Mapping[str, object]) -> Clue:
    """Return a clue from its fields; empty ones are left out.

    Raises
    ------
    KnowledgeError
        With one line a problem.
    """
    given = {name: value for name, value in fields.items() if value not in ("", None, {}, [])}
    try:
        return Clue.model_validate(given)
    except ValidationError as error:
        lines = dict.fromkeys(
            _line(detail) for detail in error.errors(include_url=False, include_input=False)
        )
        raise KnowledgeError("\n".join(lines)) from None


def typed_frequency(text: str) -> object:
    """Return a frequency as a record takes it: a word, a number, or a count such as 12/310."""
    seen, slash, of = text.partition("/")
    try:
        return {"seen": int(seen), "of": int(of)} if slash else float(text)
    except ValueError:
        return text.strip()


def frequency(text: str) -> object:
    """Return a frequency that somebody typed.

    Raises
    ------
    KnowledgeError
        If it is none.
    """
    try:
        return TypeAdapter[object](Frequency).validate_python(typed_frequency(text))
    except ValidationError as error:
        message = str(error.errors()[0]["msg"])
        raise KnowledgeError(message.removeprefix("Value error, ")) from None


def problems(kb: KnowledgeBase, world: RegionGraph, clue: Clue) -> list[str]:
    """Return why a knowledge base with the clue would not load, one sentence each."""
    found = []
    try:
        kb.check(Cue.certain(clue.cue, clue.value))
    except UnknownCueError as error:
        found.append(str(error))
    for code in clue.where:
        if code not in world.regions:
            found.append(_unknown(world, code))
    if not found:
        others = {one.id: one for one in kb.clues if one.cue == clue.cue}
        others[clue.id] = clue
        clashes = merge(others.values(), kb.variables)[1]
        found.extend(f"{problem.what}; {problem.mend}." for problem in clashes)
    return found


def region_codes(world: RegionGraph, names: Mapping[str, object]) -> dict[str, object]:
    """Return a mapping with region names turned into codes: Latvia becomes LV.

    Raises
    ------
    UnknownRegionError
        With suggestions, for a name that no region has.
    """
    return {
        name if name in world.regions else world.resolve(name).code: often
        for name, often in names.items()
    }


def _unknown(world: RegionGraph, code: str) -> str:
    try:
        return f"'{code}' is no region code; {world.resolve(code).code} is."
    except UnknownRegionError as error:
        return str(error)


def _line(detail: Mapping[str, object]) -> str:
    location = detail["loc"]
    steps = (
        [str(step) for step in location if step != "[key]"] if isinstance(location, tuple) else []
    )
    field = ".".join(steps[:2] if steps[:1] in (["where"], ["sources"]) else steps[:1])
    message = str(detail["msg"]).removeprefix("Value error, ")
    if detail["type"] == "missing":
        return f"`{field}` is missing."
    if detail["type"] == "string_pattern_mismatch" and field in ("id", "cue"):
        return (
            f"`{field}`: write lower-case letters, digits and hyphens, such as poles.holey.hungary."
        )
    return f"`{field}`: {message[:300]}" if field else message[:300]
