"""The real loading path, with networks of the real architecture, small and without training."""

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from clues.cue import Box
from clues.errors import CluesError
from clues.knowledge import load_kb
from clues.photo import open_photo
from detectors.manifest import WeightsError
from detectors.open_vocabulary.detector import (
    OpenVocabularyDetector,
    create,
    prompted,
)
from detectors.shipped import reported
from detectors.yolo import Detection

PHOTO = open_photo(np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8))
PROMPTS = ("snow pole", "jeepney")
VECTORS = np.eye(2, 512, dtype=np.float32)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    pytest.importorskip("ultralytics")
    from detectors.checkpoint import ultralytics_offline

    folder = tmp_path_factory.mktemp("world")
    ultralytics_offline(folder / "settings")
    import torch
    from ultralytics.nn.tasks import WorldModel

    torch.manual_seed(0)
    path = folder / "world.pt"
    torch.save({"model": WorldModel("yolov8n-worldv2.yaml", nc=80, verbose=False).half()}, path)
    return path


def test_a_checkpoint_is_loaded_and_looks_for_the_prompts(checkpoint):
    from detectors.open_vocabulary.world import World

    world = World(checkpoint, PROMPTS, VECTORS)
    found = world.find(PHOTO, 1e-7)
    assert found
    assert {one.kind for one in found} <= set(PROMPTS)
    assert all(0 <= one.box.x0 < one.box.x1 <= PHOTO.width for one in found)
    assert world.find(PHOTO, 0.999) == []


def test_other_vectors_find_other_things(checkpoint):
    from detectors.open_vocabulary.world import World

    one = World(checkpoint, PROMPTS, VECTORS).find(PHOTO, 1e-7)
    other = World(checkpoint, PROMPTS, -VECTORS).find(PHOTO, 1e-7)
    assert [d.score for d in one] != [d.score for d in other]


def test_a_checkpoint_with_code_in_it_is_refused(tmp_path):
    pytest.importorskip("ultralytics")
    from detectors.open_vocabulary.world import World

    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "written"), "w"))

    path = tmp_path / "evil.pt"
    path.write_bytes(pickle.dumps({"model": Evil()}))
    with pytest.raises(WeightsError, match="safe to open"):
        World(path, PROMPTS, VECTORS)
    assert not (tmp_path / "written").exists()


def test_the_surest_box_of_each_variable_speaks_for_it_within_bounds():
    found = [
        Detection("jeepney", 0.9, Box(0, 0, 9, 9)),
        Detection("jeepney", 0.5, Box(0, 0, 5, 5)),
        Detection("snow pole", 0.11, Box(1, 1, 5, 5)),
    ]
    world = SimpleNamespace(find=lambda photo, floor: found)
    variables = {"traffic.jeepney": ("jeepney",), "bollards.snow-pole": ("snow pole",)}
    (cue,) = OpenVocabularyDetector(world, variables).detect(PHOTO)
    assert (cue.variable, cue.value) == ("traffic.jeepney", "present")
    assert cue.box == Box(0, 0, 9, 9)
    assert cue.likelihood["absent"] == pytest.approx(1 / 8)
    load_kb().check(cue)


def test_nothing_found_says_nothing():
    world = SimpleNamespace(find=lambda photo, floor: [])
    assert OpenVocabularyDetector(world, {"traffic.jeepney": ("jeepney",)}).detect(PHOTO) == []


def test_what_a_shipped_detector_reports_is_not_looked_for():
    everything, rest = prompted(), prompted(reported())
    assert "traffic.car" in everything
    assert "traffic.car" not in rest
    assert "traffic.jeepney" in rest
    prompts = [prompt for own in rest.values() for prompt in own]
    assert len(prompts) == len(set(prompts))


def test_without_weights_the_message_says_how_to_get_them(tmp_path):
    with pytest.raises(CluesError, match=r"clues models pull yolov8s-worldv2\.pt ViT-B-32\.pt"):
        create(tmp_path)
