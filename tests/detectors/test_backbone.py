import numpy as np
import pytest

pytest.importorskip("onnxruntime")

from clues.photo import open_photo
from detectors.backbone import HEIGHT, WIDTH, middle_box, shared, view_boxes


def street(width=640, height=610, seed=0):
    rows = np.linspace(230, 60, height)[:, None, None]
    noise = np.random.default_rng(seed).normal(0, 20, (height, width, 3))
    return open_photo(np.clip(rows + noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("size", [(640, 610), (304, 288), (500, 600)])
def test_a_photo_of_about_the_trained_shape_is_one_view(size):
    assert view_boxes(*size) == [(0, 0, *size)]


@pytest.mark.parametrize("size", [(3000, 600), (400, 1600), (1920, 1080)])
def test_views_of_an_odd_shape_cover_both_ends_and_stay_inside(size):
    boxes = view_boxes(*size)
    assert 2 <= len(boxes) <= 3
    assert (boxes[0][:2], boxes[-1][2:]) == ((0, 0), size)
    for left, top, right, bottom in boxes:
        assert 0 <= left < right <= size[0]
        assert 0 <= top < bottom <= size[1]
        assert (right - left) / (bottom - top) / (WIDTH / HEIGHT) < 1.5


@pytest.mark.parametrize("size", [(640, 610), (304, 288), (7, 5), (1, 1)])
def test_the_closer_look_stays_inside_the_photo_and_centred(size):
    left, top, right, bottom = middle_box(*size)
    assert 0 <= left < right <= size[0]
    assert 0 <= top < bottom <= size[1]
    assert (left + right, top + bottom) == pytest.approx(size, abs=1)


def test_the_network_runs_once_per_photo():
    backbone = shared()
    photo = street()
    assert backbone.features(photo) is backbone.features(photo)
    assert backbone.features(street(seed=1)) is not backbone.features(photo)


def test_features_are_finite_and_the_embedding_is_a_unit_vector():
    features = shared().features(street(1500, 500))
    assert len(features.views) > 1
    assert np.isfinite(features.tags).all()
    assert np.isfinite(features.cells).all()
    assert np.linalg.norm(features.embedding) == pytest.approx(1, abs=1e-4)
