"""Train the network of signs: drawn signs first, then real ones and what is taken for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from clues.cue import Box
from clues.paths import WEIGHTS_DIR
from detectors import furniture
from detectors.manifest import load_manifest
from detectors.objects import FLOOR
from detectors.signs.detector import NAME, NETWORK_FILE, SCALES_FILE
from detectors.signs.kinds import KINDS
from detectors.signs.look import Floats, SignLook, as_input, candidates, cut, log_softmax
from detectors.training import signs_data
from detectors.training.boxes import Measured
from detectors.training.card import record_weights
from detectors.training.config import read_as
from detectors.training.scene_data import ScenePhotos, read_photos, take
from detectors.training.sightings import find_all
from detectors.training.signs_card import LICENCE, Results, describe
from detectors.training.signs_data import ALWAYS, FOLDS, Patches, Thing
from detectors.training.signs_measure import (
    Crops,
    Photo,
    Scene,
    crop_figures,
    fit_scales,
    ground_mistakes,
    photo_figures,
    scene_figures,
    spoken,
)
from detectors.training.street_boxes import fold_of, read_street
from detectors.yolo import Detection, YoloBackbone, YoloHead

CONFIG = Path(__file__).with_name("signs.yaml")
_WATCHED = 6  # one photo in so many is not learned but tells when to stop
_PIECES = 3  # cut from each photo at random
_TAGS = ("sign", "warn-yellow", "warn-triangle", "chevron", "stop-sign")


class SignsConfig(BaseModel):
    """Everything that decides how the network comes out; see ``signs.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    gtsrb: str
    german: str
    boxes: str
    street: str
    furniture: str
    ordinary: int = Field(gt=0)
    elsewhere: int = Field(gt=0)
    network: dict[str, Any]
    bootstrap_rounds: int = Field(gt=0)
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Street:
    """Photos with what may be signs in them, found by networks that have not seen them.

    Attributes
    ----------
    photos
        What is known of each, and the parts to look at.
    things
        What was boxed by eye in each.
    mistaken
        What the parts really are.
    """

    photos: list[Photo]
    things: list[list[Thing]]
    mistaken: list[Thing]


def train(config_path: Path | None, data_dir: Path, out_dir: Path) -> dict[str, Measured]:
    """Train, cross-validate, calibrate, export, measure and describe the network of signs.

    Parameters
    ----------
    config_path
        YAML as in ``signs.yaml``, which is the default.
    data_dir
        Folder with ``streetview`` and ``signs``.
    out_dir
        Gets weights, card and manifest; a run that was stopped goes on from what it finished.

    Returns
    -------
    dict
        Figures with their 95 % intervals, as in the manifest.

    Raises
    ------
    CluesError
        If weights, data, the configuration or a package are missing.
    """
    config = read_as(SignsConfig, config_path or CONFIG)
    out_dir.mkdir(parents=True, exist_ok=True)
    boxed = _boxed(config, data_dir, out_dir)
    ordinary, shares, unboxed = _ordinary(config, data_dir, out_dir)
    learner = _Learner(config, data_dir, out_dir, boxed, ordinary)
    networks = [learner.network(fold) for fold in range(FOLDS)]
    photos = [
        photo.scored(_look(networks[photo.fold], photo))
        for photo in (*boxed.photos, *ordinary.photos)
    ]
    scales, held_out = fit_scales(photos, shares, unboxed, config.bootstrap_rounds)
    scales.save(out_dir / SCALES_FILE)
    record_weights(out_dir / SCALES_FILE, NAME, LICENCE)
    test = signs_data.gtsrb(data_dir / config.gtsrb, "test")
    scenes = signs_data.german(data_dir / config.german, ("test",))
    error = _export(learner.network(None), _crops(test), out_dir)
    look = SignLook(NETWORK_FILE, out_dir)
    told = [look.run(as_input(_crops(things))) for things in (test, scenes)]
    dev = _dev(config, data_dir, out_dir, look)
    results = Results(
        crops={
            "GTSRB, test": crop_figures(test, told[0]),
            "German scenes, test": crop_figures(scenes, told[1]),
            "street views": _street_crops(boxed, networks),
        },
        scenes=scene_figures(
            german_scenes(data_dir / config.german, out_dir, look), config.bootstrap_rounds
        ),
        grounds=ground_mistakes([*test, *scenes], np.concatenate(told)),
        scales=scales,
        held_out=held_out,
        photos=photo_figures(photos, config.bootstrap_rounds),
        spoken={
            "boxed": spoken(scales.choices, [one for one in photos if one.boxed]),
            "ordinary": spoken(scales.choices, [one for one in photos if not one.boxed]),
            "dev": spoken(scales.choices, dev),
        },
        dev=photo_figures(dev, config.bootstrap_rounds),
        error=error,
        learned=learner.counts,
        shares=shares,
    )
    describe(out_dir, results)
    return load_manifest(out_dir)[NETWORK_FILE].metrics


def _export(network: Any, crops: npt.NDArray[np.uint8], out_dir: Path) -> float:
    from detectors.training.signs_network import export

    error = export(network, out_dir / NETWORK_FILE, crops)
    record_weights(out_dir / NETWORK_FILE, NAME, LICENCE, classes=KINDS)
    return error


def _boxed(config: SignsConfig, data_dir: Path, out_dir: Path) -> Street:
    """Return the boxed street views, with the findings of heads that did not learn from them."""
    from detectors.training.furniture import FurnitureConfig, cross_validate

    settings = read_as(FurnitureConfig, CONFIG.with_name(config.furniture))
    samples, found = cross_validate(settings, data_dir, out_dir / "furniture")[:2]
    boxes, names = read_street(data_dir / config.boxes)
    things = signs_data.street(boxes, names)
    photos, mistaken = [], []
    for sample, own, signs in zip(samples, found, things, strict=True):
        parts = candidates(_in_pixels(sample.path, own), furniture.SIGNS)
        kinds = {kind for thing in signs for kind in thing.kinds if len(thing.kinds) <= 2}
        photos.append(Photo(sample.path, sample.fold, parts, frozenset(kinds), boxed=True))
        mistaken += signs_data.mistakes(sample.path, parts, signs, sample.fold)
    return Street(photos, things, mistaken)


def _in_pixels(path: Path, found: list[Detection]) -> list[Detection]:
    with Image.open(path) as opened:
        size = np.array(opened.size * 2)
    return [
        Detection(one.kind, one.score, Box(*(np.array(one.box.xyxy_px) * size).tolist()))
        for one in found
        if one.score >= FLOOR
    ]


def _ordinary(
    config: SignsConfig, data_dir: Path, out_dir: Path
) -> tuple[Street, dict[str, float], int]:
    """Return some tagged street views without boxes, the shares of tags, and how many there are."""
    street = data_dir / config.street
    tagged = read_photos(street, ["train.csv"], "cue_labels.csv", tags=_TAGS)
    tagged = take(tagged, np.flatnonzero(tagged.labelled))
    shares = {tag: float(tagged.labels[:, n].mean()) for n, tag in enumerate(_TAGS)}
    boxes, _ = read_street(data_dir / config.boxes, include_dev=True)
    known = {photo.source for photo in boxes}
    names = [f"{path.parent.name}/{path.name}" for path in tagged.paths]
    order = sorted(range(len(names)), key=lambda n: fold_of(names[n], 2**31))
    others = [n for n in order if names[n] not in known]
    chosen = others[: config.ordinary]
    tagged = take(tagged, np.array(chosen))
    found = _found(tagged.paths, out_dir, "ordinary")
    photos, mistaken = [], []
    for row, (path, own) in enumerate(zip(tagged.paths, found, strict=True)):
        fold = fold_of(names[chosen[row]], FOLDS)
        parts = candidates(own, furniture.SIGNS)
        photos.append(Photo(path, fold, parts, _kinds_of(tagged, row), boxed=False))
        if not tagged.labels[row].any():
            mistaken += signs_data.unboxed(path, parts, fold)
    return Street(photos, [[] for _ in photos], mistaken), shares, len(others)


def _found(paths: Sequence[Path], out_dir: Path, name: str) -> list[list[Detection]]:
    """Return what the shipped furniture detector finds in photos."""
    head = YoloHead(furniture.MODEL.head_file, WEIGHTS_DIR)
    return find_all(head, YoloBackbone(WEIGHTS_DIR), paths, out_dir / f"{name}.jsonl", FLOOR)


def german_scenes(folder: Path, out_dir: Path, look: SignLook) -> list[Scene]:
    """Return German scenes that no detector learned from, as the shipped detectors see them."""
    paths = sorted((folder / "images" / "test").glob("*"))
    things = signs_data.german(folder, ("test",))
    scenes = []
    for path, own in zip(paths, _found(paths, out_dir, "german"), strict=True):
        parts = candidates(own, furniture.SIGNS)
        with Image.open(path) as opened:
            log_p = look(opened.convert("RGB"), [one.box for one in parts])
        scenes.append(Scene([thing for thing in things if thing.path == path], parts, log_p))
    return scenes


def _kinds_of(photos: ScenePhotos, row: int) -> frozenset[str]:
    meant = {"warn-yellow": "diamond-yellow", "warn-triangle": "triangle-white",
             "chevron": "chevron", "stop-sign": "stop"}  # fmt: skip
    own = photos.labels[row]
    return frozenset(
        meant[tag] for tag, has in zip(_TAGS, own, strict=True) if has and tag in meant
    )


def _dev(config: SignsConfig, data_dir: Path, out_dir: Path, look: SignLook) -> list[Photo]:
    """Return the tagged development photos, as the shipped detector sees them."""
    street = data_dir / config.street
    tagged = read_photos(street, ["dev.csv"], "cue_labels.csv", tags=_TAGS)
    tagged = take(tagged, np.flatnonzero(tagged.labelled))
    photos = []
    for row, own in enumerate(_found(tagged.paths, out_dir, "dev")):
        parts = candidates(own, furniture.SIGNS)
        photo = Photo(tagged.paths[row], ALWAYS, parts, _kinds_of(tagged, row), boxed=False)
        with Image.open(photo.path) as opened:
            log_p = look(opened.convert("RGB"), [one.box for one in parts])
        photos.append(photo.scored(log_p))
    return photos


def _look(network: Any, photo: Photo) -> Floats:
    """Return the log-probabilities of what may be signs in a photo."""
    from detectors.training.signs_network import logits_of

    if not photo.parts:
        return np.zeros((0, len(KINDS)))
    with Image.open(photo.path) as opened:
        image = opened.convert("RGB")
    return log_softmax(logits_of(network, np.stack([cut(image, p.box) for p in photo.parts])))


def _crops(things: list[Thing]) -> npt.NDArray[np.uint8]:
    crops = []
    for thing in things:
        with Image.open(thing.path) as opened:
            crops.append(cut(opened.convert("RGB"), thing.box))
    return np.stack(crops)


def _street_crops(boxed: Street, networks: list[Any]) -> Crops:
    """Return figures of boxed signs, each judged by the network that did not learn its photo."""
    from detectors.training.signs_network import logits_of

    things = [thing for own in boxed.things for thing in own]
    crops, fold = _crops(things), np.array([thing.fold for thing in things])
    log_p = np.zeros((len(things), len(KINDS)))
    for number, network in enumerate(networks):
        log_p[fold == number] = log_softmax(logits_of(network, crops[fold == number]))
    return crop_figures(things, log_p)


class _Learner:
    """Trains networks on all photos but those of a fold, from one that has seen drawn signs."""

    def __init__(
        self, config: SignsConfig, data_dir: Path, out_dir: Path, boxed: Street, ordinary: Street
    ) -> None:
        from detectors.training.signs_network import NetworkConfig

        self.config, self.out_dir = config, out_dir
        self.settings = NetworkConfig.model_validate(config.network)
        rng = np.random.default_rng(config.seed)
        geo = sorted((data_dir / config.street / "geo").glob("*"))
        chosen = [geo[n] for n in rng.permutation(len(geo))[: config.elsewhere]]
        german = signs_data.german(data_dir / config.german, ("train", "val"))
        crops = signs_data.gtsrb(data_dir / config.gtsrb, "train")
        street = [thing for own in boxed.things for thing in own]
        self.grounds = _watchable(signs_data.elsewhere(chosen, _PIECES, rng))
        self.signs = _watchable([*crops, *german, *street])
        self.mistaken = _watchable([*boxed.mistaken, *ordinary.mistaken])
        self.counts = {
            "GTSRB crops": len(crops), "signs in German scenes": len(german),
            "boxed things in street views": len(street),
            "things taken for signs": len(boxed.mistaken) + len(ordinary.mistaken),
            "ordinary photos": len(ordinary.photos),
        }  # fmt: skip
        self._first: Any = None

    def network(self, without: int | None) -> Any:
        """Return the network that learned from all folds but one."""
        from detectors.training.signs_network import Material, fit

        network = self._start()
        parts = [_part(one, without) for one in (self.signs, self.mistaken)]
        grounds = self.grounds[0].take(~self.grounds[1])
        material = Material(parts[0][0], _join(parts[1][0], grounds), grounds)
        name = "all" if without is None else f"fold{without}"
        return fit(
            network, self.settings, self.settings.second, material,
            _join(parts[0][1], parts[1][1]), self.config.seed + 1, self.out_dir / f"{name}.pt",
        )  # fmt: skip

    def _start(self) -> Any:
        """Return a network that has learned from what belongs to no fold."""
        import torch

        from detectors.training.signs_network import Material, SignNetwork, fit

        torch.manual_seed(self.config.seed)
        network = SignNetwork(self.settings.width, self.settings.dropout)
        if self._first is None:
            patches, watched = self.signs
            own = patches.fold == ALWAYS
            grounds, away = self.grounds
            material = Material(
                patches.take(own & ~watched), grounds.take(~away), grounds.take(~away)
            )
            held = _join(patches.take(own & watched), grounds.take(away))
            fit(
                network, self.settings, self.settings.first, material, held, self.config.seed,
                self.out_dir / "first.pt",
            )  # fmt: skip
            self._first = {name: value.clone() for name, value in network.state_dict().items()}
        network.load_state_dict(self._first)
        return network


def _watchable(things: list[Thing]) -> tuple[Patches, npt.NDArray[np.bool_]]:
    """Return patches, and which of them are not learned."""
    watched = [fold_of(thing.path.name, _WATCHED) == 0 for thing in things]
    return signs_data.patches(things), np.array(watched, bool)


def _part(
    one: tuple[Patches, npt.NDArray[np.bool_]], without: int | None
) -> tuple[Patches, Patches]:
    """Return the patches to learn and to watch, without those of a fold."""
    patches, watched = one
    used = np.ones(len(patches), bool) if without is None else patches.fold != without
    return patches.take(used & ~watched), patches.take(used & watched)


def _join(*parts: Patches) -> Patches:
    return Patches(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("pixels", "allowed", "fold")
        )
    )
