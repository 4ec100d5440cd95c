"""Fonts of the system by script, split by family; training only, the product needs none."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass

from clues.errors import CluesError

_COVERED = 0.93  # share of the letters in the sample of words
_FACES = 8  # of one family
_HELD_OUT = 0.2  # share of the families of a script, at least one
# Parts of a family's name that tell variants of one design apart.
_VARIANTS = {
    "ui", "condensed", "semicondensed", "extracondensed", "black", "light", "medium", "thin",
    "extralight", "semibold", "bold", "extrabold", "display", "demilight", "regular", "book",
    "oblique", "italic", "sc", "tc", "hk", "jp", "kr", "looped",
}  # fmt: skip
# OpenType's names of scripts whose letters join, stack or move: a font without rules for them
# draws letters apart, or dotted circles, which no sign shows.
_SHAPED = {
    "arabic": ("arab",), "devanagari": ("dev2", "deva"), "bengali": ("bng2", "beng"),
    "gurmukhi": ("gur2", "guru"), "gujarati": ("gjr2", "gujr"), "tamil": ("tml2", "taml"),
    "telugu": ("tel2", "telu"), "kannada": ("knd2", "knda"), "malayalam": ("mlm2", "mlym"),
    "sinhala": ("sinh",), "khmer": ("khmr",), "burmese": ("mym2", "mymr"), "mongolian": ("mong",),
}  # fmt: skip
_NO_LETTERS = ("emoji", "symbol", "math", "music", "icon", "color", "lastresort", "dingbat",
               "opens", "unifont", "keycaps", "signwriting", "braille", "barcode")  # fmt: skip
_SUFFIXES = (".ttf", ".otf", ".ttc")


@dataclass(frozen=True, slots=True)
class Face:
    """One face of a font.

    Attributes
    ----------
    path, index
        Its file, and its number within the file.
    family
        The design; see `split_by_family`.
    letters
        The code points it has.
    layouts
        The scripts, by OpenType's names, for which it has rules of shaping.
    """

    path: str
    index: int
    family: str
    letters: frozenset[int]
    layouts: frozenset[str] = frozenset()

    def has(self, word: str) -> bool:
        """Tell whether the face has all letters of a word."""
        return all(ord(c) in self.letters for c in word if c not in " \u200c\u200d")

    def shapes(self, script: str) -> bool:
        """Tell whether the face draws words of a script as they are written."""
        return script not in _SHAPED or not self.layouts.isdisjoint(_SHAPED[script])


def list_faces() -> list[Face]:
    """Return the faces of the system's outline fonts, by fontconfig.

    Raises
    ------
    CluesError
        If fontconfig is not installed.
    """
    program = shutil.which("fc-list")
    if program is None:
        raise CluesError(
            "Rendering words needs fonts; type: apt install fontconfig fonts-noto-core "
            "fonts-noto-extra fonts-noto-cjk, and more fonts for variety."
        )
    layout = "%{file}\t%{index}\t%{family}\t%{variable}\t%{capability}\t%{charset}\n"
    told = subprocess.run([program, "--format", layout], capture_output=True, check=True, text=True)
    faces = {}
    for line in told.stdout.splitlines():
        path, index, family, variable, capability, charset = line.split("\t")
        plain = _plain_family(family)
        wanted = path.lower().endswith(_SUFFIXES) and variable != "True"
        if wanted and not any(word in plain for word in _NO_LETTERS):
            number = int(index) & 0xFFFF
            faces[path, number] = Face(
                path, number, plain, _code_points(charset), _layouts(capability)
            )
    return [faces[key] for key in sorted(faces)]


def split_by_family(
    faces: list[Face], words: list[str], script: str
) -> tuple[list[Face], list[Face]]:
    """Return the faces for training and those held out, of one script.

    A face counts if it has nearly all letters of ``words`` and shapes them; a fifth of the
    families, by a hash of their names, is held out. Of one family a few faces are enough.
    """
    letters = {ord(c) for word in words for c in word}
    families: dict[str, list[Face]] = defaultdict(list)
    for face in faces:
        known = len(letters & face.letters) >= _COVERED * len(letters)
        if known and face.shapes(script):
            families[face.family].append(face)
    for family in families.values():
        family[:] = family[:: max(1, len(family) // _FACES)][:_FACES]
    order = sorted(families, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    held = set(order[: max(1, round(_HELD_OUT * len(order)))])
    training = [face for name in order if name not in held for face in families[name]]
    return training, [face for name in sorted(held) for face in families[name]]


def _plain_family(family: str) -> str:
    parts = family.split(",")[0].lower().split()
    return " ".join(part for part in parts if part not in _VARIANTS)


def _layouts(capability: str) -> frozenset[str]:
    named = (part.partition(":") for part in capability.split())
    return frozenset(script for kind, _, script in named if kind == "otlayout")


def _code_points(charset: str) -> frozenset[int]:
    points: set[int] = set()
    for span in charset.split():
        first, _, last = span.partition("-")
        points.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(points)
