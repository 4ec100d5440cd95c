import numpy as np
import pytest

from detectors.training.config import TownsConfig
from detectors.training.town_weights import town_weights

CONFIG = TownsConfig(town=["sidewalk"], countryside=["forest"], floor=0.2, slope=2.0)


def test_the_townlike_count_most_and_the_mean_stays_one():
    sidewalk = np.array([0.0, 1.0, 2.0, 3.0])
    weight = town_weights(np.c_[sidewalk, -sidewalk], ["sidewalk", "forest"], CONFIG)
    assert weight.mean() == pytest.approx(1)
    assert weight.argsort().tolist() == [0, 1, 2, 3]
    assert weight[-1] / weight[0] == pytest.approx((0.2 + 2.0) / 0.2)


def test_tags_that_are_not_named_do_not_count():
    scores = np.random.default_rng(0).normal(size=(50, 2))
    with_wires = town_weights(np.c_[scores, 9 * scores[:, 0]], ["sidewalk", "forest", "w"], CONFIG)
    assert with_wires == pytest.approx(town_weights(scores, ["sidewalk", "forest"], CONFIG))
