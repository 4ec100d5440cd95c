"""The kinds of signs that are told apart, and what each says."""

from __future__ import annotations

NONE = "none"
# American warning signs: the diamond, and the yellow rectangles, discs and pentagons beside it.
DIAMONDS = ("diamond-yellow", "diamond-orange")
TRIANGLES = ("triangle-white", "triangle-yellow")
SUPERCLASSES: dict[str, tuple[str, ...]] = {
    "none": (NONE,),
    "warning": (*TRIANGLES, *DIAMONDS),
    "prohibition": ("prohibition-white", "prohibition-yellow"),
    "mandatory": ("mandatory",),
    "stop": ("stop",),
    "yield": ("yield",),
    "priority": ("priority",),
    "chevron": ("chevron",),
    "direction": ("direction",),
    "street name": ("street-name",),
    "other": ("crossing", "other"),
}
KINDS = tuple(kind for kinds in SUPERCLASSES.values() for kind in kinds)
SUPERCLASS_OF = {kind: name for name, kinds in SUPERCLASSES.items() for kind in kinds}
