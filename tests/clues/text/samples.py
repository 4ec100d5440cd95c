"""Words and lines for the tests of `clues.text`."""

from clues.cue import Box
from clues.text.word import Line, Word


def word(text, confidence=0.97, x=0.0, y=0.0, width=None, height=20.0):
    width = width or 12.0 * max(len(text), 1)
    return Word(text, confidence, Box(x, y, x + width, y + height))


def words(text, confidence=0.97, x=0.0, y=0.0):
    made = []
    for part in text.split(" "):
        made.append(word(part, confidence, x, y))
        x = made[-1].box.x1 + 8
    return made


def line(text, confidence=0.97):
    return Line(tuple(words(text, confidence)))
