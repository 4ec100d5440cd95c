import numpy as np
import pytest

pytest.importorskip("torch")

from detectors.training.heads import fit_cells, fit_tags, fit_whitening
from detectors.training.metrics import auc, average_precision, bootstrap_interval

RNG = np.random.default_rng(0)


def test_whitening_gives_uncorrelated_components_of_shrunken_variance():
    hidden = RNG.normal(size=(2000, 3)) @ RNG.normal(size=(3, 20))
    features = (hidden + 0.1 * RNG.normal(size=hidden.shape)).astype(np.float32)
    whitening = fit_whitening(features, [12, 8], per_block=6, components=3, shrinkage=0.01)
    covariance = np.cov(whitening(features).T)
    assert np.diag(covariance) == pytest.approx(1, abs=0.1)
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 0.1


def test_tags_are_learned_and_held_out_scores_do_not_know_their_label():
    x = RNG.normal(size=(600, 30)).astype(np.float32)
    labels = np.stack([x[:, 0] > 0.8, RNG.random(600) > 0.5], 1)
    fit = fit_tags(x, labels, np.arange(600) % 5, penalty=10.0)
    assert auc(fit.held_out[:, 0], labels[:, 0]) > 0.95
    assert 0.4 < auc(fit.held_out[:, 1], labels[:, 1]) < 0.6


def test_cells_recover_likelihoods_though_one_cell_has_most_photos():
    cell = np.repeat([0, 1, 2], [1600, 200, 200])
    x = (np.eye(3)[cell] * 1.5 + RNG.normal(size=(2000, 3))).astype(np.float32)
    target = np.eye(3, dtype=np.float32)[cell]
    prior = np.array([0.8, 0.1, 0.1], np.float32)
    fit = fit_cells(
        x, target, np.ones(2000, np.float32), prior,
        epochs=30, rate=0.05, decay=0.0, dropout=0.0, mixup=0.0,
    )  # fmt: skip
    # For such Gaussians the log-likelihood ratio is 1.5 * (x_i - x_j): the prior must not leak in.
    centred = fit.weight - fit.weight.mean(1, keepdims=True)
    assert np.diag(centred) == pytest.approx(1.0, abs=0.25)
    assert np.ptp(fit.bias) < 0.6


def test_training_stops_at_the_epoch_that_held_out_photos_like_best():
    x = RNG.normal(size=(64, 200)).astype(np.float32)
    target = np.eye(4, dtype=np.float32)[RNG.integers(0, 4, 64)]
    ones, prior = np.ones(64, np.float32), np.full(4, 0.25, np.float32)
    other = (RNG.normal(size=x.shape).astype(np.float32), target, ones)
    fit = fit_cells(
        x, target, ones, prior, epochs=60, rate=0.05, decay=0.0, dropout=0.0, held_out=other
    )
    assert fit.epochs < 20


def test_metrics_on_known_rankings():
    label = np.array([True, False, True, False])
    assert auc(np.array([3.0, 2, 1, 0]), label) == pytest.approx(0.75)
    assert auc(np.zeros(4), label) == pytest.approx(0.5)
    assert average_precision(np.array([3.0, 2, 1, 0]), label) == pytest.approx((1 + 2 / 3) / 2)
    low, high = bootstrap_interval(auc, np.arange(200.0), np.arange(200) > 99, rounds=50)
    assert (low, high) == (1.0, 1.0)
