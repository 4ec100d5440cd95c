"""Render words as street photos show them: sign colours, perspective, blur, few pixels, JPEG."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from detectors.training.text_fonts import Face

Pixels = npt.NDArray[np.uint8]

_SIZE_PX = 44  # of the font before anything is done to it
_MAX_ASPECT = 16.0
_LEAST_CONTRAST = 60.0  # of luminance, of 255
# Least height of the font in the photo: capitals have 11 pixels then, small letters 8. Below that
# people cannot tell the scripts of crops with blur and JPEG either.
_LEAST_EM_PX = 16.0
_DIM = 0.25  # share of crops in shadow or haze
# Foreground and background of signs, RGB: road signs, shop fronts, plates, paint on walls.
_WHITE, _BLACK, _PAPER = (255, 255, 255), (20, 20, 20), (248, 248, 246)
_SIGNS = (
    (_WHITE, (20, 70, 160)), (_WHITE, (10, 100, 60)), (_BLACK, _PAPER), (_BLACK, (240, 200, 30)),
    (_WHITE, (190, 25, 30)), ((200, 20, 30), _PAPER), ((250, 220, 40), (180, 20, 30)),
    (_WHITE, _BLACK), ((20, 50, 140), _PAPER), ((240, 210, 60), (20, 60, 140)),
    ((40, 120, 60), _PAPER), ((250, 230, 120), (40, 30, 25)),
)  # fmt: skip


@lru_cache(maxsize=600)
def _font(path: str, index: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, _SIZE_PX, index=index)


def draw(word: str, face: Face, stroke: int = 0, *, vertical: bool = False) -> Pixels | None:
    """Return how much ink is where, shape (height, width), tight; None if the font fails.

    ``vertical``: letters one under another, the column then turned to lie, as detectors turn it.
    """
    font = _font(face.path, face.index)
    try:
        if any(font.getmask(letter).getbbox() is None for letter in set(word) if letter.isalpha()):
            return None  # some fonts have blanks for letters
        if vertical:
            parts = [_ink(letter, font, stroke) for letter in word if not letter.isspace()]
            return (
                None
                if any(p is None for p in parts)
                else _column([p for p in parts if p is not None])
            )
        return _ink(word, font, stroke)
    except (OSError, ValueError):
        return None


def _ink(text: str, font: ImageFont.FreeTypeFont, stroke: int) -> Pixels | None:
    x0, y0, x1, y1 = (round(v) for v in font.getbbox(text, stroke_width=stroke))
    if not (2 < x1 - x0 < _MAX_ASPECT * _SIZE_PX * 2 and 2 < y1 - y0 < 6 * _SIZE_PX):
        return None
    canvas = Image.new("L", (x1 - x0, y1 - y0))
    ImageDraw.Draw(canvas).text((-x0, -y0), text, fill=255, font=font, stroke_width=stroke)
    ink = np.asarray(canvas)
    return ink if ink.any() else None


def _column(parts: Sequence[Pixels]) -> Pixels:
    width = max(part.shape[1] for part in parts)
    rows = []
    for part in parts:
        left = (width - part.shape[1]) // 2
        rows.append(np.pad(part, ((3, 3), (left, width - part.shape[1] - left))))
    return np.ascontiguousarray(np.rot90(np.concatenate(rows)))


def degrade(ink: Pixels, textures: Sequence[Pixels], rng: random.Random, height: int) -> Pixels:
    """Return a word's ink as a crop out of a street photo, RGB, ``height`` pixels high.

    Parameters
    ----------
    ink
        From `draw`.
    textures
        Pieces of photos, RGB, for backgrounds and dirt; may be empty.
    rng
        Source of chance.
    height
        Of the result, in pixels.
    """
    ink = _warp(_margins(ink, rng), rng)  # still with `_SIZE_PX` pixels for the font
    rows, columns = ink.shape
    foreground, background = _colours(rng)
    picture = _background((rows, columns), background, textures, rng)
    alpha = (ink.astype(np.float32) / 255 * rng.uniform(0.75, 1.0))[..., None]
    if rng.random() < 0.15:
        picture = _outline(picture, ink, rng)
    picture = picture * (1 - alpha) + np.array(foreground, np.float32) * alpha
    return _photograph(picture, rng, height)


def _margins(ink: Pixels, rng: random.Random) -> Pixels:
    rows = ink.shape[0]
    vertical = [round(rows * rng.uniform(-0.03, 0.28)) for _ in range(2)]
    sides = [round(rows * rng.uniform(-0.03, 0.35)) for _ in range(2)]
    padded = np.pad(ink, (tuple(max(v, 0) for v in vertical), tuple(max(v, 0) for v in sides)))
    cut = [max(-v, 0) for v in (*vertical, *sides)]
    return padded[cut[0] : padded.shape[0] - cut[1], cut[2] : padded.shape[1] - cut[3]]


def _warp(ink: Pixels, rng: random.Random) -> Pixels:
    rows, columns = ink.shape
    stretched = round(columns * rng.choice((1.0, 1.0, rng.uniform(0.6, 1.5))))
    jitter = 0.09 * rows
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    target = np.array([[0, 0], [stretched, 0], [stretched, rows], [0, rows]], np.float64)
    target += np.array(
        [[rng.gauss(0, jitter), rng.gauss(0, 0.6 * jitter)] for _ in range(4)], np.float32
    )
    slant = rng.choice((0.0, 0.0, rng.gauss(0, 0.12))) * rows
    target[:2, 0] += slant
    matrix = cv2.getPerspectiveTransform(source, target.astype(np.float32))
    return np.asarray(cv2.warpPerspective(ink, matrix, (max(stretched, 4), rows)), np.uint8)


def _luminance(colour: Sequence[float]) -> float:
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def _colours(rng: random.Random) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if rng.random() < 0.5:
        one, two = rng.choice(_SIGNS)
        shift = rng.uniform(-30, 30)
        fade = rng.uniform(0.55, 1.0)
        return tuple(
            tuple(min(max(128 + (c - 128) * fade + shift, 0), 255) for c in colour)
            for colour in (one, two)
        )  # type: ignore[return-value]
    while True:
        one, two = (tuple(rng.uniform(0, 255) for _ in range(3)) for _ in range(2))
        if abs(_luminance(one) - _luminance(two)) > _LEAST_CONTRAST:
            return one, two


def _background(
    shape: tuple[int, int], colour: Sequence[float], textures: Sequence[Pixels], rng: random.Random
) -> npt.NDArray[np.float32]:
    flat = np.broadcast_to(np.array(colour, np.float32), (*shape, 3))
    if rng.random() < 0.4:
        ramp = np.linspace(-1, 1, shape[1], dtype=np.float32)[None, :, None] * rng.uniform(-35, 35)
        flat = flat + ramp
    if textures and rng.random() < 0.45:
        texture = rng.choice(textures)
        part = cv2.resize(texture, (shape[1], shape[0])).astype(np.float32)
        mix = rng.uniform(0.1, 0.55)
        flat = flat + mix * (part - part.mean((0, 1)))
    return np.array(flat)


def _outline(
    picture: npt.NDArray[np.float32], ink: Pixels, rng: random.Random
) -> npt.NDArray[np.float32]:
    """Lay an outline or a shadow of another colour under the letters."""
    size = rng.choice((3, 5, 7))
    wide = cv2.dilate(ink, np.ones((size, size), np.uint8))
    shift = np.array([[1, 0, rng.randint(-3, 3)], [0, 1, rng.randint(-3, 3)]], np.float32)
    wide = cv2.warpAffine(wide, shift, (ink.shape[1], ink.shape[0]))
    alpha = (np.asarray(wide, np.float32) / 255)[..., None]
    colour = np.array([rng.uniform(0, 255) for _ in range(3)], np.float32)
    return picture * (1 - alpha) + colour * alpha


def _photograph(picture: npt.NDArray[np.float32], rng: random.Random, height: int) -> Pixels:
    """Blur, shrink, add noise, compress as JPEG, and enlarge again."""
    rows, columns = picture.shape[:2]
    em = _LEAST_EM_PX + 36 * rng.random() ** 1.4
    few = max(8, round(rows * min(em / _SIZE_PX, 1.0)))
    few_columns = max(4, round(columns * few / rows))
    if rng.random() < 0.5:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 0.8) * rows / few)
    if rng.random() < 0.1:
        length = rng.choice((3, 5, 7))
        picture = cv2.blur(picture, (length, 1))
    picture = cv2.resize(picture, (few_columns, few), interpolation=cv2.INTER_AREA)
    sharp = np.random.default_rng(rng.getrandbits(32))
    picture = picture + sharp.normal(0, rng.choice((1, 3, 8)), picture.shape)
    if rng.random() < _DIM:
        picture = picture * rng.uniform(0.4, 1.0) + rng.uniform(0, 60)
    small = np.clip(picture, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        _, code = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(40, 95)])
        small = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
    width = max(8, round(columns * height / rows))
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
