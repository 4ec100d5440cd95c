"""The whole training on a handful of drawn photos, to the weights that the detectors load."""

import csv
import shutil

import numpy as np
import pytest
import yaml
from PIL import Image

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

from clues.errors import CluesError
from clues.photo import open_photo
from detectors.training.config import read_config
from detectors.training.scene import CONFIG, train
from detectors.training.scene_data import read_photos

PLACES = {"FI": (61.0, 25.0), "KE": (-1.0, 37.0)}


def photo(path, country, seed):
    noise = np.random.default_rng(seed).normal(0, 25, (97, 101, 3))
    base = (60, 110, 60) if country == "FI" else (190, 120, 60)
    Image.fromarray(np.clip(noise + base, 0, 255).astype(np.uint8)).save(path)


def write(path, rows):
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    tags, manifests = [], {"train": [], "dev": []}
    for name, count in (("train", 20), ("dev", 6)):
        for n in range(count):
            country = ("FI", "KE")[n % 2]
            file = f"{name}{n}.png"
            photo(folder / file, country, n)
            lat, lon = PLACES[country]
            row = {"file": file, "country": country, "lat": lat + 0.7 * n, "lon": lon + 0.7 * n}
            manifests[name].append(row)
            words = "conifer paved" if country == "FI" else "redsoil unpaved"
            tags.append({"file": file, "tags": words})
    for name, rows in manifests.items():
        write(folder / f"{name}.csv", rows)
    write(folder / "tags.csv", tags)
    weights = [{"iso_3166_1": code, "weight": 1} for code in PLACES]
    write(folder / "weights.csv", weights)
    return folder


@pytest.fixture(scope="module")
def config(data):
    given = yaml.safe_load(CONFIG.read_text("utf-8"))
    given |= {
        "photos": ["train.csv"], "tags": "tags.csv", "dev": "dev.csv",
        "country_weights": "weights.csv", "min_positives": 5, "tag_penalty": 10.0,
        "bootstrap_rounds": 20, "onnx_tolerance": 0.5,
        "neighbours": {"places_per_cell": 5, "dims": 4, "epochs": 2, "bandwidth": 0.1},
        "backbones": [{"variant": 0, "style_channels": 4}],
        "whitening": {"per_block": 8, "components": 10, "shrinkage": 0.3},
        "finetune": [
            given["finetune"][0]
            | {"size": 64, "epochs": 1, "batch": 4, "watch_every": 1, "seed": n}
            for n in range(2)
        ],
    }  # fmt: skip
    path = data / "tiny.yaml"
    path.write_text(yaml.safe_dump(given))
    return path


def test_a_tiny_training_ships_detectors_that_work_and_goes_on_where_it_stopped(
    data, config, tmp_path
):
    report = train(config, data, tmp_path)
    assert {r.tag for r in report.tags} == {"conifer", "paved", "redsoil", "unpaved"}
    assert min(r.auc[0] for r in report.tags) > 0.9
    assert "dev AUC" in (tmp_path / "scene.md").read_text("utf-8")

    from detectors.appearance import create as appearance
    from detectors.scene import create as scene

    kenya = open_photo(data / "dev1.png")
    cues = {cue.variable: cue for cue in scene(tmp_path).detect(kenya)}
    assert cues["soil.redsoil"].value == "present"
    country, place = appearance(tmp_path).detect(kenya)
    assert country.value == "KE"
    lat, lon = map(float, next(iter(place.likelihood))[4:].split(";")[0].split(","))
    assert abs(lat) < 5
    assert 34 < lon < 42

    # The features are checkpoints: with them there, the photos of training need not be read again.
    moved = tmp_path / "again"
    shutil.copytree(tmp_path / "features", moved / "features")
    before = {p.name: p.stat().st_mtime_ns for p in (moved / "features").glob("*.safetensors")}
    train(config, data, moved)
    after = {p.name: p.stat().st_mtime_ns for p in (moved / "features").glob("*.safetensors")}
    assert before == after


def test_photos_of_one_neighbourhood_share_a_fold(data):
    photos = read_photos(data, ["train.csv"], "tags.csv", min_positives=5)
    blocks = {}
    for lat, lon, fold in zip(photos.lat, photos.lon, photos.fold, strict=True):
        assert blocks.setdefault((round(lat / 0.5), round(lon / 0.5)), fold) == fold


def test_bad_input_is_told_in_one_sentence(data, tmp_path):
    with pytest.raises(CluesError, match="no such file"):
        read_photos(tmp_path, ["train.csv"], "tags.csv")
    broken = tmp_path / "broken.yaml"
    broken.write_text(CONFIG.read_text("utf-8").replace("seed: 0", "seed: zero"))
    with pytest.raises(CluesError, match="field 'seed'"):
        read_config(broken)
