"""What the scene model learns: frozen heads, a fine-tuned network, and how they are blended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.appearance.cells import Cells
from detectors.appearance.neighbours import Neighbours
from detectors.training import calibrate, geocells
from detectors.training.config import SceneConfig
from detectors.training.descriptor import Descriptor, fit_descriptor
from detectors.training.finetune import Targets
from detectors.training.heads import CellFit, TagFit, Whitening, fit_cells, fit_tags, fit_whitening
from detectors.training.partitions import photo_share
from detectors.training.scene_data import FOLDS, ScenePhotos, take
from detectors.training.scene_tune import Tuned, sided, tune
from detectors.training.town_weights import town_weights

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Learned:
    """Everything that was learned.

    Attributes
    ----------
    whitening, tags, places, descriptor
        Heads on the frozen features; neighbours are compared by the last.
    tuned
        The fine-tuned networks; their ``pooled`` are of the held-out photos, then of those asked
        for.
    tuned_shares
        Their log-likelihoods count so many times that of the frozen heads.
    tag_blend
        From both tag scores to log-odds.
    tag_scores, tag_rows : ndarray
        Log-odds of labelled photos that neither was trained on, and which photos they are.
    cells, neighbours
        As they ship.
    """

    whitening: Whitening
    tags: TagFit
    places: CellFit
    descriptor: Descriptor
    tuned: tuple[Tuned, ...]
    tuned_shares: tuple[float, ...]
    tag_blend: calibrate.TagBlend
    tag_scores: Floats
    tag_rows: npt.NDArray[np.int64]
    cells: Cells
    neighbours: Neighbours

    def scores(
        self, features: npt.NDArray[np.floating], pooled: Sequence[Floats]
    ) -> tuple[Floats, npt.NDArray[np.float64]]:
        """Return log-odds of tags and final log-likelihoods of cells of new photos.

        Parameters
        ----------
        features
            Frozen features.
        pooled
            Of each fine-tuned network.
        """
        x = self.whitening(features)
        tags = x @ self.tags.weight + self.tags.bias
        cells = x @ self.places.weight + self.places.bias
        for one, rows, share in zip(self.tuned, pooled, self.tuned_shares, strict=True):
            cells = cells + share * one.cells(rows)
        more = [one.tags(rows) for one, rows in zip(self.tuned, pooled, strict=True)]
        near = self.neighbours.log_ratio(self.descriptor(x))
        return self.tag_blend(tags, more), self.cells.sharpness * cells + near


@dataclass(frozen=True, eq=False)
class _Task:
    """The photos with their targets, and how they are split."""

    photos: ScenePhotos
    x: Floats
    towns: geocells.Towns
    targets: Targets
    prior: npt.NDArray[np.float64]
    basis: Floats
    config: SceneConfig

    def seen(self, rows: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
        """Return the share of some photos per cell, with a floor where there are none."""
        cells, weight = self.targets.cells[rows], self.targets.weight[rows]
        return photo_share(cells, weight, self.prior, self.config.cells.prior_floor)

    def descriptor(self, rows: npt.NDArray[np.bool_]) -> Descriptor:
        spec = self.config.neighbours
        return fit_descriptor(
            self.x[rows],
            take(self.photos, np.flatnonzero(rows)),
            self.towns,
            places=spec.places_per_cell,
            dims=spec.dims,
            epochs=spec.epochs,
        )

    def neighbours(
        self, rows: npt.NDArray[np.bool_], descriptor: Descriptor, strength: float
    ) -> Neighbours:
        cells = self.targets.cells[rows].astype(np.float16)
        places, row = np.unique(cells, axis=0, return_inverse=True)
        return Neighbours(
            codes=Neighbours.encode(descriptor(self.x[rows])),
            weight=self.targets.weight[rows],
            row=row.astype(np.int32),
            places=places.astype(np.float32),
            prior=self.seen(rows),
            bandwidth=self.config.neighbours.bandwidth,
            strength=strength,
        )

    def places(
        self,
        rows: npt.NDArray[np.bool_],
        held_out: npt.NDArray[np.bool_] | None = None,
        stop: int | None = None,
    ) -> CellFit:
        spec, targets = self.config.cells, self.targets
        watched = None
        if held_out is not None and held_out.any():
            watched = (self.x[held_out], targets.cells[held_out], targets.weight[held_out])
        return fit_cells(
            self.x[rows],
            targets.cells[rows],
            targets.weight[rows],
            self.seen(rows).astype(np.float32),
            basis=self.basis,
            epochs=spec.epochs,
            stop=stop,
            rate=spec.rate,
            decay=spec.decay,
            dropout=spec.dropout,
            mixup=spec.mixup,
            batch=spec.batch,
            patience=spec.patience,
            seed=self.config.seed,
            held_out=watched,
        )


def learn(
    photos: ScenePhotos,
    features: npt.NDArray[np.float16],
    blocks: Sequence[int],
    asked: list[Path],
    data_dir: Path,
    out_dir: Path,
    config: SceneConfig,
) -> Learned:
    """Learn all heads, and the fine-tuned networks that the configuration asks for.

    The last fold is held out from fine-tuning; how much each part's word counts is fitted on it.
    Then all is learned once more, on all photos, for as many epochs as the held-out ones said;
    a fine-tuned network is the mean of both runs.

    Parameters
    ----------
    photos, features, blocks
        Training photos, their frozen features, and the sizes of the features' blocks.
    asked
        Further photos of which the fine-tuned networks' features are wanted.
    data_dir, out_dir, config
    """
    spec = config.whitening
    whitening = fit_whitening(
        features,
        blocks,
        per_block=spec.per_block,
        components=spec.components,
        shrinkage=spec.shrinkage,
    )
    x = whitening(features)
    told = photos.labelled
    tags = fit_tags(x[told], photos.labels[told], photos.fold[told], config.tag_penalty)
    weight = _photo_weights(photos, x, tags, config)
    task, cells = _task(photos, x, weight, data_dir, config)
    usable = task.targets.cells.sum(1) > 0
    held_out = usable & (photos.fold == FOLDS - 1)
    rest = usable & ~held_out
    wanted = [photos.paths[n] for n in np.flatnonzero(held_out)], asked
    tuned = _tuned(task, rest, wanted, out_dir)
    first = task.places(rest, held_out)
    near = task.descriptor(rest)
    parts = [
        task.x[held_out] @ first.weight + first.bias,
        task.neighbours(rest, near, 1.0).log_ratio(near(task.x[held_out])),
    ]
    parts += [one.cells(one.pooled[: len(parts[0])]) for one in tuned]
    power = calibrate.fit_powers(
        parts, photos.country[held_out], cells, task.prior, task.targets.weight[held_out]
    )
    blend, scores, rows = _blend_tags(photos, tags, tuned, held_out)
    near = task.descriptor(usable)
    return Learned(
        whitening,
        tags,
        task.places(usable, stop=first.epochs),
        near,
        _tuned(task, usable, wanted, out_dir, tuned),
        tuple(float(p / power[0]) for p in power[2:]),
        blend,
        scores,
        rows,
        replace(cells, sharpness=float(power[0])),
        task.neighbours(usable, near, float(power[1])),
    )


def _tuned(
    task: _Task,
    rows: npt.NDArray[np.bool_],
    asked: tuple[list[Path], list[Path]],
    out_dir: Path,
    first: Sequence[Tuned] = (),
) -> tuple[Tuned, ...]:
    """Fine-tune all networks on some photos; after a first run on fewer, joined with that one."""
    targets = replace(task.targets, prior=task.seen(rows).astype(np.float32))
    specs = task.config.finetune
    names = [f"member{n}-all" if first else f"member{n}" for n in range(len(specs))]
    return tuple(
        tune(
            task.photos, targets, task.basis, rows, asked, task.config, spec, out_dir, name, earlier
        )
        for spec, name, earlier in zip(specs, names, first or [None] * len(specs), strict=True)
    )


def _photo_weights(
    photos: ScenePhotos, x: Floats, tags: TagFit, config: SceneConfig
) -> npt.NDArray[np.float32]:
    scores = x @ tags.weight + tags.bias
    scores[photos.labelled] = tags.held_out
    return geocells.photo_weights(photos) * town_weights(scores, photos.tags, config.towns).astype(
        np.float32
    )


def _task(
    photos: ScenePhotos,
    x: Floats,
    weight: npt.NDArray[np.float32],
    data_dir: Path,
    config: SceneConfig,
) -> tuple[_Task, Cells]:
    spec = config.cells
    towns = geocells.read_towns(data_dir / config.country_weights)
    cells, of_town = geocells.make_cells(photos, towns, per_cell=spec.per_cell, seed=config.seed)
    target = geocells.soft_targets(
        photos, cells, tau_km=spec.tau_km, tau_country_km=spec.tau_country_km
    )
    targets = Targets(
        cells=target,
        weight=weight / weight.mean(),
        prior=np.zeros(len(cells), np.float32),  # known once the photos are split
        tags=photos.labels,
        tagged=photos.labelled,
        sided=sided(photos.tags),
    )
    basis = geocells.smooth_basis(cells, spec.smooth_axes, spec.smooth_km)
    prior = geocells.cell_prior(cells, towns, of_town)
    return _Task(photos, x, towns, targets, prior, basis, config), cells


def _blend_tags(
    photos: ScenePhotos,
    tags: TagFit,
    tuned: Sequence[Tuned],
    held_out: npt.NDArray[np.bool_],
) -> tuple[calibrate.TagBlend, Floats, npt.NDArray[np.int64]]:
    """Return the blend of all tag scores, and its log-odds of photos not trained on."""
    labelled = np.flatnonzero(photos.labelled)
    kept = held_out[labelled] if tuned else np.ones(len(labelled), bool)
    count, told = int(held_out.sum()), photos.labelled[held_out]
    more = [one.tags(one.pooled[:count][told]) for one in tuned]
    score, label = tags.held_out[kept], photos.labels[labelled[kept]]
    blend = calibrate.fit_tag_blend(score, more, label, photos.labels[labelled].mean(0))
    return blend, blend(score, more), labelled[kept]
