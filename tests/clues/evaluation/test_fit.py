import numpy as np
import pytest

from clues.evaluation.crossval import cross_validate
from clues.evaluation.fit import Sample, fit, loss_bits
from clues.knowledge.edit import save_fusion
from clues.knowledge.model import FamilySettings, FusionSettings
from clues.knowledge.yaml import read_yaml

DESIGNED = FusionSettings(default=FamilySettings(weight=1, redundancy=0.3, background=0.05))
LOG_PRIOR = np.log(np.full(4, 0.25))


def samples(useful: bool, count: int = 300) -> list[Sample]:
    rng = np.random.default_rng(0)
    found = []
    for _ in range(count):
        truth = int(rng.integers(4))
        told = truth if useful else int(rng.integers(4))
        ratio = np.where(np.arange(4) == told, 3.4, 0.2)[None]
        found.append(Sample({"roads": ratio}, {"roads": np.array([1.0])}, truth))
    return found


def test_a_family_that_misleads_loses_its_weight():
    found = fit(samples(useful=False), LOG_PRIOR, DESIGNED, "test")
    trusted = found.settings.of("roads")
    assert trusted.weight * (1 - trusted.background) < 0.4
    assert found.after_bits < found.before_bits


def test_a_family_that_is_right_keeps_it():
    assert fit(samples(useful=True), LOG_PRIOR, DESIGNED, "test").settings.of("roads").weight > 0.9


def test_held_out_photos_confirm_the_gain():
    held = cross_validate(samples(useful=False), LOG_PRIOR, DESIGNED, folds=3)
    assert held.fitted_bits < held.designed_bits
    losses = loss_bits(samples(useful=False), LOG_PRIOR, DESIGNED)
    assert held.designed_bits == pytest.approx(losses.mean())


def test_fitted_settings_are_written_beside_the_designed_ones(tmp_path):
    path = tmp_path / "fusion.yaml"
    path.write_text("# keep me\ndefault: {weight: 0.6}\ndesigned:\n  text: {weight: 0.9}\n")
    fitted = FusionSettings(families={"text": FamilySettings(weight=0.5)}, provenance="A test.")
    save_fusion(path, fitted)
    assert "# keep me" in path.read_text()
    again = FusionSettings.model_validate(read_yaml(path))
    assert again.of("text").weight == 0.5
    assert again.as_designed().of("text").weight == 0.9
