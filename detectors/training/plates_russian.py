"""Russian plates, drawn after GOST R 50577 (type 1), and photographed badly, to test the reader.

Proportions follow the standard: 520 by 112 mm, digits 76 mm and letters 58 mm high on one base
line, a frame, a field for the region's code with RUS and the flag below. The standard's typeface
is not free; a grotesque is squeezed into its letter boxes instead. Nothing is trained on these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

LETTERS = "ABEKMHOPCTYX"
WIDE_MM, HIGH_MM = 520, 112
_SCALE = 2  # pixels a millimetre of the drawing
_BASE_MM = 94  # from the top to the base line
_FIELD_MM = 392  # where the region's field begins
_FRAME_MM = 4
_DIGIT_MM, _LETTER_MM = (45, 76), (45, 58)
_CODE_MM = {2: (44, 58), 3: (34, 58)}
_LEFTS_MM = (26, 84, 139, 194, 252, 309)  # of letter, three digits, two letters
_INK, _PAPER = (18, 18, 20), (238, 240, 242)
_FLAG = ((245, 245, 245), (20, 60, 160), (200, 30, 35))

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Plate:
    """A number and its region's code."""

    number: str
    code: str

    @property
    def text(self) -> str:
        """Return all that stands on the plate but RUS."""
        return self.number + self.code


def random_plates(codes: Sequence[str], count: int, rng: np.random.Generator) -> list[Plate]:
    """Return plates with codes drawn evenly."""
    plates = []
    for _ in range(count):
        letter = [LETTERS[n] for n in rng.integers(0, len(LETTERS), 3)]
        digits = f"{rng.integers(1, 1000):03d}"
        code = codes[rng.integers(len(codes))]
        plates.append(Plate(f"{letter[0]}{digits}{letter[1]}{letter[2]}", code))
    return plates


def draw(plate: Plate) -> Image.Image:
    """Return a clean plate."""
    image = Image.new("RGB", (WIDE_MM * _SCALE, HIGH_MM * _SCALE), _PAPER)
    pen = ImageDraw.Draw(image)
    line = _FRAME_MM * _SCALE
    pen.rounded_rectangle(
        (2, 2, image.width - 3, image.height - 3), 8 * _SCALE, outline=_INK, width=line
    )
    pen.rectangle((_FIELD_MM * _SCALE, 2, _FIELD_MM * _SCALE + line, image.height - 3), fill=_INK)
    for char, left in zip(plate.number, _LEFTS_MM, strict=True):
        _write(image, char, left, _BASE_MM, _DIGIT_MM if char.isdigit() else _LETTER_MM)
    size = _CODE_MM[len(plate.code)]
    step = size[0] + 4
    room = WIDE_MM - _FRAME_MM - _FIELD_MM - _FRAME_MM
    left = _FIELD_MM + _FRAME_MM + (room - step * len(plate.code) + 4) // 2
    for n, char in enumerate(plate.code):
        _write(image, char, left + n * step, 72, size)
    for n, char in enumerate("RUS"):
        _write(image, char, _FIELD_MM + 14 + n * 15, 100, (12, 20))
    for n, colour in enumerate(_FLAG):
        top = (80 + n * 7) * _SCALE
        box = ((_FIELD_MM + 72) * _SCALE, top, (_FIELD_MM + 108) * _SCALE, top + 7 * _SCALE - 1)
        pen.rectangle(box, fill=colour)
    return image


def photograph(plate: Image.Image, height_px: int, rng: np.random.Generator) -> Pixels:
    """Return a plate as in a photo: seen askew, small, unsharp, noisy, dim, compressed."""
    grown = Image.new("RGB", (plate.width + 80, plate.height + 60), (60, 62, 66))
    grown.paste(plate, (40, 30))
    high, wide = grown.height, grown.width
    bend = rng.uniform(-0.06, 0.06, 8) * np.array([high] * 8)
    corners = np.array([0, 0, 0, high, wide, high, wide, 0], float) + bend
    askew = grown.transform(
        grown.size, Image.Transform.QUAD, tuple(corners), Image.Resampling.BICUBIC
    )
    askew = askew.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=(60, 62, 66))
    scale = height_px / plate.height
    size = (round(wide * scale), round(high * scale))
    small = askew.resize(size, Image.Resampling.BOX)
    small = small.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.03) * height_px))
    light = np.asarray(small, dtype=float) * rng.uniform(0.45, 1.05)
    noisy = np.clip(light + rng.normal(0, rng.uniform(1, 6), light.shape), 0, 255).astype(np.uint8)
    stream = BytesIO()
    Image.fromarray(noisy).save(stream, "JPEG", quality=int(rng.integers(60, 92)))
    margin_x, margin_y = round(30 * scale), round(20 * scale)
    with Image.open(stream) as opened:
        inner = (margin_x, margin_y, size[0] - margin_x, size[1] - margin_y)
        return np.asarray(opened.convert("RGB").crop(inner))


def _write(
    image: Image.Image, char: str, left_mm: float, base_mm: float, size_mm: tuple[int, int]
) -> None:
    wide, high = size_mm[0] * _SCALE, size_mm[1] * _SCALE
    glyph = _glyph(char)
    if char == "1":
        wide = wide * 3 // 5
        left_mm += size_mm[0] * 0.2
    mask = glyph.resize((wide, high), Image.Resampling.BICUBIC)
    image.paste(_INK, (round(left_mm * _SCALE), round(base_mm * _SCALE) - high), mask)


@cache
def _glyph(char: str) -> Image.Image:
    """Return a character's shape, cut to its ink."""
    import matplotlib

    path = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans.ttf"
    font = ImageFont.truetype(str(path), 160)
    canvas = Image.new("L", (320, 320))
    ImageDraw.Draw(canvas).text((60, 60), char, fill=255, font=font, stroke_width=2)
    return canvas.crop(canvas.getbbox())
