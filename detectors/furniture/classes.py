"""What the furniture detector tells apart."""

from __future__ import annotations

POSTS = ("bollard", "urban-post")
WARNINGS = ("warn-yellow", "warn-triangle")
SIGNS = (
    "chevron",
    *WARNINGS,
    "stop-sign",
    "yield",
    "prohibition",
    "mandatory",
    "crossing",
    "direction",
    "street-name",
    "other-sign",
)
POLES = ("pole-wood", "pole-concrete", "pole-metal")
CLASSES = (*POSTS, "busstop", *SIGNS, "trafficlight", *POLES)

# Cue variable > the classes any of which shows it.
VARIABLES: dict[str, tuple[str, ...]] = {
    "bollards.bollard": ("bollard",),
    "bollards.urban-post": ("urban-post",),
    "bus-stops.busstop": ("busstop",),
    "signs.sign": SIGNS,
    "signs.chevron": ("chevron",),
    "signs.stop-sign": ("stop-sign",),
    "signs.trafficlight": ("trafficlight",),
    "poles.pole-wood": ("pole-wood",),
    "poles.pole-concrete": ("pole-concrete",),
    "poles.pole-metal": ("pole-metal",),
}

# Variables that another detector tells better, by the held-out AUCs of their cards: these stay off.
LEFT_TO_OTHERS = frozenset(
    {
        "signs.sign",
        "signs.stop-sign",
        "signs.trafficlight",
        "poles.pole-wood",
        "poles.pole-concrete",
        "poles.pole-metal",
    }
)
