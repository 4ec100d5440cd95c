"""Write distilled clues as YAML in the layout that people use."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clues.knowledge.layout import wrapped
from clues.knowledge.model import FREQUENCY_WORDS, slug

_WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 .()'/;-]*(?<! )")
_NOT_PLAIN = {"no", "yes", "on", "off", "y", "n", "true", "false", "null"}
_SMALLEST, _LARGEST = 1e-5, FREQUENCY_WORDS["always"]


@dataclass(frozen=True)
class Fact:
    """One distilled clue: how often a value is recorded, by region.

    ``where`` holds shares; `write_facts` rounds them and never writes 0 or 1.
    """

    cue: str
    value: str
    says: str
    where: Mapping[str, float]
    elsewhere: float
    slug: str = ""
    counterexamples: str = ""
    sources: tuple[tuple[str, str], ...] = field(default=())  # ("url" or "title", text)


def write_facts(path: Path, heading: str, facts: list[Fact], checked: str) -> int:
    """Write facts to a file, in the order given; return how many were written.

    The file is a function of its arguments alone: the same facts give the same bytes.
    """
    lines = [f"# {line}" for line in heading.splitlines()]
    for fact in facts:
        if fact.where:
            lines += _entry(fact, checked)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sum(1 for fact in facts if fact.where)


def _entry(fact: Fact, checked: str) -> list[str]:
    name = fact.slug or slug(fact.value) or "u" + "-".join(f"{ord(c):04x}" for c in fact.value)
    shares = {code: share_text(fact.where[code]) for code in sorted(fact.where)}
    where = [
        f"{_text(code)}: {share}"
        for code, share in shares.items()
        if "-" not in code or shares.get(code.split("-")[0]) != share  # it would inherit the same
    ]
    sources = [f"{{{kind}: {json.dumps(text)}, checked: {checked}}}" for kind, text in fact.sources]
    lines = [
        f"- id: {fact.cue}.{name}.facts",
        f"  cue: {fact.cue}",
        f"  value: {_text(fact.value)}",
        f"  says: {_text(fact.says)}",
        *wrapped("  where: {", where, "}", margin="    ", width=_WIDTH),
        f"  elsewhere: {share_text(fact.elsewhere)}",
        *(["  sources:"] + [f"    - {source}" for source in sources]),
    ]
    if fact.counterexamples:
        lines.append(f"  counterexamples: {_text(fact.counterexamples)}")
    return [*lines, f"  since: {checked}"]


def share_text(share: float) -> str:
    """Return a share as a word where the table has it exactly, else with two digits."""
    bounded = min(max(share, _SMALLEST), _LARGEST)
    for word in ("never", "always"):
        if abs(bounded - FREQUENCY_WORDS[word]) < 1e-9:
            return word
    return f"{float(f'{bounded:.2g}'):.6f}".rstrip("0")


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _NOT_PLAIN:
        return text
    return json.dumps(text, ensure_ascii=False)
