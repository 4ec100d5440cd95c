"""Train the scene model: backbone features, tag heads, geocells, calibration, export, card.

The EfficientNet-Lites keep their ImageNet weights; what is learned are the heads on their pooled
features. Fine-tuning them end to end wants a GPU: on two CPU cores it takes hours an epoch.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import MissingExtraError
from detectors.appearance.cells import Cells
from detectors.appearance.expert import CELLS_FILE, NEIGHBOURS_FILE
from detectors.appearance.neighbours import Neighbours
from detectors.backbone import GRAPH_FILE
from detectors.manifest import WeightFile, record, sha256_of
from detectors.scene.detector import SCALES_FILE
from detectors.training import calibrate, geocells
from detectors.training.config import SceneConfig, read_config
from detectors.training.heads import CellFit, TagFit, Whitening, fit_cells, fit_tags, fit_whitening
from detectors.training.scene_card import write_card
from detectors.training.scene_data import FOLDS, ScenePhotos, read_photos
from detectors.training.scene_evaluate import DevReport, evaluate

CONFIG = Path(__file__).with_name("scene.yaml")
MODEL = "scene"
LICENCE = (
    "Apache-2.0 (EfficientNet-Lite, ImageNet weights); heads AGPL-3.0-or-later, learned from "
    "street-level research photos that are not part of the project"
)
_SAMPLE = 96  # photos for the principal channels
_CHECKED = 16  # photos on which ONNX is compared with torch

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Learned:
    whitening: Whitening
    tags: TagFit
    places: CellFit
    cells: Cells
    neighbours: Neighbours


def train(config_path: Path | None, data_dir: Path, out_dir: Path) -> DevReport:
    """Train, calibrate, measure, export and describe the scene model.

    Parameters
    ----------
    config_path
        YAML as in ``scene.yaml``, which is the default.
    data_dir
        Folder with the manifests that the configuration names.
    out_dir
        Gets the weights, their card and manifest; checkpoints of the features lie in
        ``features/`` below it, and a run that was stopped goes on from there.

    Returns
    -------
    DevReport
        What was measured on the development photos, which nothing was fitted on.

    Raises
    ------
    CluesError
        If the data, the configuration or a package is missing.
    """
    config = read_config(config_path or CONFIG)
    torch = _torch()
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads)
    out_dir.mkdir(parents=True, exist_ok=True)
    photos = read_photos(
        data_dir,
        config.photos,
        config.tags,
        min_positives=config.min_positives,
        excluded_tags=tuple(config.excluded_tags),
        limit=config.limit or None,
    )
    dev = read_photos(
        data_dir, [config.dev], config.tags, tags=photos.tags, limit=config.limit or None
    )
    pool, features, blocks = _features([*photos.paths, *dev.paths], len(photos), config, out_dir)
    learned = _learn(photos, features[: len(photos)], blocks, data_dir, config)
    learned.cells.save(out_dir / CELLS_FILE)
    learned.neighbours.save(out_dir / NEIGHBOURS_FILE)
    labelled = photos.labelled
    scales = calibrate.fit_scales(
        photos.tags, learned.tags.held_out, photos.labels[labelled], rounds=config.bootstrap_rounds
    )
    scales.save(out_dir / SCALES_FILE)
    error = _export(pool, learned, photos.paths, config, out_dir)
    x = learned.whitening(features[len(photos) :])
    report = evaluate(
        dev,
        x @ learned.tags.weight + learned.tags.bias,
        learned.cells.sharpness * (x @ learned.places.weight + learned.places.bias)
        + learned.neighbours.log_ratio(_embedding(x, config)),
        learned.cells,
        geocells.read_towns(data_dir / config.country_weights),
        rounds=config.bootstrap_rounds,
    )
    _describe(photos, scales, report, learned, error, config, out_dir)
    return report


def _torch() -> Any:
    try:
        import efficientnet_lite_pytorch  # noqa: F401
        import torch
    except ImportError as error:
        raise MissingExtraError(
            f"Training needs the package {error.name}; type: pip install 'clues[torch]'"
        ) from None
    return torch


def _features(
    paths: list[Path], fitted: int, config: SceneConfig, out_dir: Path
) -> tuple[Any, npt.NDArray[np.float16], list[int]]:
    """Return the pool, the pooled features of all photos, and the sizes of their blocks."""
    import torch

    from detectors.training.features import extract, read_inputs
    from detectors.training.graph import make_joint_pool, make_pool, pretrained

    step = max(1, fitted // _SAMPLE)
    sample = torch.from_numpy(read_inputs(paths[:fitted:step][:_SAMPLE]))
    pools, columns, blocks = [], [], []
    for spec in config.backbones:
        pool = make_pool(pretrained(spec.variant), sample, spec.style_channels)
        name = f"lite{spec.variant}-style{spec.style_channels}"
        columns.append(
            extract(pool, paths, out_dir / "features", name=name, threads=config.threads)
        )
        with torch.inference_mode():
            pool.cpu().float()(sample[:1])  # tells the sizes of its blocks
        blocks += pool.blocks
        pools.append(pool)
    return make_joint_pool(pools), np.concatenate(columns, 1), blocks


def _learn(
    photos: ScenePhotos,
    features: npt.NDArray[np.float16],
    blocks: list[int],
    data_dir: Path,
    config: SceneConfig,
) -> _Learned:
    whitening = fit_whitening(
        features,
        blocks,
        per_block=config.whitening.per_block,
        components=config.whitening.components,
        shrinkage=config.whitening.shrinkage,
    )
    x = whitening(features)
    told = photos.labelled
    tags = fit_tags(x[told], photos.labels[told], photos.fold[told], config.tag_penalty)
    towns = geocells.read_towns(data_dir / config.country_weights)
    cells, of_town = geocells.make_cells(
        photos, towns, per_cell=config.cells.per_cell, seed=config.seed
    )
    prior = geocells.cell_prior(cells, towns, of_town)
    target = geocells.soft_targets(
        photos, cells, tau_km=config.cells.tau_km, tau_country_km=config.cells.tau_country_km
    )
    weight = geocells.photo_weights(photos)
    basis = geocells.smooth_basis(cells, config.cells.smooth_axes, config.cells.smooth_km)
    usable = target.sum(1) > 0
    held_out = usable & (photos.fold == FOLDS - 1)
    rest = usable & ~held_out
    first = _fit_places(x, target, weight, prior, basis, rest, held_out, config)
    raw = x[held_out] @ first.weight + first.bias
    near = _neighbours(x, target, weight, prior, rest, config)
    more = near.log_ratio(_embedding(x[held_out], config))
    sharpness = calibrate.fit_sharpness(raw, more, photos.country[held_out], cells, prior)
    # Once more on all photos, as long as the held-out ones said.
    places = _fit_places(x, target, weight, prior, basis, usable, None, config, first.epochs)
    cells = Cells(cells.lat, cells.lon, cells.spread_m, cells.country, cells.share, sharpness)
    return _Learned(
        whitening, tags, places, cells, _neighbours(x, target, weight, prior, usable, config)
    )


def _embedding(x: Floats, config: SceneConfig) -> Floats:
    """Return the unit vectors that the graph puts out as its embedding."""
    first = x[:, : config.embedding]
    return np.asarray(first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12))


def _neighbours(
    x: Floats,
    target: Floats,
    weight: Floats,
    prior: npt.NDArray[np.float64],
    rows: npt.NDArray[np.bool_],
    config: SceneConfig,
) -> Neighbours:
    places, row = np.unique(target[rows].astype(np.float16), axis=0, return_inverse=True)
    return Neighbours(
        codes=Neighbours.encode(_embedding(x[rows], config)),
        weight=weight[rows],
        row=row.astype(np.int32),
        places=places.astype(np.float32),
        prior=_share(target[rows], weight[rows], prior, config),
        bandwidth=config.neighbours.bandwidth,
        strength=config.neighbours.strength,
    )


def _share(
    target: Floats, weight: Floats, prior: npt.NDArray[np.float64], config: SceneConfig
) -> npt.NDArray[np.float64]:
    """Return the training photos' share per cell, with a floor where there are none."""
    mass = (target * weight[:, None]).sum(0).astype(np.float64)
    floor = config.cells.prior_floor
    return np.asarray((1 - floor) * mass / mass.sum() + floor * prior + 1e-6)


def _fit_places(
    x: Floats,
    target: Floats,
    weight: Floats,
    prior: npt.NDArray[np.float64],
    basis: Floats,
    rows: npt.NDArray[np.bool_],
    held_out: npt.NDArray[np.bool_] | None,
    config: SceneConfig,
    stop: int | None = None,
) -> CellFit:
    from rich.progress import Progress

    spec = config.cells
    seen = _share(target[rows], weight[rows], prior, config)
    watched = None
    if held_out is not None and held_out.any():
        watched = (x[held_out], target[held_out], weight[held_out])
    with Progress(transient=True) as progress:
        bar = progress.add_task("places", total=stop or spec.epochs)
        return fit_cells(
            x[rows],
            target[rows],
            weight[rows],
            seen.astype(np.float32),
            basis=basis,
            epochs=spec.epochs,
            stop=stop,
            rate=spec.rate,
            decay=spec.decay,
            dropout=spec.dropout,
            mixup=spec.mixup,
            batch=spec.batch,
            patience=spec.patience,
            seed=config.seed,
            held_out=watched,
            progress=lambda epoch, loss: progress.update(
                bar, completed=epoch, description=f"places, loss {loss:.3f}"
            ),
        )


def _export(
    pool: Any, learned: _Learned, paths: list[Path], config: SceneConfig, out_dir: Path
) -> float:
    from detectors.training.features import read_inputs
    from detectors.training.graph import Heads, make_graph
    from detectors.training.onnx_export import export

    axes = learned.whitening.axes
    heads = Heads(
        mean=learned.whitening.mean,
        scale=learned.whitening.scale,
        tag_weight=axes @ learned.tags.weight,
        tag_bias=learned.tags.bias,
        cell_weight=axes @ learned.places.weight,
        cell_bias=learned.places.bias,
        embedding=axes[:, : config.embedding],
    )
    images = read_inputs(paths[:: max(1, len(paths) // _CHECKED)][:_CHECKED])
    graph = make_graph(pool, heads)
    return export(graph, out_dir / GRAPH_FILE, images, config.onnx_tolerance)


def _describe(
    photos: ScenePhotos,
    scales: Any,
    report: DevReport,
    learned: _Learned,
    error: float,
    config: SceneConfig,
    out_dir: Path,
) -> None:
    date = datetime.date.today().isoformat()
    for name in (GRAPH_FILE, SCALES_FILE, CELLS_FILE, NEIGHBOURS_FILE):
        path = out_dir / name
        record(
            WeightFile(
                file=name,
                model=MODEL,
                sha256=sha256_of(path),
                size_bytes=path.stat().st_size,
                classes=photos.tags if name == GRAPH_FILE else (),
                licence=LICENCE,
                date=date,
                metrics=report.headline if name == GRAPH_FILE else {},
            ),
            out_dir,
        )
    facts = {
        "date": date,
        "licence": LICENCE,
        "photos": f"{len(photos):,}, of which {int(photos.located.sum()):,} with coordinates and "
        f"{int(photos.labelled.sum()):,} with tags",
        "backbones": ", ".join(f"EfficientNet-Lite{b.variant}" for b in config.backbones),
        "ONNX against torch (share of the spread)": f"{error:.3f}",
        "geocells": f"{len(learned.cells)}, sharpness {learned.cells.sharpness:.2f}",
    }
    held_out = learned.tags.held_out
    labels = photos.labels[photos.labelled]
    write_card(out_dir / f"{MODEL}.md", facts, photos.tags, held_out, labels, scales, report)
