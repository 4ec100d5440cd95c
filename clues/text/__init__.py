"""What reading gives: words in, cues about script, language, numbers and names out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from clues.cue import Cue
from clues.text import (
    currency,
    domain,
    domain_parts,
    language,
    letters,
    lookups,
    phone,
    place_name,
    script,
)
from clues.text.glue import unglue
from clues.text.watermark import drop_watermarks
from clues.text.word import MAX_WORDS, Line, Word, merge_lines

Reader = Callable[[Sequence[Line]], list[Cue]]

# What each reader makes of the lines, and the variables that it may report.
READERS: dict[Reader, frozenset[str]] = {
    script.read_script: frozenset({script.VARIABLE}),
    language.read_language: frozenset({language.VARIABLE}),
    letters.read_letters: frozenset({letters.VARIABLE}),
    domain.read_domain: frozenset({domain.VARIABLE}),
    domain_parts.read_domain_parts: frozenset({domain_parts.VARIABLE}),
    currency.read_currency: frozenset({currency.VARIABLE}),
    phone.read_phone: frozenset({phone.VARIABLE, phone.CALLING_CODE}),
    place_name.read_place_names: frozenset({place_name.VARIABLE}),
    lookups.read_lookups: lookups.VARIABLES,
}
VARIABLES: frozenset[str] = frozenset().union(*READERS.values())

__all__ = ["READERS", "VARIABLES", "Line", "Word", "interpret", "lines_of"]


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Return the lines in a photo's words, without the camera's watermark."""
    return merge_lines(unglue(drop_watermarks(words)))


def interpret(words: Sequence[Word]) -> list[Cue]:
    """Return the cues in what an engine read.

    Parameters
    ----------
    words
        Any number, in any order; the surest few hundred are used.
    """
    lines = lines_of(words)
    unread = [Line((word,)) for word in words if not word.text][:MAX_WORDS]
    return [*script.read_script([*lines, *unread]), *_read(lines)]


def _read(lines: Sequence[Line]) -> Iterator[Cue]:
    """Yield what the readers make of lines that were read."""
    for reader in READERS:
        if reader is not script.read_script:
            yield from reader(lines)
