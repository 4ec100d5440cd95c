"""Fine-tuning: folded norms, schedule, and going on after a stop."""

import numpy as np
import pytest
import yaml
from PIL import Image

pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite_pytorch")

import torch

from detectors.training import finetune
from detectors.training.config import FineTuneConfig
from detectors.training.finetune import FineTuning, Targets
from detectors.training.graph import pretrained, stage_maps
from detectors.training.scene import CONFIG
from detectors.training.tuned_network import Probe, fold_batch_norms, make_tuned


def spec(**changes):
    given = yaml.safe_load(CONFIG.read_text("utf-8"))["finetune"][0]
    return FineTuneConfig(**{**given, "size": 64, "epochs": 2, "batch": 4, **changes})


def test_folding_the_batch_norms_changes_nothing_that_the_network_says():
    image = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        before = stage_maps(pretrained(0), image)[1]
        after = stage_maps(fold_batch_norms(pretrained(0)), image)[1]
    assert torch.allclose(before, after, atol=1e-3)


def test_photos_are_drawn_in_proportion_to_their_share():
    rows = np.arange(100)
    drawn = finetune._resample(rows, np.where(rows < 50, 3.0, 1.0), np.random.default_rng(0))
    assert len(drawn) == 100
    assert (drawn < 50).sum() == pytest.approx(75, abs=1)


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    paths = []
    for n in range(12):
        colour = (60, 110, 60) if n % 2 else (190, 120, 60)
        paths.append(folder / f"{n}.png")
        Image.new("RGB", (80, 76), colour).save(paths[-1])
    return paths


def run(photos, folder, epochs, watched=(8, 9, 10, 11)):
    cells = np.eye(2, dtype=np.float32)[np.arange(12) % 2]
    targets = Targets(
        cells=cells,
        weight=np.ones(12, np.float32),
        prior=np.full(2, 0.5, np.float32),
        tags=cells[:, :1].astype(bool),
        tagged=np.ones(12, bool),
        sided=np.zeros(1, bool),
    )
    zero = np.zeros((1280, 2), np.float32)
    probe = Probe(zero, zero[0], zero[:, :1], zero[0, :1])
    torch.manual_seed(0)
    module = make_tuned(fold_batch_norms(pretrained(0)), probe, spec())
    watched = np.array(watched, dtype=np.int64)
    tuning = FineTuning(module, spec(), photos, targets, np.arange(8), watched, folder)
    tuning.run(until=epochs)
    return tuning


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(photos, tmp_path):
    whole = run(photos, tmp_path / "whole", 2)
    run(photos, tmp_path / "parts", 1)
    parts = run(photos, tmp_path / "parts", 2)
    for name, value in whole.average.items():
        assert torch.allclose(value, parts.average[name], atol=1e-4), name
    log = (tmp_path / "whole" / "log.jsonl").read_text().splitlines()
    assert len(log) == 2


def test_the_watched_loss_falls(photos, tmp_path):
    tuning = run(photos, tmp_path, 2)
    assert tuning.watch()["held_out"] < np.log(2)


def test_without_watched_photos_the_last_epoch_counts(photos, tmp_path):
    tuning = run(photos, tmp_path, 2, watched=())
    assert tuning.best[1] == 2
    for name, value in tuning._load_best().state_dict().items():
        assert torch.equal(value, tuning.average[name]), name
