"""Edit knowledge-base files without losing comments: normalise, add, save atomically."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from clues.errors import KnowledgeError
from clues.files import write_text
from clues.knowledge.load import validate
from clues.knowledge.model import Clue, FusionSettings
from clues.knowledge.problem import Problem, raise_if_any
from clues.knowledge.yaml import YamlError, YamlList, parse_yaml

_ORDER = (
    "id", "cue", "value", "says", "where", "elsewhere", "sources", "counterexamples", "status",
    "since",
)  # fmt: skip


def _yaml() -> YAML:
    yaml = YAML()
    yaml.version = (1, 2)  # as the loader reads: NO is Norway
    yaml.width = 110
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.representer.ignore_aliases = lambda _: True  # the loader accepts none
    return yaml


def formatted(text: str, label: str = "text") -> str:
    """Return a clue file in normal order and layout, comments kept.

    Fields come in one order, `where` is sorted from frequent to rare, entries keep their place.

    Raises
    ------
    KnowledgeError
        If the text is not a readable list of entries.
    """
    once = _formatted(text, label)
    # lines near the width wrap otherwise once other lines have moved
    return once if once == text else _formatted(once, label)


def _formatted(text: str, label: str) -> str:
    entries = _load(text, label)
    for index, entry in enumerate(entries):
        if not isinstance(entry, CommentedMap):
            raise_if_any(
                [Problem(label, 1, f"entry {index + 1} is not a mapping", "give it an id")]
            )
        for position, key in enumerate(k for k in _ORDER if k in entry):
            comment = entry.ca.items.get(key)
            value = entry.pop(key)
            entry.insert(position, key, value)
            if comment is not None:
                entry.ca.items[key] = comment
    return _dump(entries)


def with_clue(text: str, clue: Clue, label: str = "text") -> str:
    """Return a clue file's text with a clue added, or replaced if its id is there.

    Only the lines of that clue change, so that a diff shows what was edited and nothing else.
    """
    entries = _load(text, label)
    lines = io.StringIO(text).readlines()
    starts = [entries.lc.item(index)[0] for index in range(len(entries))]
    if not all(lines[start].startswith("- ") for start in starts):
        return with_clue(_dump(entries), clue, label)  # an unusual layout: normalise it first
    where = next((i for i, entry in enumerate(entries) if entry.get("id") == clue.id), None)
    if where is None:
        return _appended(text, as_entry(clue), empty=not starts)
    start, end = starts[where], [*starts, len(lines)][where + 1]
    part = _load("".join(lines[start:end]), label)
    if not _update(part[0], as_entry(clue)):
        return text
    return "".join([*lines[:start], _dump(part), *lines[end:]])


def _appended(text: str, entry: CommentedMap, *, empty: bool) -> str:
    written = _dump(CommentedSeq([entry]))
    if empty and any(line.strip() and not line.startswith("#") for line in text.splitlines()):
        return written  # it was `[]`
    return text + ("" if not text or text.endswith("\n") else "\n") + written


def _update(entry: CommentedMap, record: CommentedMap) -> bool:
    """Make an entry say what a record says; return whether anything changed."""
    gone = [key for key in entry if key not in record]
    changed = [key for key, value in record.items() if entry.get(key) != value]
    for key in gone:
        del entry[key]
    for key in changed:
        entry[key] = record[key]
    return bool(gone or changed)


def as_entry(clue: Clue) -> CommentedMap:
    """Return a clue as the entry that authors write: defaults left out, short maps on one line."""
    data = clue.model_dump(mode="python", exclude_defaults=True)
    entry = CommentedMap((key, data[key]) for key in _ORDER if key in data)
    counted = any(isinstance(often, dict) for often in data["where"].values())
    entry["where"] = _lines(data["where"]) if counted else _flow(data["where"])
    if isinstance(data.get("elsewhere"), dict):
        entry["elsewhere"] = _flow(data["elsewhere"])
    entry["sources"] = CommentedSeq([_flow(one) for one in data["sources"]])
    entry["sources"].fa.set_flow_style()
    return entry


def as_text(clue: Clue) -> str:
    """Return one clue as YAML."""
    return as_file([clue])


def as_file(clues: Iterable[Clue]) -> str:
    """Return clues as the YAML of a clue file."""
    return _dump(CommentedSeq(as_entry(clue) for clue in clues))


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
        document = _yaml().load(before)
    except (OSError, YAMLError) as error:
        raise KnowledgeError(f"{path}: cannot be read ({error}).") from None
    document["families"] = {
        family: _flow(one.model_dump()) for family, one in sorted(settings.families.items())
    }
    document["countries"] = _flow(dict(sorted(settings.countries.items())))
    document["provenance"] = settings.provenance
    save(path, _dump(document), expected=before)


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
            raise KnowledgeError(f"{path}: changed on disk since it was read; reload and redo.")
        write_text(path, text)
    except UnicodeDecodeError:
        raise KnowledgeError(f"{path}: changed on disk, and is no UTF-8 now; look at it.") from None
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be written ({error.strerror}).") from None


def _load(text: str, label: str) -> CommentedSeq:
    try:
        parse_yaml(text, label)  # the strict reader first: bounds, aliases, duplicates
        entries = _yaml().load(text)
    except YamlError as error:
        raise KnowledgeError(str(error.problem)) from None
    except (YAMLError, ValueError, TypeError, AttributeError) as error:
        # ruamel makes dates of what looks like one, and fails on 2026-02-30
        reason = " ".join(str(error).split())[:200]
        raise KnowledgeError(f"{label}: is not valid YAML ({reason}): quote odd values") from None
    if entries is None:
        entries = CommentedSeq()
    if not isinstance(entries, CommentedSeq):
        raise KnowledgeError(f"{label}:1: is not a list: start each entry with '- id: ...'")
    return entries


def _dump(entries: CommentedSeq | CommentedMap) -> str:
    stream = io.StringIO()
    yaml = _yaml()
    yaml.version = None  # no %YAML line in the files
    yaml.dump(entries, stream)
    return stream.getvalue()


def _lines(mapping: dict[str, Any]) -> CommentedMap:
    """Return a mapping with one line an entry, each on one line."""
    return CommentedMap(
        (key, _flow(value) if isinstance(value, dict) else value) for key, value in mapping.items()
    )


def _flow(mapping: dict[str, Any]) -> CommentedMap:
    inner = _lines(mapping)
    inner.fa.set_flow_style()
    return inner
