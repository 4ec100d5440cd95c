"""Cells of the frozen network's maps to learn from: on objects, at random, and hard ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.training.furniture_data import View
from detectors.yolo import LONG_SIDE_PX, STRIDES, overlap

CHANNELS = (64, 128, 256)  # of the neck's outputs
TOWER_CHANNELS = 64  # of the last hidden layer of the box towers
_SIDES = [LONG_SIDE_PX // stride for stride in STRIDES]
_BINS = 16
_PER_OBJECT = 10  # cells at most that learn to find an object
_SHARPNESS = 3  # how fast a cell's target falls with its overlap
_SHARES = (0.6, 0.25, 0.15)  # of the cells drawn at random, per stride
_HARDEST = 30  # cells per view
_HARD_FROM = 0.02

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells of one stride.

    Attributes
    ----------
    view : ndarray of int, shape (cells,)
    features : ndarray of float16, shape (cells, neck + tower channels)
    target : ndarray of float32, shape (cells, classes)
        0 to 1.
    known : ndarray of bool, shape (cells, classes)
        Classes of which the view shows all objects.
    random : ndarray of bool, shape (cells,)
        Cells of the background, drawn at random.
    centre, box : ndarray of float32, shape (cells, 2) and (cells, 4)
        The cell's centre, and the object's left, top, right, bottom, in strides.
    """

    view: npt.NDArray[np.int64]
    features: npt.NDArray[np.float16]
    target: npt.NDArray[np.float32]
    known: npt.NDArray[np.bool_]
    random: npt.NDArray[np.bool_]
    centre: npt.NDArray[np.float32]
    box: npt.NDArray[np.float32]

    def take(self, rows: npt.NDArray[Any]) -> Cells:
        """Return some of the cells."""
        return Cells(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def join(parts: Sequence[Cells]) -> Cells:
    """Return the cells of several parts."""
    return Cells(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in Cells.__dataclass_fields__
        )
    )


@dataclass(frozen=True, eq=False)
class Maps:
    """Maps of all views, in memory-mapped arrays of halves: three of the neck, three of towers."""

    arrays: tuple[npt.NDArray[np.float16], ...]
    sizes: Floats
    views: Sequence[View]

    def features(self, row: int, level: int) -> npt.NDArray[np.float16]:
        """Return what the head sees of one view, shape (channels, cells)."""
        parts = [
            self.arrays[n][row].reshape(len(self.arrays[n][row]), -1) for n in (level, level + 3)
        ]
        return np.concatenate(parts)

    def maps(self, rows: Sequence[int]) -> tuple[npt.NDArray[np.float32], ...]:
        """Return all maps of some views."""
        return tuple(array[list(rows)].astype(np.float32) for array in self.arrays)


def open_maps(folder: Path, count: int, mode: str) -> tuple[npt.NDArray[np.float16], ...]:
    """Return the memory-mapped arrays of a folder, for so many views."""
    neck = [(c, s, s) for c, s in zip(CHANNELS, _SIDES, strict=True)]
    shapes = [*neck, *((TOWER_CHANNELS, s, s) for s in _SIDES)]
    return tuple(
        np.lib.format.open_memmap(folder / f"map{n}.npy", mode, np.float16, (count, *shape))  # type: ignore[arg-type]
        for n, shape in enumerate(shapes)
    )


def draw(
    maps: Maps, rows: Sequence[int], start: Sequence[tuple[Any, Any]], negatives: int, seed: int
) -> list[Cells]:
    """Return cells of some views, per stride: those on objects, and background at random.

    An object is learned by the cells inside it from which COCO's own box layer (``start``: weight
    and bias per stride) outlines it best, in the spirit of task-aligned assignment (Feng et al.
    2021); the other cells inside are left out.
    """
    parts: list[list[Cells]] = [[] for _ in STRIDES]
    for row in rows:
        rng = np.random.default_rng((seed, row))
        kinds, boxes = maps.views[row].labels()
        boxes = boxes * np.tile(maps.sizes[row], 2)
        found = _assign(maps, row, boxes, start)
        for level in range(len(STRIDES)):
            free = np.flatnonzero(~inside(level, boxes, maps.sizes[row]).any(0))
            free = rng.permutation(free)[: round(negatives * _SHARES[level])]
            objects = [(cell, n, score) for at, cell, n, score in found if at == level]
            parts[level].append(_cells(maps, row, level, objects, free, (kinds, boxes), True))
    return [join(part) for part in parts]


def inside(level: int, boxes: Floats, size: Floats) -> npt.NDArray[np.bool_]:
    """Return which cells lie in which boxes, shape (boxes, cells); thin boxes are widened.

    Cells outside the view count as inside a last, extra box: they are of no use.
    """
    centre = _centres(level) * STRIDES[level]
    middle, half = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2
    half = np.maximum(half, STRIDES[level] / 2)
    within = (np.abs(centre[None] - middle[:, None]) <= half[:, None]).all(2)
    return np.concatenate([within, (centre > size).any(1)[None]])


def hardest(maps: Maps, rows: Sequence[int], score: Any, levels: int = 3) -> list[Cells]:
    """Return the background cells that a head takes for objects; ``score(row)`` gives its answer.

    Parameters
    ----------
    maps, rows
    score
        From a view's row to class probabilities, shape (classes, cells of all strides).
    """
    parts: list[list[Cells]] = [[] for _ in range(levels)]
    for row in rows:
        kinds, boxes = maps.views[row].labels()
        boxes = boxes * np.tile(maps.sizes[row], 2)
        wrong = np.where(maps.views[row].sample.known[:, None], score(row), 0).max(0)
        ends = np.cumsum([side * side for side in _SIDES])
        per_level = np.split(wrong, ends[:-1])
        for level, own in enumerate(per_level):
            own = np.where(inside(level, boxes, maps.sizes[row]).any(0), 0, own)
            cells = np.argsort(-own)[: round(_HARDEST * _SHARES[level])]
            cells = cells[own[cells] > _HARD_FROM]
            parts[level].append(_cells(maps, row, level, [], cells, (kinds, boxes), False))
    return [join(part) for part in parts]


def _centres(level: int) -> Floats:
    side = _SIDES[level]
    y, x = np.divmod(np.arange(side * side), side)
    return np.stack([x + 0.5, y + 0.5], 1)


def _assign(
    maps: Maps, row: int, boxes: Floats, start: Sequence[tuple[Any, Any]]
) -> list[tuple[int, int, int, float]]:
    """Return level, cell, object and target of the cells that learn to find objects."""
    best: list[list[tuple[float, int, int]]] = [[] for _ in boxes]
    if not len(boxes):
        return []
    for level, (weight, bias) in enumerate(start):
        within = inside(level, boxes, maps.sizes[row])[:-1]
        cells = np.flatnonzero(within.any(0))
        tower = maps.arrays[level + 3][row].reshape(TOWER_CHANNELS, -1)[:, cells]
        spread = weight.reshape(4 * _BINS, -1) @ tower.astype(np.float32) + bias[:, None]
        spread = np.exp(spread.reshape(4, _BINS, -1) - spread.reshape(4, _BINS, -1).max(1)[:, None])
        distance = np.einsum("sbn,b->ns", spread / spread.sum(1)[:, None], np.arange(_BINS))
        centre = _centres(level)[cells]
        outline = np.concatenate([centre - distance[:, :2], centre + distance[:, 2:]], 1)
        for n, box in enumerate(boxes):
            shared = overlap(box, outline * STRIDES[level])
            own = np.flatnonzero(within[n, cells])
            best[n] += [(float(shared[k]), level, int(cells[k])) for k in own]
    found = []
    for n, candidates in enumerate(best):
        ranked = sorted(candidates, reverse=True)[:_PER_OBJECT]
        for shared, level, cell in ranked:
            target = (shared / max(ranked[0][0], 1e-6)) ** _SHARPNESS
            if target > _HARD_FROM or (shared, level, cell) == ranked[0]:
                found.append((level, cell, n, max(target, 0.5 if shared == ranked[0][0] else 0)))
    return found


def _cells(
    maps: Maps,
    row: int,
    level: int,
    objects: Sequence[tuple[int, int, float]],
    background: npt.NDArray[np.int64],
    labels: tuple[npt.NDArray[np.int64], Floats],
    random: bool,
) -> Cells:
    kinds, boxes = labels
    cells = np.array([cell for cell, _, _ in objects] + background.tolist(), np.int64)
    known = maps.views[row].sample.known
    target = np.zeros((len(cells), len(known)), np.float32)
    box = np.zeros((len(cells), 4), np.float32)
    for at, (_, n, score) in enumerate(objects):
        target[at, kinds[n]] = score
        box[at] = boxes[n] / STRIDES[level]
    return Cells(
        view=np.full(len(cells), row, np.int64),
        features=np.ascontiguousarray(maps.features(row, level)[:, cells].T),
        target=target,
        known=np.broadcast_to(known, target.shape),
        random=np.arange(len(cells)) >= (len(objects) if random else len(cells)),
        centre=_centres(level)[cells].astype(np.float32),
        box=box,
    )
