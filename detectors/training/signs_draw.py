"""Draw road signs of many kinds, and make them look as in street photos.

Shapes, grounds and borders follow the Vienna Convention on Road Signs and Signals (1968) and the
American practice; what stands on them is made up, since only shape and colours are learned.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Rng = np.random.Generator
Colour = tuple[int, int, int]
Pixels = npt.NDArray[np.uint8]

SIDE = 128  # of a drawn sign, and of the patch that it stands in (twice as large as the sign)
_C = SIDE / 2
_RED, _BLUE, _BLACK, _WHITE = (190, 25, 35), (20, 75, 160), (25, 25, 25), (240, 240, 240)
_YELLOW, _ORANGE, _LIME, _GREEN = (250, 200, 20), (245, 125, 20), (200, 230, 40), (10, 105, 60)
_BROWN, _GREY = (105, 65, 35), (150, 150, 150)


def draw(kind: str, rng: Rng) -> Image.Image:
    """Return a sign of a kind, RGBA, seen from the front; it touches the picture's edges."""
    image = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    _DRAWERS[kind](ImageDraw.Draw(image), rng)
    return image


def seen(sign: Image.Image, ground: Image.Image, rng: Rng) -> Pixels:
    """Return a patch of a photo with a sign in its middle half, shape (128, 128, 3).

    Parameters
    ----------
    sign
        From `draw`.
    ground
        A piece of a photo, to stand before.
    """
    faded = _fade(sign, rng)
    narrow = rng.uniform(0.45, 1.0) if rng.random() < 0.4 else rng.uniform(0.85, 1.0)
    wide = max(round(SIDE / 2 * narrow), 8)
    turned = faded.resize((wide, SIDE // 2), Image.Resampling.LANCZOS).rotate(
        rng.normal(0, 4), Image.Resampling.BICUBIC, expand=True
    )
    patch = ground.convert("RGB").resize((SIDE, SIDE))
    if rng.random() < 0.7:
        _post(patch, rng)
    patch.paste(turned, ((SIDE - turned.width) // 2, (SIDE - turned.height) // 2), turned)
    return np.asarray(_shade(patch, rng))


def _fade(sign: Image.Image, rng: Rng) -> Image.Image:
    """Let the sun bleach a sign, or the camera make it darker, and its colours differ a little."""
    pixels = np.asarray(sign).astype(np.float64)
    colour = pixels[..., :3]
    grey = colour.mean(2, keepdims=True)
    colour = grey + (colour - grey) * rng.uniform(0.45, 1.1)
    colour = colour * np.exp(rng.normal(0, 0.06, 3)) * math.exp(rng.normal(-0.15, 0.3))
    pixels[..., :3] = np.clip(colour + rng.uniform(0, 25), 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


def _post(patch: Image.Image, rng: Rng) -> None:
    draw = ImageDraw.Draw(patch)
    half, light = rng.uniform(1, 4), int(rng.integers(60, 190))
    draw.rectangle((_C - half, _C, _C + half, SIDE), fill=(light, light, light))


def _shade(patch: Image.Image, rng: Rng) -> Image.Image:
    """Lay the edge of a shadow over some patches, and hide a corner of others behind leaves."""
    if rng.random() < 0.2:
        ramp = np.linspace(rng.uniform(0.4, 1), rng.uniform(0.4, 1), SIDE)[:, None, None]
        patch = Image.fromarray((np.asarray(patch) * ramp).astype(np.uint8))
    if rng.random() < 0.1:
        x, y = rng.uniform(SIDE / 4, 3 * SIDE / 4, 2)
        r = rng.uniform(8, 20)
        leaf = tuple(int(v) for v in rng.integers((20, 40, 10), (90, 120, 70)))
        ImageDraw.Draw(patch).ellipse((x - r, y - r, x + r, y + r), fill=leaf)
    return patch


def degrade(crop: Image.Image, side: int, rng: Rng) -> Image.Image:
    """Return a crop as if seen from afar: fewer pixels, blur, noise, traces of compression."""
    few = round(math.exp(rng.uniform(math.log(9), math.log(2 * side))))
    if few < crop.width:
        crop = crop.resize((few, few), Image.Resampling.BOX)
    if rng.random() < 0.5:
        crop = crop.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.8)))
    noisy = np.asarray(crop) + rng.normal(0, rng.uniform(0, 6), (crop.height, crop.width, 3))
    crop = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    if rng.random() < 0.5:
        buffer = io.BytesIO()
        crop.save(buffer, "jpeg", quality=int(rng.integers(35, 90)))
        crop = Image.open(buffer).convert("RGB")
    return crop.resize((side, side), Image.Resampling.BILINEAR)


def _shape(points: Sequence[tuple[float, float]], size: float = 1.0) -> list[tuple[float, float]]:
    """Return points given as -1 to 1 around the middle, shrunk, in pixels."""
    return [(_C + _C * size * x, _C + _C * size * y) for x, y in points]


def _regular(corners: int, turn: float) -> list[tuple[float, float]]:
    angles = [turn + 2 * math.pi * n / corners for n in range(corners)]
    return [(math.cos(a), math.sin(a)) for a in angles]


_TRIANGLE = [(0.0, -0.9), (1.0, 0.83), (-1.0, 0.83)]
_DIAMOND = _regular(4, 0)
_OCTAGON = [(x * 1.08, y * 1.08) for x, y in _regular(8, math.pi / 8)]
_DISC = _regular(40, 0)


def _triangle(ground: Colour) -> Callable[[ImageDraw.ImageDraw, Rng], None]:
    def drawer(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
        if ground == _YELLOW and rng.random() < 0.25:  # a thin yellow line around the red border
            draw.polygon(_shape(_TRIANGLE), fill=_YELLOW)
            draw.polygon(_shape(_TRIANGLE, 0.93), fill=_RED)
        else:
            border = _BLACK if ground == _YELLOW and rng.random() < 0.15 else _RED
            draw.polygon(_shape(_TRIANGLE), fill=border)
        draw.polygon(_shape(_moved(_TRIANGLE, 0.06), rng.uniform(0.55, 0.78)), fill=ground)
        _symbol(draw, rng, (_C, _C + 14), rng.uniform(14, 24), _BLACK)

    return drawer


def _diamond(ground: Colour | None) -> Callable[[ImageDraw.ImageDraw, Rng], None]:
    def drawer(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
        colour = ground or (_LIME if rng.random() < 0.2 else _YELLOW)
        form = rng.random()
        if ground is None and form < 0.12:  # the arrow at the end of a road
            box = (0, SIDE * 0.25, SIDE, SIDE * 0.75)
            draw.rectangle(box, fill=colour, outline=_BLACK, width=3)
            _symbol(draw, rng, (_C, _C), 26, _BLACK, wide=1.8)
            return
        if ground is None and form < 0.18:  # a railway crossing ahead
            draw.polygon(_shape(_DISC), fill=colour, outline=_BLACK)
            for x in (-0.7, 0.7):
                draw.line(_shape([(x, -0.7), (-x, 0.7)]), fill=_BLACK, width=12)
            return
        if ground is None and form < 0.26:  # children
            house = [(0.0, -1.0), (1.0, -0.2), (1.0, 1.0), (-1.0, 1.0), (-1.0, -0.2)]
            draw.polygon(_shape(house), fill=colour)
        else:
            draw.polygon(_shape(_DIAMOND), fill=colour)
        if rng.random() < 0.8:
            inner = _shape(_DIAMOND, rng.uniform(0.85, 0.94))
            draw.line([*inner, inner[0]], fill=_BLACK, width=int(rng.integers(2, 6)))
        if rng.random() < 0.2:
            _words(draw, rng, (_C, _C), 44, _BLACK)
        else:
            _symbol(draw, rng, (_C, _C), rng.uniform(18, 34), _BLACK)

    return drawer


def _ring(ground: Colour) -> Callable[[ImageDraw.ImageDraw, Rng], None]:
    def drawer(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
        form = rng.random()
        draw.polygon(_shape(_DISC), fill=_RED)
        if form < 0.15:  # no entry
            bar = _shape([(-0.7, -0.15), (0.7, 0.15)])
            draw.rectangle([*bar[0], *bar[1]], fill=_WHITE)
            return
        if form < 0.25:  # no stopping
            draw.polygon(_shape(_DISC, 0.8), fill=_BLUE)
            draw.line(_shape([(-0.6, -0.6), (0.6, 0.6)]), fill=_RED, width=14)
            return
        draw.polygon(_shape(_DISC, rng.uniform(0.68, 0.84)), fill=ground)
        if form < 0.7:
            _words(draw, rng, (_C, _C), 34, _BLACK, lines=1)
        else:
            _symbol(draw, rng, (_C, _C), rng.uniform(18, 30), _BLACK)
        if form > 0.85:
            draw.line(_shape([(-0.55, -0.55), (0.55, 0.55)]), fill=_RED, width=10)

    return drawer


def _mandatory(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.polygon(_shape(_DISC), fill=_WHITE if rng.random() < 0.5 else _BLUE)
    draw.polygon(_shape(_DISC, 0.93), fill=_BLUE)
    _symbol(draw, rng, (_C, _C), rng.uniform(20, 36), _WHITE)


def _stop(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.polygon(_shape(_OCTAGON, 0.93), fill=_WHITE if rng.random() < 0.8 else _RED)
    draw.polygon(_shape(_OCTAGON, 0.86), fill=_RED)
    _words(draw, rng, (_C, _C), 46, _WHITE, lines=1 if rng.random() < 0.8 else 2)


def _yield(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    down = [(x, -y) for x, y in _TRIANGLE]
    draw.polygon(_shape(down), fill=_RED)
    ground = _YELLOW if rng.random() < 0.2 else _WHITE
    draw.polygon(_shape(_moved(down, -0.06), rng.uniform(0.5, 0.75)), fill=ground)
    if rng.random() < 0.2:
        _words(draw, rng, (_C, _C - 14), 24, _BLACK, lines=1)


def _priority(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    draw.polygon(_shape(_DIAMOND), fill=_BLACK if rng.random() < 0.4 else _WHITE)
    draw.polygon(_shape(_DIAMOND, 0.95), fill=_WHITE)
    draw.polygon(_shape(_DIAMOND, rng.uniform(0.62, 0.76)), fill=_YELLOW)
    if rng.random() < 0.15:
        draw.line(_shape([(-0.4, 0.4), (0.4, -0.4)]), fill=_BLACK, width=10)


def _chevron(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    pairs = ((_WHITE, _RED), (_RED, _WHITE), (_BLACK, _YELLOW), (_YELLOW, _BLACK),
             (_WHITE, _BLACK), (_BLACK, _WHITE), (_WHITE, _BLUE))  # fmt: skip
    ground, ink = pairs[rng.integers(len(pairs))]
    count = int(rng.choice([1, 1, 1, 2, 3, 4]))
    high = 0.95 if count == 1 else 0.95 / math.sqrt(count)
    wide = rng.uniform(0.65, 0.95) if count == 1 else 1.0
    (left, top), (right, bottom) = _shape([(-wide, -high), (wide, high)])
    draw.rectangle((left, top, right, bottom), fill=ground, outline=ink, width=2)
    step = (right - left) / count
    way = 1 if rng.random() < 0.5 else -1
    for n in range(count):
        x, thick = left + (n + 0.5) * step, step * 0.35
        tip = [
            (x - way * step * 0.3, top),
            (x + way * step * 0.1, _C),
            (x - way * step * 0.3, bottom),
        ]
        back = [(x + thick, y) if way > 0 else (x - thick, y) for x, y in tip]
        draw.polygon([*tip, *back[::-1]], fill=ink)


def _board(inks: Sequence[tuple[Colour, Colour]], low: float, most: float) -> Callable[..., None]:
    def drawer(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
        ground, ink = inks[rng.integers(len(inks))]
        high = rng.uniform(low, most)
        corners = [(-1.0, -high), (1.0, -high), (1.0, high), (-1.0, high)]
        if rng.random() < 0.3:  # it points
            corners[1:3] = [(0.85, -high), (1.0, 0.0), (0.85, high)]
        draw.polygon(_shape(corners), fill=ground, outline=ink)
        _words(draw, rng, (_C, _C), 54, ink, lines=max(1, round(high * 4)))

    return drawer


def _crossing(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    (left, top), (right, bottom) = _shape([(-0.95, -0.95), (0.95, 0.95)])
    draw.rectangle((left, top, right, bottom), fill=_BLUE, outline=_WHITE, width=3)
    draw.polygon(_shape(_moved(_TRIANGLE, 0.0), 0.8), fill=_WHITE)
    _symbol(draw, rng, (_C, _C + 10), 20, _BLACK)


def _other(draw: ImageDraw.ImageDraw, rng: Rng) -> None:
    grounds = (_BLUE, _BLUE, _WHITE, _WHITE, _GREEN, _GREY, _YELLOW, _BROWN, _RED)
    ground = grounds[rng.integers(len(grounds))]
    ink = _BLACK if ground in (_WHITE, _YELLOW, _GREY) else _WHITE
    wide, high = (1.0, rng.uniform(0.4, 1)) if rng.random() < 0.5 else (rng.uniform(0.4, 1), 1.0)
    (left, top), (right, bottom) = _shape([(-wide, -high), (wide, high)])
    draw.rectangle((left, top, right, bottom), fill=ground, outline=ink, width=2)
    if rng.random() < 0.5:
        _symbol(draw, rng, (_C, _C), 34 * min(wide, high), ink)
    else:
        _words(draw, rng, (_C, _C), 50 * wide, ink, lines=max(1, round(high * 4)))


def _moved(points: Sequence[tuple[float, float]], down: float) -> list[tuple[float, float]]:
    return [(x, y + down) for x, y in points]


def _symbol(
    draw: ImageDraw.ImageDraw,
    rng: Rng,
    middle: tuple[float, float],
    size: float,
    ink: Colour,
    wide: float = 1.0,
) -> None:
    """Draw an arrow, an exclamation mark, a figure, or strokes that mean nothing."""
    x, y = middle
    form = rng.random()
    pen = max(2, round(size * rng.uniform(0.2, 0.4)))
    if form < 0.25:
        turn = rng.uniform(0, 2 * math.pi) if wide == 1 else 0.0
        along = np.array([math.cos(turn) * wide, math.sin(turn)]) * size
        tip, tail = (x + along[0], y + along[1]), (x - along[0], y - along[1])
        draw.line([tail, tip], fill=ink, width=pen)
        for side in (2.5, -2.5):
            barb = np.array([math.cos(turn + side), math.sin(turn + side)]) * size * 0.8
            draw.line([tip, (tip[0] + barb[0], tip[1] + barb[1])], fill=ink, width=pen)
    elif form < 0.4:
        draw.rectangle((x - pen / 2, y - size, x + pen / 2, y + size * 0.3), fill=ink)
        draw.rectangle((x - pen / 2, y + size * 0.6, x + pen / 2, y + size), fill=ink)
    elif form < 0.7:
        r = size * 0.25
        draw.ellipse((x - r, y - size, x + r, y - size + 2 * r), fill=ink)
        draw.line([(x, y - size * 0.5), (x, y + size * 0.2)], fill=ink, width=pen)
        for side in (-1, 1):
            foot = x + side * size * rng.uniform(0.2, 0.6)
            hand = x + side * size * rng.uniform(0.3, 0.7)
            draw.line([(x, y + size * 0.1), (foot, y + size)], fill=ink, width=max(2, pen // 2))
            draw.line([(x, y - size * 0.4), (hand, y)], fill=ink, width=max(2, pen // 2))
    else:
        walk = rng.uniform(-1, 1, (int(rng.integers(3, 6)), 2)) * (size * wide, size)
        draw.line([(x + a, y + b) for a, b in walk], fill=ink, width=pen, joint="curve")


def _words(
    draw: ImageDraw.ImageDraw,
    rng: Rng,
    middle: tuple[float, float],
    half: float,
    ink: Colour,
    lines: int = 2,
) -> None:
    """Draw lines of strokes that look like letters from afar."""
    x, y = middle
    high = min(2 * half * 0.45, 1.1 * half / lines)
    for n in range(lines):
        top = y + (n - lines / 2) * high * 1.3
        at, end = x - half * rng.uniform(0.5, 1), x + half * rng.uniform(0.5, 1)
        while at < end:
            wide = high * rng.uniform(0.4, 0.7)
            for stroke in rng.uniform(0, 1, (3, 4)):
                a, b, c, d = np.round(stroke * 2) / 2
                ends = [(at + a * wide, top + b * high), (at + c * wide, top + d * high)]
                draw.line(ends, fill=ink, width=max(1, round(high * 0.2)))
            at += wide * 1.4


_DRAWERS: dict[str, Callable[[ImageDraw.ImageDraw, Rng], None]] = {
    "triangle-white": _triangle(_WHITE),
    "triangle-yellow": _triangle(_YELLOW),
    "diamond-yellow": _diamond(None),
    "diamond-orange": _diamond(_ORANGE),
    "prohibition-white": _ring(_WHITE),
    "prohibition-yellow": _ring(_YELLOW),
    "mandatory": _mandatory,
    "stop": _stop,
    "yield": _yield,
    "priority": _priority,
    "chevron": _chevron,
    "direction": _board(
        [(_BLUE, _WHITE), (_GREEN, _WHITE), (_WHITE, _BLACK), (_YELLOW, _BLACK), (_BROWN, _WHITE)],
        0.25, 0.9,
    ),
    "street-name": _board(
        [(_BLUE, _WHITE), (_GREEN, _WHITE), (_WHITE, _BLACK), (_WHITE, _BLUE)], 0.12, 0.35
    ),
    "crossing": _crossing,
    "other": _other,
}  # fmt: skip
DRAWN = tuple(_DRAWERS)
