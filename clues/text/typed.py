"""What a person has read in a photo and typed: cues as from an engine, without boxes."""

from __future__ import annotations

from clues.cue import PERSON, Box, Cue
from clues.errors import CluesError
from clues.text import interpret
from clues.text.word import Word

MAX_TYPED = 2_000  # letters: more than anyone copies from a photo
_CONFIDENCE = 0.99  # people misread and mistype now and then
_LETTER_PX, _LINE_PX = 20.0, 40.0


def typed_words(text: str) -> list[Word]:
    """Return the words of a text as an engine would read them, in large clear letters.

    Lines of the text are lines of the photo.
    """
    words: list[Word] = []
    for row, line in enumerate(text.splitlines()):
        x, y = 0.0, row * 3 * _LINE_PX
        for part in line.split():
            right = x + _LETTER_PX * len(part)
            box = Box(x, y, right, y + _LINE_PX)
            words.append(Word(part, _CONFIDENCE, box, typed=True))
            x = right + _LETTER_PX
    return words


def typed_cues(text: str) -> list[Cue]:
    """Return the cues in a text that a person read in a photo: numbers, names, language.

    Raises
    ------
    CluesError
        If the text is too long.
    """
    if len(text) > MAX_TYPED:
        raise CluesError(f"the text has {len(text):,} letters; at most {MAX_TYPED:,} are read.")
    told = {"box": None, "detector": PERSON}  # plates say otherwise
    return [cue.model_copy(update=told) for cue in interpret(typed_words(text))]
