import numpy as np
import pytest

from detectors.appearance.neighbours import Neighbours


def neighbours(strength=1.0):
    vectors = np.eye(4)[[0, 0, 1, 2]]
    return Neighbours(
        codes=Neighbours.encode(vectors),
        weight=np.array([1, 1, 1, 1], np.float32),
        row=np.array([0, 0, 1, 1], np.int32),
        places=np.array([[1, 0], [0, 1]], np.float32),
        prior=np.array([0.5, 0.5]),
        bandwidth=0.1,
        strength=strength,
    )


def test_a_photo_is_likeliest_where_the_photos_that_look_like_it_are():
    ratio = neighbours().log_ratio(np.eye(4)[:3])
    assert ratio.shape == (3, 2)
    assert list(ratio.argmax(1)) == [0, 1, 1]


def test_without_a_neighbour_the_bias_of_the_training_photos_is_all_that_is_left():
    biased = neighbours()
    ratio = biased.log_ratio(np.eye(4)[3])
    assert np.ptp(ratio) == pytest.approx(0, abs=1e-6)


def test_no_neighbour_excludes_a_cell_and_strength_scales():
    full, half = neighbours().log_ratio(np.eye(4)[0]), neighbours(0.5).log_ratio(np.eye(4)[0])
    assert full.min() > np.log(0.04)
    assert half == pytest.approx(full / 2)


def test_neighbours_survive_saving(tmp_path):
    neighbours().save(tmp_path / "n.npz")
    again = Neighbours.load(tmp_path / "n.npz")
    probe = np.eye(4)[1]
    assert again.log_ratio(probe) == pytest.approx(neighbours().log_ratio(probe), abs=1e-3)
