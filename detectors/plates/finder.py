"""Find plates, also those so near that they fill much of the photo.

The head learned on plates up to 56 px high. At 640 px a nearer one is found in parts or not at all;
at 256 px it has the size of those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from PIL import Image

from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.objects import Finder
from detectors.yolo import Detection, network_input

FAR_PX = 256  # long side for plates that are near
# Chosen on street views that train: of them hardly one has a false box that large and sure.
_NEAR = 0.3  # share of the photo's width from which a plate is looked for at `FAR_PX`
_SURE = 0.5
_FOUND = 0.25  # a plate found this surely at full size has the better box
_SAME = 0.4  # intersection over union of two boxes of one plate
_PART = 0.7  # share of a box inside a larger plate from which it is a part of it


class PlateFinder(Finder):
    """Finds plates at two sizes."""

    def _find(self, photo: Photo) -> Sequence[Detection]:
        pixels, scale = network_input(Image.fromarray(photo.pixels), FAR_PX)
        near = [
            one
            for one in self.head((self.backbone.run(pixels, scale),), _SURE)
            if one.box.width_px >= _NEAR * photo.width
        ]
        return with_near(super()._find(photo), near)


def with_near(found: Sequence[Detection], near: Sequence[Detection]) -> tuple[Detection, ...]:
    """Return plates found at full size and near ones together, the surest first.

    A near plate that was found at full size keeps that box, and is as sure as either look; boxes
    on parts of near plates go.
    """
    kept = list(found)
    for one in near:
        same = [o for o in kept if o.score >= _FOUND and one.box.overlap(o.box) > _SAME]
        if same:
            kept[kept.index(same[0])] = replace(same[0], score=max(one.score, same[0].score))
        else:
            kept = [o for o in kept if one.box.shared_px(o.box) < _PART * o.box.area_px]
            kept.append(one)
    return tuple(sorted(kept, key=lambda one: -one.score))


@cache
def plate_finder(head_file: str, folder: Path = WEIGHTS_DIR) -> PlateFinder:
    """Return the process's one finder of plates."""
    return PlateFinder(head_file, folder)
