import numpy as np
import pytest

from clues.evaluation import metrics


def test_a_missing_answer_is_a_miss():
    km = np.array([0.5, 20.0, np.nan, 3000.0])
    within = metrics.shares_within(km)
    assert within == {"street": 0.25, "city": 0.5, "region": 0.5, "country": 0.5, "continent": 0.5}
    assert metrics.scores(np.array([0.0, np.nan])).tolist() == [5000, 0]


def test_macro_accuracy_gives_each_region_the_same_say():
    rank = np.array([1, 1, 1, 2])
    label = np.array(["US", "US", "US", "LU"])
    assert metrics.macro_top_k(rank, label, 1) == 0.5


def test_log_loss_is_in_bits():
    assert metrics.log_losses_bits(np.array([0.5, 0.25])).tolist() == [1, 2]


def test_calibration_error_is_0_for_honest_and_large_for_boastful_probabilities():
    rng = np.random.default_rng(0)
    confidence = rng.uniform(0.1, 0.9, 20_000)
    honest = (rng.uniform(size=20_000) < confidence).astype(float)
    assert metrics.expected_calibration_error(confidence, honest) < 0.02
    assert metrics.expected_calibration_error(np.full(100, 0.9), np.zeros(100)) == pytest.approx(
        0.9
    )
    bins = metrics.reliability(confidence, honest)
    assert sum(size for _, _, size in bins) == 20_000


def test_chance_alone_gives_a_perfect_system_some_calibration_error_with_few_photos():
    confidence = np.random.default_rng(0).uniform(0.1, 0.9, 4000)
    few, many = (
        metrics.calibration_error_by_chance(confidence[:n], rounds=50) for n in (200, 4000)
    )
    assert 0.03 < few < 0.1
    assert many < few / 2


def test_the_bootstrap_interval_covers_the_mean_and_narrows_with_more_photos():
    rng = np.random.default_rng(1)
    few, many = rng.normal(3, 1, 50), rng.normal(3, 1, 5000)
    wide, narrow = metrics.bootstrap(few), metrics.bootstrap(many)
    assert wide.low < 3 < wide.high
    assert narrow.high - narrow.low < wide.high - wide.low


def test_a_paired_test_sees_a_steady_gain_and_no_gain_in_noise():
    rng = np.random.default_rng(2)
    base = rng.uniform(0, 5000, 200)
    gain, p = metrics.paired_difference(base + 50, base)
    assert gain.value == pytest.approx(50)
    assert p < 0.01
    _, p = metrics.paired_difference(base, rng.permutation(base))
    assert p > 0.05


def test_leaving_out_the_least_sure_first_raises_accuracy_of_sound_probabilities():
    confidence = np.array([0.9, 0.8, 0.3, 0.2])
    correct = np.array([1.0, 1.0, 0.0, 0.0])
    answered, accuracy = metrics.accuracy_by_coverage(confidence, correct)
    assert answered.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert accuracy[1] == 1.0
    assert accuracy[-1] == 0.5
