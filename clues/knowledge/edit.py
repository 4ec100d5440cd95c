"""Edit knowledge-base files without losing comments: normalise, add, save atomically."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from clues.errors import KnowledgeError
from clues.files import write_text
from clues.knowledge.layout import (
    Field,
    comments_in,
    fields_of,
    joined,
    lines_of,
    without_tail,
    written,
)
from clues.knowledge.load import validate
from clues.knowledge.model import Clue, FusionSettings
from clues.knowledge.problem import Problem, raise_if_any
from clues.knowledge.yaml import YamlError, YamlList, YamlMap, parse_yaml

_ORDER = (
    "id", "cue", "value", "says", "where", "elsewhere", "sources", "counterexamples", "status",
    "since",
)  # fmt: skip
_TOLERATED = 150  # characters; shorter lines stay as their author broke them


def formatted(text: str, label: str = "text") -> str:
    """Return a clue file in normal order and layout; what it says, and its comments, stay.

    Fields come in one order, lists are indented alike, and maps are broken where a line is overlong
    or a pair was torn apart. Other lines stay as they are.

    Raises
    ------
    KnowledgeError
        If the text is not a readable list of entries.
    """
    entries, lines = _entries(text, label), lines_of(text)
    starts = [line - 1 for line in entries.item_lines]
    if not all(lines[start].startswith("- ") for start in starts):
        result = _rewritten(text)
    else:
        result = [line.rstrip() for line in lines[: starts[0] if starts else None]]
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=False):
            result += _tidy(lines[start:stop])
    return joined(result)


def _tidy(lines: Sequence[str]) -> list[str]:
    """Return the lines of one entry, and those that follow it, in normal order and layout."""
    own, tail = without_tail(lines)
    entry = parse_yaml(joined(own))[0]
    fields = fields_of(own, entry, 1)
    if fields is None:
        return _rewritten(joined(lines))
    for name, field in fields.items():
        _lay_out(field, name, entry[name])
    result = [line.rstrip() for line in [*_in_order(fields), *tail]]
    return result if _same(lines, result) else list(lines)


def _lay_out(field: Field, name: str, value: Any) -> None:
    """Mend the layout of a field, where it needs it and has no comment that would be lost."""
    text = joined(field.own)
    if "#" not in text and (
        text.startswith("sources: [url:")
        or (name == "where" and field.own[0].startswith("where: {") and _is_torn(field.own))
    ):
        field.own = written(name, value)
    elif isinstance(value, list) and field.own[0].rstrip() == f"{name}:":
        items = [line for line in field.own[1:] if line.strip()]
        indent = len(items[0]) - len(items[0].lstrip()) if items else 4
        below = [" " * 4 + line[indent:] for line in items if not line[:indent].strip()]
        if len(below) == len(items):
            field.own = [field.own[0], *below]


def _is_torn(lines: Sequence[str]) -> bool:
    overlong = len(lines) > 1 and any(len(line) > _TOLERATED for line in lines)
    return overlong or any(line.rstrip().endswith(":") for line in lines)


def _in_order(fields: Mapping[str, Field]) -> list[str]:
    known = [name for name in _ORDER if name in fields]
    result: list[str] = []
    for name in [*known, *(name for name in fields if name not in known)]:
        field = fields[name]
        margin = "  " if any(line.startswith("- ") for line in result) else "- "
        result += [*field.above, margin + field.own[0], *field.own[1:]]
    return result


def _same(before: Sequence[str], after: Sequence[str]) -> bool:
    try:
        return bool(parse_yaml(joined(before)) == parse_yaml(joined(after)))
    except YamlError:
        return False


def _rewritten(text: str) -> list[str]:
    """Return entries of an unusual layout written anew, with all their comments above them."""
    result = comments_in(text)
    for entry in parse_yaml(text):
        result += _in_order({name: Field([], written(name, entry[name])) for name in entry})
    return result if _same(lines_of(text), result) else lines_of(text)


def with_clue(text: str, clue: Clue, label: str = "text") -> str:
    """Return a clue file's text with a clue added, or replaced if its id is there.

    Only the lines of what changed are written anew, so that a diff shows what was edited and
    nothing else.
    """
    entries, lines = _entries(text, label), lines_of(text)
    where = next((i for i, one in enumerate(entries) if one.get("id") == clue.id), None)
    if where is None:
        if not entries and any(line.strip() and not line.startswith("#") for line in lines):
            lines = []  # it was `[]`
        return joined([*lines, *_lines(clue)])
    starts = [line - 1 for line in entries.item_lines]
    if not all(lines[start].startswith("- ") for start in starts):
        return with_clue(joined(_rewritten(text)), clue, label)
    start, stop = starts[where], [*starts, len(lines)][where + 1]
    own, tail = without_tail(lines[start:stop])
    changed = [*lines[:start], *_changed(own, entries[where], clue), *tail, *lines[stop:]]
    return text if changed == lines else joined(changed)


def _changed(lines: list[str], entry: YamlMap, clue: Clue) -> list[str]:
    """Return an entry's lines so that they say what a clue says; equal fields keep theirs."""
    fields = fields_of(lines, entry, entry.line)
    if fields is None:
        return [*comments_in(joined(lines)), *_lines(clue)]
    old, record = _as_clue(entry), as_entry(clue)
    kept = {n: f for n, f in fields.items() if old and getattr(old, n) == getattr(clue, n)}
    if kept.keys() >= fields.keys() | record.keys():
        return lines
    for name, value in record.items():
        if name not in kept:
            before = fields.get(name, Field([], []))
            comments = [f"  {comment}" for comment in comments_in(joined(before.own))]
            kept[name] = Field([*before.above, *comments], written(name, value))
    return _in_order(kept)


def _as_clue(entry: YamlMap) -> Clue | None:
    try:
        return Clue.model_validate(dict(entry))
    except ValidationError:
        return None


def as_entry(clue: Clue) -> dict[str, Any]:
    """Return a clue as the fields that authors write, in their order; defaults are left out."""
    data = clue.model_dump(mode="python", exclude_defaults=True)
    return {name: data[name] for name in _ORDER if name in data}


def _lines(clue: Clue) -> list[str]:
    return _in_order({name: Field([], written(name, v)) for name, v in as_entry(clue).items()})


def as_text(clue: Clue) -> str:
    """Return one clue as YAML."""
    return joined(_lines(clue))


def parse_clues(text: str, label: str = "clues") -> list[Clue]:
    """Parse clues from YAML: a list of entries, or one bare entry.

    Raises
    ------
    KnowledgeError
        With all problems, each at its line.
    """
    try:
        data = parse_yaml(text, label)
    except YamlError as error:
        raise KnowledgeError(str(error.problem)) from None
    problems: list[Problem] = []
    if data is None or data == []:
        raise_if_any([Problem(label, 1, "holds no clue", "write '- id: ...' and its fields")])
    items = list(zip(data, data.item_lines, strict=True)) if isinstance(data, YamlList) else []
    found = [validate(item, Clue, label, line, problems) for item, line in items or [(data, 1)]]
    raise_if_any(problems)
    return [clue for clue in found if clue is not None]


def parse_clue(text: str, label: str = "clue") -> Clue:
    """Parse exactly one clue from YAML; see `parse_clues`."""
    clues = parse_clues(text, label)
    if len(clues) != 1:
        raise KnowledgeError(f"{label}: holds {len(clues)} clues, not one.")
    return clues[0]


def save_fusion(path: Path, settings: FusionSettings) -> None:
    """Write fitted settings into ``fusion.yaml``; its comments and designed values are kept.

    Raises
    ------
    KnowledgeError
        If the file cannot be read or written.
    """
    try:
        before = path.read_text("utf-8")
        document = parse_yaml(before, str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(f"{path}: cannot be read ({error}).") from None
    except YamlError as error:
        raise KnowledgeError(str(error.problem)) from None
    lines, first = lines_of(before), min(document.key_lines.values(), default=1)
    fields = fields_of(lines[first - 1 :], document, first, margin=0)
    if fields is None:
        raise KnowledgeError(f"{path}: cannot be edited; give each field a line of its own.")
    fitted = {
        "families": {name: one.model_dump() for name, one in sorted(settings.families.items())},
        "countries": dict(sorted(settings.countries.items())),
        "provenance": settings.provenance,
    }
    for name, value in fitted.items():
        above = fields[name].above if name in fields else []
        fields[name] = Field(above, written(name, value, margin=0))
    result = lines[: first - 1]
    for field in fields.values():
        result += [*field.above, *field.own]
    save(path, joined(result), expected=before)


def save(path: Path, text: str, expected: str | None = None) -> None:
    """Write a file atomically: a reader, or a crash, sees the old text or the new one.

    Parameters
    ----------
    expected
        The text that the edit started from; if the file has changed since, nothing is written.

    Raises
    ------
    KnowledgeError
        If the file changed on disk or cannot be written.
    """
    try:
        if expected is not None and path.exists() and path.read_text("utf-8") != expected:
            raise KnowledgeError(f"{path}: changed on disk since it was read; nothing was saved.")
        write_text(path, text)
    except UnicodeDecodeError:
        raise KnowledgeError(f"{path}: changed on disk, and is no UTF-8 now; look at it.") from None
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be written ({error.strerror}).") from None


def _entries(text: str, label: str) -> YamlList:
    try:
        entries = parse_yaml(text, label)
    except YamlError as error:
        raise KnowledgeError(str(error.problem)) from None
    if entries is None:
        return YamlList(1)
    if not isinstance(entries, YamlList):
        raise KnowledgeError(f"{label}:1: is not a list: start each entry with '- id: ...'")
    raise_if_any(
        Problem(label, line, "is not an entry", "write '- id: ...' and its fields")
        for entry, line in zip(entries, entries.item_lines, strict=True)
        if not isinstance(entry, YamlMap)
    )
    return entries
