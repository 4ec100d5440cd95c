"""The layout of knowledge-base files: how values are written, and which lines a field has.

Files are edited by lines, so that the comments, quotes and line breaks that authors chose stay.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import yaml

from clues.knowledge.yaml import YamlError, YamlMap, parse_yaml

WIDTH = 110
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_WORD = re.compile(r"[A-Za-z]{2}(-[A-Z0-9]+)?")  # most keys: spares the parser
_ESCAPED = {0x7F: "\\x7f", 0x85: "\\N", 0x2028: "\\L", 0x2029: "\\P", 0xFEFF: "\\ufeff"}
# text in YAML 1.2, which Clues reads, but something else to tools that read YAML 1.1
_AMBIGUOUS = re.compile(r"[\d_.:+-]+|y|n|yes|no|on|off", re.IGNORECASE)


@dataclass
class Field:
    """The lines of one field: comments above it, then its own, the first without its margin."""

    above: list[str]
    own: list[str]


def lines_of(text: str) -> list[str]:
    """Return a text's lines as YAML counts them, without their ends."""
    lines = _BREAK.split(text)
    return lines if lines[-1] else lines[:-1]


def joined(lines: Iterable[str]) -> str:
    """Return lines as the text of a file."""
    return "".join(f"{line}\n" for line in lines)


def fields_of(
    lines: Sequence[str], record: YamlMap, first: int, margin: int = 2
) -> dict[str, Field] | None:
    """Return a record's fields by name; nothing if they do not stand one below the other.

    Parameters
    ----------
    lines
        The record's lines, from its first key to its last value.
    first
        The number of the first of them.
    margin
        Characters before each key: ``- `` or blanks.
    """
    starts = [line - first for line in record.key_lines.values()]
    if starts != sorted(set(starts)) or any(lines[at][margin : margin + 1] in " " for at in starts):
        return None
    if any(lines[at][:margin].strip(" ") for at in starts[1:]):
        return None
    fields, above = {}, 0
    for name, start, stop in zip(record, starts, [*starts[1:], len(lines)], strict=True):
        end = stop - _comments_at_the_end(lines[start + 1 : stop]) if stop < len(lines) else stop
        own = [lines[start][margin:], *lines[start + 1 : end]]
        fields[name] = Field(list(lines[start - above : start]), own)
        above = stop - end
    return fields


def without_tail(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split lines before the comments and blank lines at their end."""
    at = len(lines) - _comments_at_the_end(lines)
    return list(lines[:at]), list(lines[at:])


def _comments_at_the_end(lines: Sequence[str]) -> int:
    count = 0
    for line in reversed(lines):
        if line.strip() and not line.lstrip().startswith("#"):
            break
        count += 1
    return count


def comments_in(text: str) -> list[str]:
    """Return the comments of a text, in order."""
    found: list[str] = []
    end = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        found += re.findall(r"#[^\n]*", text[end : token.start_mark.index])
        end = token.end_mark.index
    return [comment.rstrip() for comment in found]


def written(name: str, value: Any, margin: int = 2) -> list[str]:
    """Return the lines of a field as people write it, the first without its margin."""
    deeper = " " * (margin + 2)
    if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
        return [f"{name}:", *(f"{deeper}{pair}" for pair in _pairs(value))]
    if isinstance(value, Mapping) and len(value) > 2:
        start = f"{' ' * margin}{name}: {{"
        lines = wrapped(start, list(_pairs(value)), "}", " " * len(start))
        return [lines[0][margin:], *lines[1:]]
    if isinstance(value, list | tuple) and len(value) > 1:
        return [f"{name}:", *(f"{deeper}- {inline(one)}" for one in value)]
    return [f"{name}: {inline(value) if isinstance(value, Mapping | list) else scalar(value)}"]


def wrapped(
    start: str, items: Sequence[str], end: str, margin: str, width: int = WIDTH
) -> list[str]:
    """Return items in brackets, with line breaks only between them; a margin begins later lines."""
    lines, line = [], start
    for index, item in enumerate(items):
        piece = item + (", " if index + 1 < len(items) else end)
        if index and len(line) + len(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = margin
        line += piece
    return [*lines, line]


def inline(value: Any) -> str:
    """Return a value on one line, as it may stand in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(_pairs(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    return scalar(value, "[%s]")


def _pairs(mapping: Mapping[str, Any]) -> Iterator[str]:
    for name, value in mapping.items():
        text = _quoted(value) if name in ("url", "title") else inline(value)
        yield f"{inline(name)}: {text}"


def scalar(value: Any, place: str = "- %s") -> str:
    """Return a scalar as YAML writes it in a list of one, quoted where it has to be."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and "e" in repr(value):  # 5e-05 is text to YAML 1.1
        return f"{Decimal(repr(value)):f}"
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _is_plain(value, place) else _quoted(value)


def _is_plain(text: str, place: str) -> bool:
    if _WORD.fullmatch(text) and not _AMBIGUOUS.fullmatch(text):
        return True
    if _BREAK.search(text) or (_AMBIGUOUS.fullmatch(text) and not _DATE.fullmatch(text)):
        return False
    try:
        return bool(parse_yaml(place % text) == [text])
    except YamlError:
        return False


def _quoted(text: str) -> str:
    # a JSON string is a YAML string, but for what YAML takes for line breaks and oddities
    return json.dumps(text, ensure_ascii=False).translate(_ESCAPED)
