"""Read untrusted YAML: bounded, without aliases, tags or duplicate keys, with line numbers.

The stream of parser events is folded into plain mappings and lists, so nothing is ever
constructed from a tag, and an alias cannot be followed because none is accepted. Scalars follow
YAML 1.2's core schema: ``NO``, ``yes`` and ``on`` are strings, as country codes must be.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from clues.knowledge.problem import Problem

# Ten times and more what any file of ours needs; reading so much takes a fraction of a second.
MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12
MAX_NODES = 60_000

_INT = re.compile(r"[-+]?[0-9]{1,15}")
# Controls, zero width, odd breaks of lines, changes of direction, tags: they show a reader another
# text than a program. Joiners stay: Persian and Indic words need them.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlMap(dict[str, Any]):
    """A mapping that remembers the line (1-based) of itself and of each key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.key_lines: dict[str, int] = {}


class YamlList(list[Any]):
    """A list that remembers the line (1-based) of itself and of each item."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.item_lines: list[int] = []


class YamlError(Exception):
    """Reading failed; carries the `Problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def read_yaml(path: Path, label: str | None = None) -> Any:
    """Read one YAML document as `YamlMap`, `YamlList` and plain scalars.

    Parameters
    ----------
    path
        The file; at most 1 MB, 12 levels deep and 60,000 nodes.
    label
        How problems name the file; its path by default.

    Raises
    ------
    YamlError
        With file, line and the mend, for anything unreadable or forbidden.
    """
    label = label or str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise YamlError(
            Problem(label, 1, f"cannot be read ({error.strerror})", "check the path and its rights")
        ) from None
    return parse_yaml(data, label)


def parse_yaml(data: bytes | str, label: str = "text") -> Any:
    """Parse one YAML document given as bytes (UTF-8) or text; see `read_yaml`."""
    if len(data) > MAX_BYTES:
        raise YamlError(
            Problem(label, 1, f"over {MAX_BYTES // 2**20} MB", "split it into smaller files")
        )
    try:
        text = data.decode("utf-8-sig") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise YamlError(
            Problem(label, 1, f"is not UTF-8 (byte {error.start})", "save it as UTF-8")
        ) from None
    try:
        return _Fold(label, yaml.parse(text, Loader=_Loader)).document()
    except yaml.MarkedYAMLError as error:
        # an unclosed bracket is noticed at the end of the text, but to be mended where it opened
        mark = error.context_mark or error.problem_mark
        line = mark.line + 1 if mark else 1
        what = "is not valid YAML (" + " ".join(str(error.problem or error.context).split()) + ")"
        raise YamlError(
            Problem(label, line, what, "check indentation, quotes and brackets there")
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        what = "is not valid YAML (" + " ".join(str(error).split())[:100] + ")"
        raise YamlError(Problem(label, 1, what, "remove the odd character")) from None


class _Fold:
    """Folds parser events into values, with bounds."""

    def __init__(self, label: str, events: Iterator[Any]) -> None:
        self.label = label
        self.events = events
        self.nodes = 0

    def fail(self, event: Any, what: str, mend: str) -> YamlError:
        return YamlError(Problem(self.label, event.start_mark.line + 1, what, mend))

    def document(self) -> Any:
        value: Any = None
        seen = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                seen += 1
                if seen > 1:
                    raise self.fail(event, "holds a second document", "remove the line '---'")
                first = next(self.events)
                value = self.node(first, 1)
        return value

    def node(self, event: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise self.fail(event, f"holds over {MAX_NODES} values", "split it into smaller files")
        if depth > MAX_DEPTH:
            raise self.fail(event, f"is nested over {MAX_DEPTH} levels deep", "flatten it")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self.fail(
                event, "uses an anchor or alias (& or *)", "write the value out, or quote it"
            )
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if event.tag is not None:
            raise self.fail(event, f"uses the tag {event.tag}", "remove the tag")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, depth)
        return self.sequence(event, depth)

    def mapping(self, start: Any, depth: int) -> YamlMap:
        result = YamlMap(start.start_mark.line + 1)
        while True:
            event = next(self.events)
            if isinstance(event, yaml.MappingEndEvent):
                return result
            key = self.node(event, depth + 1)
            if isinstance(event, yaml.ScalarEvent):
                key = event.value  # a key is text, whatever it looks like: 01, null, 3.5
            if not isinstance(key, str):
                raise self.fail(event, "uses a list or mapping as a key", "use a word as the key")
            if key in result:
                raise self.fail(event, f"repeats the key '{key[:60]}'", "keep one of the two")
            result.key_lines[key] = event.start_mark.line + 1
            result[key] = self.node(next(self.events), depth + 1)

    def sequence(self, start: Any, depth: int) -> YamlList:
        result = YamlList(start.start_mark.line + 1)
        while True:
            event = next(self.events)
            if isinstance(event, yaml.SequenceEndEvent):
                return result
            result.item_lines.append(event.start_mark.line + 1)
            result.append(self.node(event, depth + 1))

    def scalar(self, event: Any) -> Any:
        if event.tag is not None:
            raise self.fail(event, f"uses the tag {event.tag}", "remove the tag")
        text: str = event.value
        if hidden := _HIDDEN.search(text):
            raise self.fail(event, f"holds the hidden U+{ord(hidden[0]):04X}", "remove it")
        if not event.implicit[0] or event.style not in (None, ""):
            return text
        if text.lower() in _CONSTANTS:
            return _CONSTANTS[text.lower()]
        if _INT.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text):
            return int(text)
        if _FLOAT.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text):
            return float(text)
        return text


def line_of(data: Any, path: Sequence[str | int]) -> int:
    """Return the line (1-based) of the deepest part of ``path`` that exists in ``data``."""
    line: int = getattr(data, "line", 1)
    for step in path:
        if isinstance(data, YamlMap) and step in data:
            line, data = data.key_lines[str(step)], data[str(step)]
        elif isinstance(data, YamlList) and isinstance(step, int) and step < len(data):
            line, data = data.item_lines[step], data[step]
        else:
            break
    return line
