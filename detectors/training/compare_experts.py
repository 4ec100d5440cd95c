"""Compare appearance experts on the same photos: python -m detectors.training.compare_experts.

All learn from four fifths of the training photos; a power on each one's log-likelihoods is fitted
on the last fifth, and the development photos measure. Writes ``experts.json``, with a curve of
the dataset's size.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.progress import track

from detectors.appearance.cells import Cells
from detectors.clip.network import ENCODER, load_clip
from detectors.training import calibrate, geocells
from detectors.training.config import read_config
from detectors.training.experts import (
    EXPERTS,
    Material,
    classified_neighbours,
    semantic_cells,
)
from detectors.training.hand_made import BLOCKS, hand_made
from detectors.training.heads import fit_whitening
from detectors.training.scene import CONFIG, frozen_features
from detectors.training.scene_data import FOLDS, ScenePhotos, read_photos, take
from detectors.training.scene_evaluate import Candidates, find_candidates, measure_places

Floats = npt.NDArray[np.float32]
_COMPONENTS = 500
_SHARES = (0.12, 0.25, 0.5, 1.0)
_CALIBRATED = 700  # held-out photos for the power


def _whitened(features: npt.NDArray[np.floating], blocks: list[int], fitted: int) -> Floats:
    components = min(_COMPONENTS, features.shape[1])
    fit = fit_whitening(
        features[:fitted], blocks, per_block=300, components=components, shrinkage=0.3
    )
    return fit(features)


def _kept_hand_made(paths: list[Path], fitted: int, out: Path) -> Floats:
    """Return hand-made features, from the file of a run that was stopped if there is one."""
    kept = out / "hand_made.npy"
    if not kept.is_file():
        np.save(kept, hand_made(paths, fitted).astype(np.float16))
    return np.load(kept).astype(np.float32)


def measure(
    log: npt.NDArray[np.floating], held_out: ScenePhotos, dev: ScenePhotos, places: Candidates
) -> dict[str, list[float]]:
    """Fit the power on the held-out photos, which come first, and measure on the others."""
    log = log[:, places.kept]
    first = np.arange(len(held_out))[:: max(1, len(held_out) // _CALIBRATED)]
    flat = np.ones(len(places.kept))
    towns = Cells(places.lat, places.lon, flat, places.country, flat)
    power = calibrate.fit_powers([log[first]], held_out.country[first], towns, places.prior)[0]
    found = measure_places(dev, power * log[len(held_out) :], places, rounds=400)
    return {name: [round(v, 4) for v in values] for name, values in found.items()}


def clip_features(paths: list[Path], weights: Path, model: str) -> Floats:
    """Return what the user's CLIP sees in photos, shape (photos, dimensions)."""
    clip = load_clip(weights, model)
    return np.stack([clip.image(Image.open(path).convert("RGB")) for path in track(paths, "CLIP")])


def compare(
    data: Path, out: Path, config_path: Path, clip: tuple[Path, str] | None = None
) -> dict[str, dict[str, list[float]]]:
    """Return what each expert, and each share of the training photos, reaches on dev.

    ``clip`` names weights of CLIP and their architecture, for a linear probe.
    """
    config = read_config(config_path)
    photos = read_photos(data, config.photos, config.tags, min_positives=config.min_positives)
    dev = read_photos(data, [config.dev], config.tags, tags=photos.tags)
    paths = [*photos.paths, *dev.paths]
    _, features, blocks = frozen_features(paths, len(photos), config, out)
    deep = _whitened(features, blocks, len(photos))
    hand = _whitened(_kept_hand_made(paths, len(photos), out), BLOCKS, len(photos))
    towns = geocells.read_towns(data / config.country_weights)
    cells, of_town = geocells.make_cells(
        photos, towns, per_cell=config.cells.per_cell, seed=config.seed
    )
    known = np.isin(photos.country, cells.country)
    rest = np.flatnonzero(known & (photos.fold != FOLDS - 1))
    held_out = np.flatnonzero(known & (photos.fold == FOLDS - 1))
    asked = np.r_[held_out, len(photos) + np.arange(len(dev))]
    places = find_candidates(cells, towns)
    given = (deep[asked], hand[asked], towns, cells, of_town)
    results: dict[str, dict[str, list[float]]] = {}

    def note(name: str, log: npt.NDArray[np.floating]) -> None:
        results[name] = measure(log, take(photos, held_out), dev, places)
        (out / "experts.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

    for name, expert in EXPERTS.items():
        note(name, expert(Material(take(photos, rest), deep[rest], hand[rest], *given)))
    if clip is not None:
        seen = clip_features(paths, *clip)
        probed = _whitened(seen, [seen.shape[1]], len(photos))
        material = Material(take(photos, rest), probed[rest], hand[rest], probed[asked], *given[1:])
        note("CLIP: linear probe (Radford et al. 2021)", semantic_cells(material))
    mixed = np.random.default_rng(config.seed).permutation(rest)
    for share in _SHARES:
        rows = np.sort(mixed[: round(share * len(mixed))])
        material = Material(take(photos, rows), deep[rows], hand[rows], *given)
        note(f"semantic cells, {share:.0%} of the photos", semantic_cells(material))
        note(f"[L], {share:.0%} of the photos", classified_neighbours(material))
    return results


def main() -> None:
    """Run the comparison from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--clip", type=Path, help="weights of CLIP, for a linear probe")
    parser.add_argument("--clip-model", default=ENCODER, help="their architecture in open_clip")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    clip = (given.clip, given.clip_model) if given.clip else None
    for name, row in compare(given.data, given.out, given.config, clip).items():
        print(name, row)


if __name__ == "__main__":
    main()
