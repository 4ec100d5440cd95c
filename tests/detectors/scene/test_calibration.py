import numpy as np
import pytest

from detectors.scene.calibration import BinaryScale, ChoiceScale, SceneScales


def binary(**changes):
    given = {"slope": 2.0, "intercept": -1.0, "prior": -2.0, "low": -3.0, "high": 4.0}
    return BinaryScale("vegetation.palm", 0, **{**given, **changes})


def choice():
    return ChoiceScale(
        variable="roads.surface",
        values=("paved", "unpaved"),
        tags=(0, 1),
        weight=np.array([[2.0, 0], [0, 2.0], [-2.0, -2.0]]),
        bias=np.zeros(3),
        prior=np.array([0.6, 0.1, 0.3]),
        bound=2.0,
    )


def test_the_ratio_takes_the_base_rate_out_and_is_bounded():
    assert binary().log_ratio(0.0) == pytest.approx(1.0)
    assert binary().log_ratio(100.0) == 4.0
    assert binary().log_ratio(-100.0) == -3.0


def test_a_choice_favours_the_value_with_the_higher_score_and_is_bounded():
    likelihood, judged = choice().judge(np.array([-1.0, 3.0]))
    assert likelihood["unpaved"] == 1.0
    assert likelihood["paved"] == pytest.approx(np.exp(-2.0))
    assert judged > 0.9


def test_low_scores_everywhere_mean_that_it_cannot_be_told():
    _, judged = choice().judge(np.array([-2.0, -2.0]))
    assert judged < 0.1


def test_scales_survive_saving(tmp_path):
    scales = SceneScales(("palm", "x"), (binary(enabled=False),), (choice(),))
    scales.save(tmp_path / "scales.npz")
    again = SceneScales.load(tmp_path / "scales.npz")
    assert (again.tags, again.binary) == (scales.tags, scales.binary)
    logits = np.array([0.3, 0.1])
    assert again.choices[0].judge(logits) == scales.choices[0].judge(logits)
