"""The real loading path of GeoCLIP: its own place encoder, and a small CLIP without training."""

import socket
from importlib import import_module

import numpy as np
import pytest

from clues.cue import ELSEWHERE
from clues.errors import CluesError
from clues.inference.evidence import parse_place
from clues.photo import open_photo
from clues.sphere import distance_km
from detectors.geoclip import create, gallery
from detectors.geoclip.detector import FOLDER
from detectors.manifest import WeightsError

PHOTO = open_photo(np.random.default_rng(0).integers(0, 255, (60, 130, 3), np.uint8))
_EVERY = 250  # of the gallery's 100,000 places


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    pytest.importorskip("geoclip")
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1,
             "num_attention_heads": 2, "projection_dim": 768}  # fmt: skip
    torch.manual_seed(0)
    config = CLIPConfig(
        projection_dim=768,
        text_config={**small, "vocab_size": 50, "bos_token_id": 0, "eos_token_id": 2},
        vision_config={**small, "patch_size": 56, "image_size": 224},
    )
    folder = tmp_path_factory.mktemp("models")
    CLIPModel(config).save_pretrained(folder / FOLDER)
    CLIPImageProcessor().save_pretrained(folder / FOLDER)
    return folder


@pytest.fixture(scope="module")
def expert(models, tmp_path_factory):
    package = import_module("geoclip.model.GeoCLIP")
    read, folder = package.load_gps_data, tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "load_gps_data", lambda path: read(path)[::_EVERY].contiguous())
        patch.setattr(gallery, "cache_dir", lambda: folder)
        patch.setattr(socket.socket, "connect", None)  # no network, ever
        made = create(models)
        patch.setattr(gallery, "_encode", None)
        again = create(models)  # from the cache
    assert (again.vectors == made.vectors).all()
    return made


def test_a_photo_gives_both_cues_within_bounds(expert):
    country, place = expert.detect(PHOTO)
    assert {country.variable, place.variable} == expert.variables
    assert set(country.likelihood) == {*expert.cells.country.tolist(), ELSEWHERE}
    assert max(country.likelihood.values()) == 1
    assert min(country.likelihood.values()) >= 1 / 200 - 1e-9
    assert all(key == ELSEWHERE or parse_place(key) for key in place.likelihood)
    assert expert.detect(PHOTO) == [country, place]


def test_a_photo_that_goes_with_a_place_is_put_there(expert, monkeypatch):
    for cell in range(0, len(expert.cells), 40):
        monkeypatch.setattr(expert, "_vector", lambda _, cell=cell: expert.vectors[cell])
        _, place = expert.detect(PHOTO)
        found = parse_place(place.value)
        assert found.lat == pytest.approx(expert.cells.lat[cell], abs=1e-3)
        assert found.lon == pytest.approx(expert.cells.lon[cell], abs=1e-3)


def test_its_places_are_alike_where_they_are_near(expert):
    cells, alike = expert.cells, expert.vectors @ expert.vectors.T
    places = zip(cells.lat, cells.lon, strict=True)
    away = np.array([distance_km(lat, lon, cells.lat, cells.lon) for lat, lon in places])
    near, far = (away > 0) & (away < 300), away > 5_000
    assert alike[near].mean() > alike[far].mean() + 0.2


def test_missing_files_are_named_in_one_sentence(models, tmp_path):
    with pytest.raises(CluesError, match=r"put config\.json, .*model\.safetensors of openai/clip"):
        create(tmp_path)


def test_broken_weights_are_one_sentence(models, tmp_path):
    for path in (models / FOLDER).iterdir():
        target = tmp_path / FOLDER / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes()[: 900 if path.suffix == ".safetensors" else None])
    with pytest.raises(WeightsError, match="not weights that GeoCLIP can use"):
        create(tmp_path)


def test_a_missing_package_is_one_sentence(tmp_path, monkeypatch):
    from importlib.metadata import PackageNotFoundError

    from detectors.geoclip import detector

    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(detector, "version", missing)
    with pytest.raises(CluesError, match=r"pip install 'clues\[geoclip\]'"):
        create(tmp_path)
