"""Validators of wording."""

import re
from collections.abc import Iterator

from clues.knowledge.lint.context import Context, Severity, at, validator
from clues.knowledge.problem import Problem

_VAGUE = re.compile(
    r"\b(etc|and so on|some countries|various places|kind of|sort of|stuff|nice|"
    r"typical look|vibe|vibes|feels? like|somehow|obviously|tbd|todo)\b",
    re.IGNORECASE,
)
_SHINGLE = 8  # words in a row that two authors hardly ever share by chance


@validator("vague-wording", Severity.WARNING)
def vague_wording(context: Context) -> Iterator[Problem]:
    """A statement uses words that nobody can check in a photo."""
    for clue in context.kb.clues:
        match = _VAGUE.search(clue.says)
        if match:
            yield at(clue, f"'{match[0]}' cannot be checked", "say what is seen, and where")


@validator("not-a-sentence", Severity.WARNING)
def not_a_sentence(context: Context) -> Iterator[Problem]:
    """A statement does not start with a capital and end with a full stop."""
    for clue in context.kb.clues:
        first = clue.says.lstrip("'\"«„“(")[:1]
        if first.islower() or not clue.says.rstrip().endswith((".", "!", "?")):
            yield at(clue, "`says` is no full sentence", "start with a capital, end with a stop")


@validator("copied-text")
def copied_text(context: Context) -> Iterator[Problem]:
    """Eight words in a row stand in a source text: facts carry over, sentences do not."""
    shingles = {
        shingle: name for name, text in context.texts.items() for shingle in _shingles(text)
    }
    for clue in context.kb.clues if shingles else ():
        for shingle in _shingles(f"{clue.says} {clue.counterexamples}"):
            if shingle in shingles:
                words = " ".join(shingle)
                yield at(clue, f"'{words}' stands in {shingles[shingle]}", "say it in your words")
                break


def _shingles(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    for start in range(len(words) - _SHINGLE + 1):
        yield tuple(words[start : start + _SHINGLE])
