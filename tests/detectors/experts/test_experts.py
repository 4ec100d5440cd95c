"""An expert learns from what was kept of the training photos, and tells red from blue places."""

import json

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("onnx")
pytest.importorskip("torch")

from clues.errors import CluesError
from clues.photo import open_photo
from detectors import experts
from detectors.experts import detector
from detectors.experts.sight import Sight
from detectors.training import geocells
from detectors.training.experts_material import Material
from detectors.training.hand_made import BLOCKS
from detectors.training.heads import Whitening
from tests.detectors.training.untagged import untagged

RED, BLUE = (np.full((40, 60, 3), colour, np.uint8) for colour in ((220, 20, 20), (20, 20, 220)))
RNG = np.random.default_rng(0)


def mean_colour(path) -> None:
    """Write a network whose pooled features are the means of the three channels."""
    import onnx
    from onnx import TensorProto, helper

    shape = ["n", 3, 288, 304]
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["image"], ["mean"]),
            helper.make_node("Flatten", ["mean"], ["pooled"]),
        ],
        "mean",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["n", 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.save(model, path)


@pytest.fixture
def folder(tmp_path):
    """What `clues train experts` writes: red photos were taken in Finland, blue ones in Kenya."""
    finland = np.arange(120) % 2 == 0
    lat = np.where(finland, 62.0, -1.0) + RNG.normal(0, 1, 120)
    lon = np.where(finland, 26.0, 37.0) + RNG.normal(0, 1, 120)
    deep = np.where(finland[:, None], [0.7, -0.8, -0.8], [-0.8, -0.8, 0.7])
    deep = (deep + RNG.normal(0, 0.05, deep.shape)).astype(np.float32)
    hand = RNG.normal(0, 1, (120, 4)).astype(np.float32)
    photos = untagged(np.where(finland, "FI", "KE"), lat, lon)
    towns = geocells.Towns(
        np.r_[62 + RNG.normal(0, 1, 40), -1 + RNG.normal(0, 1, 40)],
        np.r_[26 + RNG.normal(0, 1, 40), 37 + RNG.normal(0, 1, 40)],
        np.array(["FI"] * 40 + ["KE"] * 40),
        np.full(80, 1 / 80),
    )
    cells, of_town = geocells.make_cells(photos, towns, per_cell=25, seed=0)
    Material(photos, deep, hand, towns, cells, of_town).save(tmp_path / detector.MATERIAL_FILE)
    plain = Whitening(np.zeros(3, "f4"), np.ones(3, "f4"), np.eye(3, dtype="f4"))
    size = sum(BLOCKS)
    by_hand = Whitening(np.zeros(size, "f4"), np.ones(size, "f4"), np.eye(size, 4, dtype="f4"))
    words = RNG.normal(0, 1, (8, 128)).astype(np.float32)
    Sight(plain, by_hand, words).save(tmp_path / detector.SIGHT_FILE)
    mean_colour(tmp_path / detector.GRAPH_FILE)
    (tmp_path / detector.MEASURED_FILE).write_text(json.dumps({"neighbours": {"power": 0.9}}))
    return tmp_path


def test_a_photo_is_put_where_photos_look_alike(folder):
    expert = experts.create("neighbours", folder)
    for pixels, here, there in ((RED, "FI", "KE"), (BLUE, "KE", "FI")):
        country, place = expert.detect(open_photo(pixels))
        assert {country.variable, place.variable} <= expert.variables
        assert country.likelihood[here] > 3 * country.likelihood[there]
        best = max(place.likelihood, key=place.likelihood.__getitem__)
        assert best.startswith("geo:6" if here == "FI" else "geo:-") or best.startswith("geo:0")


def test_what_is_kept_comes_back(folder):
    kept = Material.load(folder / detector.MATERIAL_FILE)
    assert len(kept.photos) == 120
    assert set(kept.photos.country) == set(kept.cells.country) == {"FI", "KE"}
    np.testing.assert_allclose(kept.cells.share.sum(), 2, rtol=1e-6)
    sight = Sight.load(folder / detector.SIGHT_FILE)
    np.testing.assert_array_equal(sight.deep.axes, np.eye(3))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda folder: (folder / detector.SIGHT_FILE).unlink(),
        lambda folder: (folder / detector.MATERIAL_FILE).write_bytes(b"PK no"),
        lambda folder: (folder / detector.MEASURED_FILE).write_text("{}"),
        lambda folder: (folder / detector.GRAPH_FILE).write_bytes(b"no graph"),
    ],
    ids=["missing", "damaged", "not measured", "no graph"],
)
def test_what_is_missing_or_damaged_is_told_in_a_sentence(folder, break_it):
    break_it(folder)
    with pytest.raises(CluesError) as told:
        experts.create("neighbours", folder)
    assert str(folder) in str(told.value)
    assert "\n" not in str(told.value)


def test_an_expert_that_was_not_trained_says_how(tmp_path, monkeypatch):
    monkeypatch.setenv("CLUES_MODELS", str(tmp_path))
    with pytest.raises(CluesError, match="clues train experts"):
        experts.planet()


def test_a_picture_is_seen_as_rows(folder):
    session = detector.open_session(folder / detector.GRAPH_FILE)
    seen = Sight.load(folder / detector.SIGHT_FILE).look(session, Image.fromarray(RED))
    assert seen.deep.shape == (1, 3)
    assert seen.hand.shape == (1, 4)
