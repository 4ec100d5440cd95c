"""Train the scene model: features, heads, fine-tuning, calibration, measuring, export, card.

One EfficientNet-Lite keeps its ImageNet weights and gets linear heads on many pooled features;
others are fine-tuned end to end on places and tags (`detectors.training.finetune`). Their
log-likelihoods are blended as photos say that none was trained on. On one core of a small
machine each fine-tuning takes half an hour to an hour; on a GPU a few minutes.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.errors import MissingExtraError
from detectors.appearance.expert import CELLS_FILE, NEIGHBOURS_FILE
from detectors.backbone import GRAPH_FILE, TUNED_FILE
from detectors.scene.detector import SCALES_FILE
from detectors.training import calibrate, geocells
from detectors.training.card import record_weights
from detectors.training.config import SceneConfig, read_config
from detectors.training.scene_card import write_card
from detectors.training.scene_data import ScenePhotos, read_photos
from detectors.training.scene_evaluate import DevReport, evaluate
from detectors.training.scene_heads import frozen_heads, tuned_heads
from detectors.training.scene_learn import Learned, learn

CONFIG = Path(__file__).with_name("scene.yaml")
MODEL = "scene"
LICENCE = (
    "Apache-2.0 (EfficientNet-Lite, ImageNet weights); what was learned on top is "
    "AGPL-3.0-or-later, from street-level research photos that are not part of the project"
)
_SAMPLE = 96  # photos for the principal channels
_CHECKED = 16  # photos on which ONNX is compared with torch

Floats = npt.NDArray[np.float32]


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
    pools, features, blocks = frozen_features(
        [*photos.paths, *dev.paths], len(photos), config, out_dir
    )
    count = len(photos)
    learned = learn(photos, features[:count], blocks, dev.paths, data_dir, out_dir, config)
    learned.cells.save(out_dir / CELLS_FILE)
    learned.neighbours.save(out_dir / NEIGHBOURS_FILE)
    scales = calibrate.fit_scales(
        photos.tags,
        learned.tag_scores,
        photos.labels[learned.tag_rows],
        rounds=config.bootstrap_rounds,
        log_odds=True,
        counts=photos.labels.sum(0),
    )
    scales.save(out_dir / SCALES_FILE)
    error = _export(pools, learned, photos.paths, config, out_dir)
    pooled = [one.pooled[-len(dev) :] for one in learned.tuned]
    tags, cells = learned.scores(features[count:], pooled)
    towns = geocells.read_towns(data_dir / config.country_weights)
    report = evaluate(dev, tags, cells, learned.cells, towns, rounds=config.bootstrap_rounds)
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


def frozen_features(
    paths: list[Path], fitted: int, config: SceneConfig, out_dir: Path
) -> tuple[list[Any], npt.NDArray[np.float16], list[int]]:
    """Return the frozen pools, the pooled features of all photos, and the sizes of their blocks."""
    import torch

    from detectors.training.features import extract, read_inputs
    from detectors.training.graph import make_pool, pretrained

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
    return pools, np.concatenate(columns, 1), blocks


def _export(
    pools: list[Any], learned: Learned, paths: list[Path], config: SceneConfig, out_dir: Path
) -> float:
    import torch

    from detectors.training.features import read_inputs
    from detectors.training.graph import make_graph, make_joint_pool, make_mean_pool
    from detectors.training.onnx_export import export

    images = read_inputs(paths[:: max(1, len(paths) // _CHECKED)][:_CHECKED])
    tuned = [
        make_mean_pool(one.network, spec.height, mirrored=spec.mirrored)
        for one, spec in zip(learned.tuned, config.finetune, strict=True)
    ]
    graphs = [(GRAPH_FILE, pools, frozen_heads(learned))]
    if tuned:
        graphs.append((TUNED_FILE, tuned, tuned_heads(learned)))
    error = 0.0
    for name, parts, heads in graphs:
        pool = make_joint_pool(parts)
        with torch.inference_mode():
            pool(torch.from_numpy(images[:1]))  # tells where each map's mean begins
        one = export(make_graph(pool, heads), out_dir / name, images, config.onnx_tolerance)
        error = max(error, one)
    return error


def _describe(
    photos: ScenePhotos,
    scales: Any,
    report: DevReport,
    learned: Learned,
    error: float,
    config: SceneConfig,
    out_dir: Path,
) -> None:
    files = [GRAPH_FILE, SCALES_FILE, CELLS_FILE, NEIGHBOURS_FILE]
    for name in [*files, TUNED_FILE] if learned.tuned else files:
        told = name == GRAPH_FILE
        record_weights(
            out_dir / name,
            MODEL,
            LICENCE,
            classes=photos.tags if told else (),
            metrics=report.headline if told else {},
        )
    facts = {
        "date": datetime.date.today().isoformat(),
        "licence": LICENCE,
        "photos": f"{len(photos):,}, of which {int(photos.located.sum()):,} with coordinates and "
        f"{int(photos.labelled.sum()):,} with tags",
        "networks": _networks(config),
        "ONNX against torch (share of the spread)": f"{error:.3f}",
        "geocells": f"{len(learned.cells)}, sharpness {learned.cells.sharpness:.2f}",
        "blend": f"fine-tuned {', '.join(f'{share:.2f}' for share in learned.tuned_shares)} "
        f"times the frozen one's heads, neighbours {learned.neighbours.strength:.2f}",
    }
    scores, labels = learned.tag_scores, photos.labels[learned.tag_rows]
    write_card(out_dir / f"{MODEL}.md", facts, photos.tags, scores, labels, scales, report)


def _networks(config: SceneConfig) -> str:
    names = [f"EfficientNet-Lite{b.variant} (frozen)" for b in config.backbones]
    names += [f"EfficientNet-Lite{spec.variant} (fine-tuned)" for spec in config.finetune]
    return ", ".join(names)
