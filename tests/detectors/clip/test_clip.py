"""The real loading path of CLIP, with a network of its architecture, small and untrained."""

import socket
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from clues.cue import ELSEWHERE
from clues.errors import CluesError
from clues.photo import open_photo
from detectors.clip import create, texts
from detectors.clip.detector import _MOST_RATIO, WEIGHTS
from detectors.clip.network import squares
from detectors.downloads import CATALOGUE
from detectors.manifest import WeightsError, sha256_of

PROMPTS = ("snow pole", "jeepney")
PHOTO = open_photo(np.random.default_rng(0).integers(0, 255, (40, 100, 3), np.uint8))


@pytest.fixture
def expert(tiny_clip, tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(socket.socket, "connect", None)  # no network, ever
    known = replace(CATALOGUE[WEIGHTS], sha256=sha256_of(tiny_clip))
    monkeypatch.setitem(CATALOGUE, WEIGHTS, known)
    return create(tiny_clip.parent, "tiny-clip")


def test_prompts_become_unit_vectors_once(tiny_clip, tmp_path, monkeypatch):
    monkeypatch.setattr(texts, "cache_dir", lambda: tmp_path)
    vectors = texts.encode(PROMPTS, tiny_clip, "tiny-clip")
    assert vectors.shape == (2, 16)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-5)
    monkeypatch.setattr(texts, "load_clip", None)
    assert (texts.encode(PROMPTS, tiny_clip, "tiny-clip") == vectors).all()


def test_weights_of_something_else_are_named(tmp_path):
    pytest.importorskip("open_clip")
    (tmp_path / "text.pt").write_bytes(b"not an archive")
    with pytest.raises(WeightsError, match=r"text\.pt: not weights"):
        texts.encode(PROMPTS, tmp_path / "text.pt")


def test_missing_weights_are_one_sentence(tmp_path):
    with pytest.raises(CluesError, match=r"clues models pull ViT-B-32\.pt"):
        create(tmp_path)


def test_every_country_gets_a_bounded_likelihood(expert):
    (cue,) = expert.detect(PHOTO)
    assert cue.variable in expert.variables
    assert set(cue.likelihood) == {*expert.codes, ELSEWHERE}
    assert {"ES", "JP", "BR", "ZA"} <= set(expert.codes)
    values = np.array(list(cue.likelihood.values()))
    assert values.max() == 1
    assert values.min() >= 1 / _MOST_RATIO - 1e-9
    assert expert.detect(PHOTO) == [cue]


def test_a_photo_that_looks_like_a_name_is_put_there(expert, monkeypatch):
    wanted = expert.codes.index("JP")
    monkeypatch.setattr(expert.clip, "image", lambda image: expert.names[wanted])
    (cue,) = expert.detect(PHOTO)
    assert cue.value == "JP"


@pytest.mark.parametrize(
    ("size", "count"), [((30, 30), 1), ((60, 30), 2), ((30, 60), 2), ((900, 30), 3), ((40, 30), 1)]
)
def test_square_views_cover_the_longer_side(size, count):
    views = squares(Image.new("RGB", size))
    assert len(views) == count
    assert all(view.size == (30, 30) for view in views)


def test_views_start_and_end_with_the_photo():
    row = np.arange(90, dtype=np.uint8)
    pixels = np.repeat(np.repeat(row[None, :, None], 30, 0), 3, 2)
    views = [np.asarray(view)[0, :, 0] for view in squares(Image.fromarray(pixels))]
    assert [int(view[0]) for view in views] == [0, 30, 60]
    assert int(views[-1][-1]) == 89
