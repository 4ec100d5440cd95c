"""Names on a map, placed one by one where they do not cover an earlier one."""

import html
from collections.abc import Iterable
from dataclasses import dataclass, replace

_CHARACTER = 0.6  # mean width of a letter, in font sizes
_SHIFTS = (0.0, -1.5, 1.5, -3.0, 3.0)  # where to try, above and below, in font sizes


@dataclass(frozen=True, slots=True)
class Label:
    """A name at a place, in units of the viewBox.

    Attributes
    ----------
    size
        Font size.
    kind
        CSS class: ``m-country`` or ``m-region``.
    """

    text: str
    x: float
    y: float
    size: float
    kind: str

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        half = len(self.text) * self.size * _CHARACTER / 2
        return (self.x - half, self.y - self.size, self.x + half, self.y + self.size * 0.4)


def place_labels(
    labels: Iterable[Label],
    width: float,
    height: float,
    taken: Iterable[tuple[float, float, float, float]] = (),
) -> list[str]:
    """Return SVG texts for the labels that fit, earlier ones first.

    Parameters
    ----------
    taken
        Extents that must stay free.
    """
    placed = list(taken)
    out = []
    for wanted in labels:
        for shift in _SHIFTS:
            label = replace(wanted, y=wanted.y + shift * wanted.size)
            left, top, right, bottom = label.extent
            inside = left > 0 and top > 0 and right < width and bottom < height
            if inside and not any(_overlap(label.extent, other) for other in placed):
                placed.append(label.extent)
                out.append(
                    f'<text class="{label.kind}" x="{label.x:.0f}" y="{label.y:.0f}">'
                    f"{html.escape(label.text)}</text>"
                )
                break
    return out


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
