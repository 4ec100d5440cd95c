"""What an OCR engine read: words, and the lines that they make."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from clues.cue import Box

MAX_WORDS = 400  # more than any street photo holds; keeps merging bounded
MAX_LETTERS = 80  # of one word; longer readings are noise

# On 276 words of the labelled development photos the likeliest power is 8.3 in one half and 7.3 in
# the other; the labels lack some words that were read rightly, so the power is set a little lower.
_OVERSTATED = 6.0
_SAME_ROW = 0.5  # vertical overlap, as a share of the smaller height
_SAME_SIZE = 1.9  # largest ratio of heights in one line
_GAP = 1.1  # largest gap between words, in heights
_RIGHT_TO_LEFT = frozenset({"R", "AL"})

Polygon = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as read by an engine.

    Attributes
    ----------
    text
        As read, without surrounding white space.
    confidence
        The engine's own, in [0, 1].
    box
        In pixels of the upright photo.
    polygon
        Corners clockwise from the top left; empty where the engine gives none.
    alternatives
        Other readings with their confidences.
    script
        P(what the crop looks like | its script), up to a factor, where a network judged it. A word
        whose script no recogniser knows has this and an empty ``text``.
    on_sign
        Whether it stands on the face of a road sign.
    typed
        Whether a person typed it: its letters may be wrong, but are hardly of another script.
    """

    text: str
    confidence: float
    box: Box
    polygon: Polygon = ()
    alternatives: tuple[tuple[str, float], ...] = ()
    script: tuple[tuple[str, float], ...] = ()
    on_sign: bool = False
    typed: bool = False

    @property
    def certainty(self) -> float:
        """P(every letter is right), which engines' confidences overstate by far."""
        return float(self.confidence**_OVERSTATED)

    @property
    def height_px(self) -> float:
        """Height of the box."""
        return self.box.height_px


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand in one row, in reading order."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with spaces between them."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words, weighted by their length."""
        lengths = [max(len(word.text), 1) for word in self.words]
        total = sum(n * word.confidence for n, word in zip(lengths, self.words, strict=True))
        return total / sum(lengths)

    @property
    def certainty(self) -> float:
        """P(every letter of a typical word is right)."""
        return float(self.confidence**_OVERSTATED)

    @property
    def typed(self) -> bool:
        """Whether a person typed it."""
        return self.words[0].typed

    @property
    def box(self) -> Box:
        """The smallest box around all words."""
        return union(word.box for word in self.words)


def union(boxes: Iterable[Box]) -> Box:
    """Return the smallest box around some boxes."""
    corners = [box.xyxy_px for box in boxes]
    lefts, tops, rights, bottoms = zip(*corners, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def box_of(polygon: Sequence[Sequence[float]], width: int, height: int) -> Box | None:
    """Return the box around a polygon, cut at the photo's edges; None if nothing is left."""
    xs = [min(max(float(x), 0.0), float(width)) for x, _ in polygon]
    ys = [min(max(float(y), 0.0), float(height)) for _, y in polygon]
    if not xs or max(xs) - min(xs) < 1 or max(ys) - min(ys) < 1:
        return None
    return Box(min(xs), min(ys), max(xs), max(ys))


def split_words(
    text: str, confidence: float, polygon: Polygon, width: int, height: int
) -> list[Word]:
    """Split a line read as a whole at its spaces; each word gets its share of the polygon.

    The first word of a right-to-left script stands at the right.

    Parameters
    ----------
    text, confidence
        What was read.
    polygon
        Four corners clockwise from the top left, in pixels.
    width, height
        Size of the photo in pixels.
    """
    text = clean(text)
    if not text or len(polygon) != 4 or not math.isfinite(confidence):
        return []
    leftwards = _is_right_to_left(text)
    words = []
    start = 0
    for part in text.split(" "):
        end = start + len(part)
        left, right = start / len(text), end / len(text)
        corners = _slice(polygon, *((1 - right, 1 - left) if leftwards else (left, right)))
        box = box_of(corners, width, height)
        if part and box is not None:
            words.append(Word(part[:MAX_LETTERS], min(max(confidence, 0.0), 1.0), box, corners))
        start = end + 1
    return words


def sliced(word: Word, start: float, end: float) -> Word:
    """Return the part of a word's box and polygon between two shares of its length."""
    if _is_right_to_left(word.text):
        start, end = 1 - end, 1 - start
    box, polygon = word.box, word.polygon
    part = Box(box.x0 + start * box.width_px, box.y0, box.x0 + end * box.width_px, box.y1)
    if len(polygon) == 4:
        polygon = _slice(polygon, start, end)
        xs, ys = zip(*polygon, strict=True)
        part = Box(min(xs), min(ys), max(xs), max(ys))
    return replace(word, box=part, polygon=polygon)


def clean(text: str) -> str:
    """Compose accents, drop control characters and invisible marks, collapse white space."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c if not unicodedata.category(c).startswith("C") else " " for c in composed)
    return " ".join(visible.split())


def merge_lines(words: Sequence[Word]) -> list[Line]:
    """Join words to lines, in reading order; the surest words win where there are too many.

    Two words belong together if their rows overlap, their heights are alike and the gap between
    them is about a letter. Lines of right-to-left script are reversed. Unread
    words are left out.
    """
    kept = sorted((w for w in words if w.text), key=lambda w: -w.confidence)[:MAX_WORDS]
    rows: list[list[Word]] = []
    for word in sorted(kept, key=lambda w: (w.box.x0, w.box.y0)):
        fits = [row for row in rows if _continues(row[-1], word)]
        if fits:
            min(fits, key=lambda row: abs(row[-1].box.x1 - word.box.x0)).append(word)
        else:
            rows.append([word])
    rows.sort(key=lambda row: (row[0].box.y0, row[0].box.x0))
    return [Line(tuple(_in_reading_order(row))) for row in rows]


def _continues(last: Word, word: Word) -> bool:
    a, b = last.box, word.box
    low, high = sorted((last.height_px, word.height_px))
    overlap = min(a.y1, b.y1) - max(a.y0, b.y0)
    gap = b.x0 - a.x1
    return (
        overlap >= _SAME_ROW * low and high <= _SAME_SIZE * low and -0.5 * low <= gap <= _GAP * low
    )


def _in_reading_order(row: Sequence[Word]) -> Sequence[Word]:
    return row[::-1] if _is_right_to_left("".join(word.text for word in row)) else row


def _is_right_to_left(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in letters) > len(letters)


def _slice(polygon: Polygon, start: float, end: float) -> Polygon:
    top_left, top_right, bottom_right, bottom_left = polygon

    def between(p: tuple[float, float], q: tuple[float, float], t: float) -> tuple[float, float]:
        return (p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]))

    return (
        between(top_left, top_right, start),
        between(top_left, top_right, end),
        between(bottom_left, bottom_right, end),
        between(bottom_left, bottom_right, start),
    )
