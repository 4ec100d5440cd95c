"""The fine-tuned part of the scene model: probe, fine-tuning, logits on photos not trained on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.training.config import FineTuneConfig, SceneConfig
from detectors.training.finetune import Targets
from detectors.training.heads import Whitening, fit_cells, fit_tags, fit_whitening
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float32]
# A ridge score goes from 0 to 1; about so many times it is a logit to start from.
_LOGITS_PER_SCORE = 5.0
_PROBE_COMPONENTS = 600
_PROBE_EPOCHS = 8
_MIRRORED = "drive-"  # tags that a mirror image falsifies


@dataclass(frozen=True, eq=False)
class Tuned:
    """A fine-tuned network with its heads.

    Attributes
    ----------
    network
        EfficientNet-Lite with folded batch norms.
    epochs
        How many it was trained for.
    mean : ndarray, shape (channels,)
        Of the last map, over the held-out photos.
    cell_weight, cell_bias : shape (channels, cells), (cells,)
    tag_weight, tag_bias : shape (channels, tags), (tags,)
    pooled : ndarray, shape (rows, channels)
        Mean of the last map of the photos asked for.
    """

    network: Any
    epochs: int
    mean: Floats
    cell_weight: Floats
    cell_bias: Floats
    tag_weight: Floats
    tag_bias: Floats
    pooled: Floats

    def cells(self, pooled: Floats) -> Floats:
        """Return the log-likelihoods per cell, up to a constant."""
        return pooled @ self.cell_weight + self.cell_bias

    def tags(self, pooled: Floats) -> Floats:
        """Return the logits per tag."""
        return pooled @ self.tag_weight + self.tag_bias


def tune(
    photos: ScenePhotos,
    targets: Targets,
    basis: Floats,
    rows: npt.NDArray[np.bool_],
    asked: tuple[list[Path], list[Path]],
    config: SceneConfig,
    spec: FineTuneConfig,
    out_dir: Path,
    name: str,
    first: Tuned | None = None,
) -> Tuned:
    """Fine-tune on the photos of ``rows``; others with a place are watched, to stop early.

    Parameters
    ----------
    photos, targets
    basis
        Smooth directions over cells, for the probe.
    rows
        The photos to train on.
    asked
        The held-out photos, and further ones, whose pooled features are returned in this order.
    config, spec
        How; ``spec`` is one of ``config.finetune``.
    out_dir, name
        Checkpoints go to ``out_dir / "features"`` and ``out_dir / name``.
    first
        An earlier run on fewer photos: this one takes as many epochs, and what is returned has
        the mean of both runs' weights, which mostly judges better than either (model soups,
        Wortsman et al. 2022). None: as many epochs as the watched photos say.
    """
    from detectors.training.features import extract
    from detectors.training.finetune import FineTuning
    from detectors.training.graph import make_mean_pool, pretrained
    from detectors.training.tuned_network import fold_batch_norms, make_tuned

    folder, features = out_dir / name, f"lite{spec.variant}-mean"
    frozen = make_mean_pool(pretrained(spec.variant))
    start = extract(
        frozen, photos.paths, out_dir / "features", name=features, threads=config.threads
    )
    probe = fit_probe(start, photos, targets, basis, rows, config)
    watched = ~rows & (targets.cells.sum(1) > 0)
    run = FineTuning(
        make_tuned(fold_batch_norms(pretrained(spec.variant)), probe, spec),
        spec,
        photos.paths,
        targets,
        np.flatnonzero(rows),
        np.flatnonzero(watched)[:: spec.watch_every],
        folder,
    )
    module = run.run(until=first.epochs if first else None)
    if first:
        _average(module, first)
    tuned = make_mean_pool(module.network, spec.height, mirrored=spec.mirrored)
    features += f"-tuned{spec.height}{'m' if spec.mirrored else ''}-{_version_of(module)}"
    pooled = extract(tuned, [*asked[0], *asked[1]], folder, name=features, threads=config.threads)
    pooled = pooled.astype(np.float32)
    return Tuned(
        module.network,
        run.best[1],
        pooled[: len(asked[0])].mean(0),
        *(layer.detach().numpy().T.copy() for layer in _heads(module)),
        pooled,
    )


def _average(module: Any, other: Tuned) -> None:
    """Give the module the mean of its own weights and another's."""
    import torch

    theirs = {f"network.{key}": value for key, value in other.network.state_dict().items()}
    for key in ("cell_weight", "cell_bias", "tag_weight", "tag_bias"):
        head, kind = key.split("_")
        theirs[f"{head}s.{kind}"] = torch.from_numpy(getattr(other, key).T)
    own = module.state_dict()
    module.load_state_dict({key: (value + theirs[key]) / 2 for key, value in own.items()})


def _version_of(module: Any) -> str:
    """Return what the kept features go by: the weights themselves, a mean of two runs or not."""
    digest = hashlib.sha256()
    for value in module.state_dict().values():
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:8]


def _heads(module: Any) -> tuple[Any, ...]:
    return module.cells.weight, module.cells.bias, module.tags.weight, module.tags.bias


def fit_probe(
    features: npt.NDArray[np.floating],
    photos: ScenePhotos,
    targets: Targets,
    basis: Floats,
    rows: npt.NDArray[np.bool_],
    config: SceneConfig,
) -> Any:
    """Fit linear heads on the frozen network's features, for fine-tuning to start from."""
    from detectors.training.tuned_network import Probe

    spec = config.cells
    components = min(_PROBE_COMPONENTS, config.whitening.components)
    whitening = fit_whitening(
        features,
        [features.shape[1]],
        per_block=components,
        components=components,
        shrinkage=config.whitening.shrinkage,
    )
    x = whitening(features)
    places = fit_cells(
        x[rows],
        targets.cells[rows],
        targets.weight[rows],
        targets.prior,
        basis=basis,
        epochs=_PROBE_EPOCHS,
        rate=spec.rate,
        decay=spec.decay,
        dropout=spec.dropout,
        mixup=spec.mixup,
        batch=spec.batch,
    )
    told = rows & photos.labelled
    tags = fit_tags(x[told], photos.labels[told], photos.fold[told], config.tag_penalty / 2)
    share = np.clip(photos.labels[told].mean(0), 1e-3, 1 - 1e-3)
    bias = np.log(share / (1 - share)).astype(np.float32)
    return Probe(
        *_plain(whitening, places.weight, places.bias),
        *_plain(whitening, _LOGITS_PER_SCORE * tags.weight, bias),
    )


def _plain(whitening: Whitening, weight: Floats, bias: Floats) -> tuple[Floats, Floats]:
    """Return a head on whitened features as one on the features themselves."""
    plain = (whitening.axes @ weight / whitening.scale[:, None]).astype(np.float32)
    return plain, (bias - whitening.mean @ plain).astype(np.float32)


def sided(tags: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """Return which tags a mirror image falsifies."""
    return np.array([tag.startswith(_MIRRORED) for tag in tags], dtype=bool)
