import json

import numpy as np
import pytest
from PIL import Image

from clues.cue import Box
from detectors.furniture import CLASSES, VARIABLES
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.training.bollard_style import ranks, top5
from detectors.training.furniture_cells import CHANNELS, TOWER_CHANNELS, Maps, draw, inside
from detectors.training.furniture_data import Sample, View, read_street, views
from detectors.training.furniture_measure import _TAGS, figures, fit_scales, measure_together
from detectors.training.scene_data import ScenePhotos
from detectors.training.weak_cues import driving_side, grid, leave_countries_out
from detectors.yolo import Detection

KNOWN = np.ones(len(CLASSES), bool)


def sample(tmp_path, boxes, kinds=("bollard",), source="train/a.webp", known=KNOWN):
    path = tmp_path / "a.png"
    Image.fromarray(
        np.arange(100 * 200 * 3, dtype=np.uint32).reshape(100, 200, 3).astype(np.uint8)
    ).save(path)
    numbers = np.array([CLASSES.index(kind) for kind in kinds], np.int64)
    return Sample(path, source, numbers, np.array(boxes, float).reshape(-1, 4), known)


def test_boxes_follow_their_objects_into_mirrored_and_cropped_views(tmp_path):
    one = sample(tmp_path, [[0.6, 0.5, 0.7, 0.9]])
    assert View(one, mirrored=True).labels()[1] == pytest.approx(np.array([[0.3, 0.5, 0.4, 0.9]]))
    part = View(one, (0.5, 0.5, 1.0, 1.0))
    assert part.labels()[1] == pytest.approx(np.array([[0.2, 0.0, 0.4, 0.8]]))
    assert part.image().size == (100, 50)
    assert len(View(one, (0.0, 0.0, 0.5, 0.5)).labels()[0]) == 0


def test_views_start_with_the_photo_itself_and_keep_most_objects(tmp_path):
    made = views([sample(tmp_path, [[0.6, 0.5, 0.7, 0.9]])], 3, seed=0)
    assert [view.whole for view in made] == [True, False, False]
    assert all(len(view.labels()[0]) == 1 for view in made)


def test_what_was_not_boxed_in_the_first_set_is_unknown_there(tmp_path):
    (tmp_path / "labels").mkdir()
    names = ["bollard", "pole-wood", "other-sign", "plate"]
    (tmp_path / "classes.txt").write_text("\n".join(names))
    rows = ["file,set,streetview_file", "images/a.webp,first,train/a.webp"]
    rows += ["images/b.webp,second,train/b.webp", "images/c.webp,first,dev/c.webp"]
    (tmp_path / "photos.csv").write_text("\n".join(rows))
    label = "\n".join(f"{n} 0.5 0.5 0.2 0.2" for n in range(len(names)))
    for name in "abc":
        (tmp_path / f"labels/{name}.txt").write_text(label)
    first, second = read_street(tmp_path)
    assert [CLASSES[n] for n in first.kinds] == ["bollard"]
    assert [CLASSES[n] for n in second.kinds] == ["bollard", "pole-wood", "other-sign"]
    assert not first.known[CLASSES.index("pole-wood")]
    assert second.known.all()


@pytest.fixture
def maps(tmp_path):
    rng = np.random.default_rng(0)
    shapes = [(c, s, s) for c, s in zip(CHANNELS, (80, 40, 20), strict=True)]
    shapes += [(TOWER_CHANNELS, s, s) for s in (80, 40, 20)]
    arrays = tuple(rng.normal(size=(1, *shape)).astype(np.float16) for shape in shapes)
    one = sample(tmp_path, [[0.5, 0.5, 0.505, 0.7]])
    return Maps(arrays, np.array([[640.0, 320.0]]), [View(one)])


def test_thin_objects_get_cells_and_margins_are_not_background(maps):
    start = [(np.zeros((64, 64), np.float32), np.zeros(64, np.float32)) for _ in range(3)]
    levels = draw(maps, [0], start, 100, seed=0)
    bollard = CLASSES.index("bollard")
    found = sum((cells.target[:, bollard] > 0).sum() for cells in levels)
    assert 1 <= found <= 10
    for cells, stride in zip(levels, (8, 16, 32), strict=True):
        assert (cells.target[cells.random] == 0).all()
        assert (cells.centre[:, 1] * stride <= 320).all()
        assert cells.features.shape[1] == cells.features.shape[1]
    within = inside(0, np.array([[320.0, 160.0, 323.0, 224.0]]), np.array([640.0, 320.0]))
    assert within[0].sum() == 8
    assert within[1].sum() == 80 * 40


def test_a_head_learns_what_separates_cells():
    pytest.importorskip("torch")
    pytest.importorskip("ultralytics")
    from detectors.training.furniture_cells import Cells
    from detectors.training.furniture_head import HeadConfig, fit_head

    rng = np.random.default_rng(0)
    levels, start = [], []
    for channels in CHANNELS:
        positive = np.arange(400) < 100
        features = rng.normal(size=(400, channels + TOWER_CHANNELS)).astype(np.float16)
        features[positive, 0] += 4
        target = np.zeros((400, 2), np.float32)
        target[positive, 1] = 1
        centre = np.full((400, 2), 10.5, np.float32)
        box = np.concatenate([centre - 2, centre + 2], 1)
        levels.append(
            Cells(np.zeros(400, int), features, target, target >= 0, ~positive, centre, box)
        )
        start.append((np.zeros((64, 64), np.float32), np.zeros(64, np.float32)))
    config = HeadConfig(
        hidden=8, epochs=10, batch=64, rate=0.01, decay=0.01, dropout=0, negative_weight=1,
        threads=1,
    )  # fmt: skip
    head = fit_head(config, levels, start, 2)
    import torch

    with torch.inference_mode():
        logits, boxes = head.cells(0, torch.from_numpy(levels[0].features.astype(np.float32)))
    score = logits[:, 1].numpy()
    assert score[:100].mean() > score[100:].mean() + 2
    assert logits[:, 0].max() < 0
    distance = boxes[:100].unflatten(1, (4, 16)).softmax(2) @ torch.arange(16.0)
    assert distance.mean().item() == pytest.approx(2, abs=1.0)


def test_figures_count_only_photos_in_which_the_class_is_known(tmp_path):
    known = KNOWN.copy()
    known[CLASSES.index("pole-wood")] = False
    box = [0.2, 0.2, 0.4, 0.4]
    told = [sample(tmp_path, [box], ["pole-wood"]) for _ in range(12)]
    untold = [sample(tmp_path, [], [], known=known)]
    found = [[Detection("pole-wood", 0.9, Box(*box))] for _ in range(13)]
    rows = figures(told + untold, found, rounds=20)
    assert set(rows) == {"pole-wood", "any pole"}
    boxes, precision, recall = rows["pole-wood"]
    assert (boxes, precision[0], recall[0]) == (12, 1.0, 1.0)


def test_scales_are_on_only_above_chance(tmp_path):
    rng = np.random.default_rng(0)
    box, photos, found = [0.2, 0.2, 0.4, 0.4], [], []
    for n in range(80):
        kinds = [kind for kind, seen in (("bollard", n % 4 == 0), ("busstop", n % 5 == 0)) if seen]
        photos.append(sample(tmp_path, [box] * len(kinds), kinds))
        scores = {"bollard": 0.8 if n % 4 == 0 else 0.1, "busstop": rng.uniform(0.1, 0.5)}
        found.append([Detection(kind, score, Box(*box)) for kind, score in scores.items()])
    scales, measured = fit_scales(photos, found, rounds=100)
    on = {scale.variable: scale.enabled for scale in scales.binary}
    assert on == {"bollards.bollard": True, "bus-stops.busstop": False}
    assert measured["bollards.bollard"][0] == 1.0


def test_objects_that_know_what_the_look_does_not_gain(tmp_path):
    path = sample(tmp_path, []).path
    label = np.arange(40) % 4 == 0
    unknown = np.full(40, np.nan)
    photos = ScenePhotos(
        [path] * 40, np.full(40, "FR"), unknown, unknown, np.arange(40).astype(str), _TAGS,
        np.repeat(label[:, None], len(_TAGS), 1), np.full(40, True), np.zeros(40, np.int64),
    )  # fmt: skip
    found = [[Detection("pole-wood", 0.8 if own else 0.1, Box(0, 0, 9, 9))] for own in label]
    tag = list(VARIABLES).index("poles.pole-wood")
    scale = BinaryScale("poles.pole-wood", tag, 1.0, 0.0, 0.0, -3.0, 3.0)
    scales = SceneScales(tuple(VARIABLES), (scale,), ())
    rows = measure_together(photos, found, scales, {scale.variable: lambda _: (0.0, None)}, 20)
    row = rows["poles.pole-wood"]
    assert (row.auc[0], row.scene[0], row.gain[0]) == (1.0, 0.5, 0.5)
    assert row.bits[1] > 0


def test_an_antisymmetric_model_cannot_learn_the_country():
    rng = np.random.default_rng(0)
    country = np.array([f"C{n % 12}" for n in range(600)])
    label = np.array([int(code[1:]) % 2 == 0 for code in country])
    look = np.array([hash(code) % 7 for code in country])[:, None] + rng.normal(size=(600, 1))
    side = np.where(label, 1.0, -1.0)[:, None] + rng.normal(size=(600, 1))
    difference = np.concatenate([look - look, 2 * side], 1)
    score = leave_countries_out(difference, label, country, mirror=True)
    assert ((score > 0) == label).mean() > 0.75


def test_the_driving_side_comes_from_the_knowledge_base():
    assert driving_side(["GB", "JP", "FR", "US"]).tolist() == [True, True, False, False]


def test_grids_keep_means_and_maxima():
    assert grid(np.ones((5, 9, 10))).shape == (5 * 2 * 12,)


def test_ranks_count_territories_and_not_crops():
    likeness = np.array([[0.9, 0.8, 0.7, -np.inf], [0.1, 0.2, 0.3, 0.4]])
    rank = ranks(likeness, ["FR", "FR", "DE", "IT"], ["DE", "IT"])
    assert rank.tolist() == [1, 0]
    assert top5(rank)[0] == 1.0


def test_results_on_file_are_what_the_readme_reads():
    from detectors.training.readme import RESULTS

    for name in ("weak_cues.json", "bollard_style.json"):
        for row in json.loads((RESULTS / name).read_text()).values():
            low, high = row.get("AUC", row.get("top-5"))[1:]
            assert low <= high
