"""Learn geolocators of the literature from the same photos, and compare them on others.

    clues train experts --data STREETVIEW --out DIR [--install]

All learn from four fifths of the training photos; a power on each one's log-likelihoods is fitted
on the last fifth, and the development photos measure. What they learned from is kept in the folder
and put among the user's models by ``--install``, for `clues locate --with planet` and others.
``experts.json`` has what was measured, with a curve of the dataset's size.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from rich.console import Console
from rich.progress import track
from rich.table import Table

from clues.files import replacing
from detectors.appearance.cells import Cells
from detectors.clip.network import ENCODER, load_clip
from detectors.downloads import models_dir
from detectors.experts.detector import (
    FILES,
    FOLDER,
    GRAPH_FILE,
    MATERIAL_FILE,
    MEASURED_FILE,
    SIGHT_FILE,
)
from detectors.experts.sight import Sight
from detectors.training import calibrate, geocells
from detectors.training.config import SceneConfig, read_config
from detectors.training.experts import EXPERTS, Expert, classified_neighbours, semantic_cells
from detectors.training.experts_material import Asked, Material
from detectors.training.hand_made import BLOCKS, fit_vocabulary, hand_made
from detectors.training.heads import Whitening, fit_whitening
from detectors.training.scene import CONFIG, frozen_features
from detectors.training.scene_data import FOLDS, ScenePhotos, read_photos, take
from detectors.training.scene_evaluate import Candidates, find_candidates, measure_places

Floats = npt.NDArray[np.float32]
Results = dict[str, dict[str, Any]]
_COMPONENTS = 500
_SHARES = (0.12, 0.25, 0.5, 1.0)
_CALIBRATED = 700  # held-out photos for the power
_ROUNDS = 400  # of the bootstrap


@dataclass(frozen=True, eq=False)
class Trial:
    """What experts learn from, and what they are tried on.

    Attributes
    ----------
    material
    asked
        Features of the held-out photos that fit the power, then of the development photos.
    country : ndarray of str
        Of the held-out photos.
    dev
        The development photos.
    places
        The candidates that are measured.
    """

    material: Material
    asked: Asked
    country: npt.NDArray[np.str_]
    dev: ScenePhotos
    places: Candidates

    def measure(self, expert: Expert, material: Material | None = None) -> dict[str, Any]:
        """Learn an expert, fit its power on held-out photos, and measure it on the others."""
        log = expert.fit(material or self.material)(self.asked)[:, self.places.kept]
        count, places = len(self.country), self.places
        flat = np.ones(len(places.kept))
        towns = Cells(places.lat, places.lon, flat, places.country, flat)
        power = calibrate.fit_powers([log[:count]], self.country, towns, places.prior)[0]
        found = measure_places(self.dev, power * log[count:], places, rounds=_ROUNDS)
        rounded = {name: [round(v, 4) for v in values] for name, values in found.items()}
        return {"title": expert.title, "power": round(float(power), 4), **rounded}


def train(
    config_path: Path | None, data_dir: Path, out_dir: Path, clip: tuple[Path, str] | None = None
) -> Results:
    """Learn and compare all experts, and keep what they learned from.

    Parameters
    ----------
    config_path
        That of the scene model, which is the default.
    data_dir, out_dir
        Folder with the manifests, and folder for the results; features are kept in it, and a run
        that was stopped goes on from there.
    clip
        Weights of CLIP and their architecture, for a linear probe.

    Returns
    -------
    dict
        Title, power and figures with 95 % intervals of each expert, and of shares of the photos.
    """
    config = read_config(config_path or CONFIG)
    photos = read_photos(data_dir, config.photos, config.tags, min_positives=config.min_positives)
    dev = read_photos(data_dir, [config.dev], config.tags, tags=photos.tags)
    paths = [*photos.paths, *dev.paths]
    trial = _trial(photos, dev, _see(paths, len(photos), config, out_dir), config, data_dir)
    trial.material.save(out_dir / MATERIAL_FILE)
    results: Results = {}

    def note(key: str, expert: Expert, material: Material | None = None) -> None:
        results[key] = trial.measure(expert, material)
        text = json.dumps(results, indent=1)
        (out_dir / MEASURED_FILE).write_text(text + "\n", encoding="utf-8")

    for name, expert in track(EXPERTS.items(), "experts"):
        note(name, expert)
    if clip is not None:
        seen = clip_features(paths, *clip)
        seen = _whitening(seen, [seen.shape[1]], len(photos))(seen)
        probed = _trial(photos, dev, Asked(seen, seen), config, data_dir)
        title = "CLIP: linear probe (Radford et al. 2021)"
        results["clip"] = probed.measure(Expert(title, semantic_cells))
    for share in _SHARES:
        part = _share_of(trial.material, share, config.seed)
        for name, fit in (("pigeon", semantic_cells), ("[L]", classified_neighbours)):
            note(f"{name} {share:.0%}", Expert(f"{name}, {share:.0%} of the photos", fit), part)
    _say(results)
    return results


def install(source: Path, folder: Path | None = None) -> list[str]:
    """Copy what was learned among the user's models; return the names of the files."""
    folder = folder or models_dir() / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        with replacing(folder / name) as temporary:
            shutil.copyfile(source / name, temporary)
    return [str(folder / name) for name in FILES]


def clip_features(paths: list[Path], weights: Path, model: str) -> Floats:
    """Return what the user's CLIP sees in photos, shape (photos, dimensions)."""
    clip = load_clip(weights, model)
    return np.stack([clip.image(Image.open(path).convert("RGB")) for path in track(paths, "CLIP")])


def _trial(
    photos: ScenePhotos, dev: ScenePhotos, seen: Asked, config: SceneConfig, data: Path
) -> Trial:
    """Part the photos; ``seen`` has the features of the training photos, then of the others."""
    towns = geocells.read_towns(data / config.country_weights)
    cells, of_town = geocells.make_cells(
        photos, towns, per_cell=config.cells.per_cell, seed=config.seed
    )
    known = np.isin(photos.country, cells.country)
    rest = np.flatnonzero(known & (photos.fold != FOLDS - 1))
    held_out = np.flatnonzero(known & (photos.fold == FOLDS - 1))
    held_out = held_out[:: max(1, len(held_out) // _CALIBRATED)]
    rows = np.r_[held_out, len(photos) + np.arange(len(dev))]
    material = Material(take(photos, rest), seen.deep[rest], seen.hand[rest], towns, cells, of_town)
    asked = Asked(seen.deep[rows], seen.hand[rows])
    return Trial(material, asked, photos.country[held_out], dev, find_candidates(cells, towns))


def _see(paths: list[Path], fitted: int, config: SceneConfig, out: Path) -> Asked:
    """Return whitened features of all photos; keep how they are made, for other photos."""
    one = config.model_copy(update={"backbones": config.backbones[:1]})
    _, deep, blocks = frozen_features(paths, fitted, one, out)
    (graph,) = (out / "features").glob("*.onnx")
    shutil.copyfile(graph, out / GRAPH_FILE)
    hand, vocabulary = _by_hand(paths, fitted, out)
    sight = Sight(_whitening(deep, blocks, fitted), _whitening(hand, BLOCKS, fitted), vocabulary)
    sight.save(out / SIGHT_FILE)
    return Asked(sight.deep(deep), sight.hand(hand))


def _by_hand(paths: list[Path], fitted: int, out: Path) -> tuple[Floats, Floats]:
    """Return hand-made features and the words of SIFT, once made for all runs in the folder."""
    kept = out / "features" / "hand_made.npz"
    if not kept.is_file():
        vocabulary = fit_vocabulary(paths[:fitted])
        np.savez(kept, features=hand_made(paths, vocabulary), vocabulary=vocabulary)
    with np.load(kept) as data:
        return data["features"], data["vocabulary"]


def _whitening(features: npt.NDArray[np.floating], blocks: list[int], fitted: int) -> Whitening:
    components = min(_COMPONENTS, features.shape[1])
    return fit_whitening(
        features[:fitted], blocks, per_block=300, components=components, shrinkage=0.3
    )


def _share_of(material: Material, share: float, seed: int) -> Material:
    """Return what a random share of the photos has to teach."""
    count = len(material.photos)
    rows = np.sort(np.random.default_rng(seed).permutation(count)[: round(share * count)])
    photos = take(material.photos, rows)
    return replace(material, photos=photos, deep=material.deep[rows], hand=material.hand[rows])


def _say(results: Results) -> None:
    """Print what was measured, the points with their 95 % interval."""
    table = Table("expert", "points", "country top-1", "top-5", box=None)
    for row in results.values():
        points, low, high = row["points"]
        first, fifth = (row[f"country top-{k}"][0] for k in (1, 5))
        table.add_row(
            row["title"],
            f"{points:,.0f} ({low:,.0f} to {high:,.0f})",
            f"{first:.1%}",
            f"{fifth:.1%}",
        )
    Console().print(table)


def main() -> None:
    """Run the comparison with a probe of CLIP, for which `clues train` has no option."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--clip", type=Path, required=True, help="weights of CLIP")
    parser.add_argument("--clip-model", default=ENCODER, help="their architecture in open_clip")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    train(given.config, given.data, given.out, (given.clip, given.clip_model))


if __name__ == "__main__":
    main()
