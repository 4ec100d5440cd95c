"""All look-ups of read words: plates, postcodes, roads, stop signs, street words, brands."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from clues.cue import ELSEWHERE, Cue
from clues.text import brands, plates, postcodes, road_numbers, stop_word, street_words
from clues.text.word import Line

READERS: dict[Callable[[Sequence[Line]], list[Cue]], frozenset[str]] = {
    plates.read_plates: frozenset({plates.REGION_VARIABLE, plates.FORMAT_VARIABLE}),
    postcodes.read_postcodes: frozenset({postcodes.VARIABLE}),
    road_numbers.read_road_numbers: frozenset({road_numbers.VARIABLE}),
    stop_word.read_stop_word: frozenset({stop_word.VARIABLE}),
    street_words.read_street_words: frozenset({street_words.VARIABLE}),
    brands.read_brands: frozenset({brands.VARIABLE}),
}
_RATHER = frozenset({postcodes.VARIABLE, road_numbers.VARIABLE})
VARIABLES: frozenset[str] = frozenset().union(*READERS.values())


def read_lookups(lines: Sequence[Line]) -> list[Cue]:
    """Return the cues that the tables see in lines; the same words count in one of them only."""
    cues = [cue for reader in READERS for cue in reader(lines)]
    return [cue for cue in cues if not any(_takes(other, cue) for other in cues)]


def _takes(other: Cue, cue: Cue) -> bool:
    """Return whether a plate is rather a postcode or road number, a word that of a stop sign."""
    if other.box != cue.box:
        return False
    if cue.variable == street_words.VARIABLE:
        return other.variable == stop_word.VARIABLE
    if cue.family != "plates" or other.variable not in _RATHER:
        return False
    return _unlikely(other) < _unlikely(cue)


def _unlikely(cue: Cue) -> float:
    return cue.likelihood[ELSEWHERE] / max(cue.likelihood.values())
