"""Maps of shares and counts by region."""

from collections.abc import Mapping

from clues.report import words
from ui.widgets.map import LEVELS, WORLD, Key, draw_map

# Upper bounds of the shares that the five shades stand for, the darkest first.
_STEPS = (("over 60 %", 0.6), ("25 to 60 %", 0.25), ("8 to 25 %", 0.08), ("1 to 8 %", 0.01))


def share_map(
    key: str, shares: Mapping[str, float], bounds: tuple[float, float, float, float] = WORLD
) -> None:
    """Draw in which regions a value is seen how often."""
    fills = {
        code: {"level": _level(value), "text": f"in {words.percent(value)} of photos"}
        for code, value in shares.items()
        if value >= _STEPS[-1][1]
    }
    legend = [Key(name, f"var(--m-p{i})") for i, (name, _) in enumerate(_STEPS)]
    legend.append(Key("less", "var(--m-land)"))
    draw_map(
        key, title="Map of how often it is seen", height=500, bounds=bounds, fills=fills,
        legend=legend,
    )  # fmt: skip


def count_map(key: str, counts: Mapping[str, int], noun: str) -> None:
    """Draw a count by country, in five steps of equally many countries."""
    values = sorted(counts.values(), reverse=True)
    limits = [values[i * len(values) // LEVELS] for i in range(LEVELS)] if values else []
    fills = {
        code: {
            "level": next(i for i in range(LEVELS - 1, -1, -1) if count <= limits[i]),
            "text": f"{count} {noun}",
        }
        for code, count in counts.items()
    }
    lows = [*limits[1:], 1] if limits else []
    legend = [
        Key(f"{low} to {high}" if low < high else f"{high}", f"var(--m-p{i})")
        for i, (high, low) in enumerate(zip(limits, lows, strict=True))
    ]
    draw_map(key, title=f"Map of {noun}", height=500, fills=fills, legend=legend)


def _level(value: float) -> int:
    return next(i for i, (_, least) in enumerate(_STEPS) if value >= least)
