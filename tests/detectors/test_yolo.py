import shutil

import numpy as np
import pytest
from PIL import Image

from clues.paths import WEIGHTS_DIR
from clues.photo import open_photo
from detectors.manifest import WeightsError, load_manifest, record
from detectors.objects import Finder, finder
from detectors.yolo import YoloBackbone, YoloHead, decode, network_input, overlap, parts, suppress


def test_a_small_photo_is_one_part_and_a_large_one_is_also_looked_at_in_four():
    assert list(parts(640, 480)) == [(0, 0, 640, 480)]
    found = list(parts(4000, 3000))
    assert len(found) == 5
    assert found[0] == (0, 0, 4000, 3000)
    covered = np.zeros((3000, 4000), bool)
    for left, top, right, bottom in found[1:]:
        covered[top:bottom, left:right] = True
    assert covered.all()


def test_the_input_keeps_the_shape_and_fills_the_margin_with_grey():
    pixels, scale = network_input(Image.new("RGB", (1280, 700), (255, 0, 0)))
    assert (pixels.shape, scale) == ((1, 3, 352, 640), 0.5)
    assert pixels[0, :, 349, 639] == pytest.approx([1, 0, 0])
    assert pixels[0, :, 350, 0] == pytest.approx([114 / 255] * 3)


def test_tiny_photos_are_enlarged_about_twice_only():
    pixels, scale = network_input(Image.new("RGB", (100, 20)))
    assert scale == 2.2
    assert pixels.shape == (1, 3, 64, 224)


def test_decoding_gives_the_box_that_the_distribution_means():
    shapes = [(4, 6), (2, 3), (1, 2)]
    cells = 24 + 6 + 2
    logits = np.full((2, cells), -9.0, np.float32)
    cell = 24 + 3 + 1  # second level (stride 16), second row, second column: centre (24, 24)
    logits[1, cell] = 0.0
    sides = np.zeros((64, cells), np.float32)
    for side, distance in enumerate((1, 0, 2, 1)):  # strides to the left, top, right, bottom
        sides[side * 16 + distance, cell] = 50
    box, score, kind = decode(logits, sides, shapes, 0.3)
    assert box == pytest.approx(np.array([[8, 24, 56, 40]]), abs=1e-3)
    assert (score.tolist(), kind.tolist()) == ([0.5], [1])


def test_of_boxes_that_overlap_the_surest_of_each_class_is_kept():
    box = np.array([[0, 0, 10, 10], [1, 0, 10, 10], [1, 0, 10, 10], [50, 50, 60, 60]], float)
    kept = suppress(box, np.array([0.5, 0.9, 0.4, 0.3]), np.array([0, 0, 1, 0]))
    assert kept == [1, 2, 3]


def test_boxes_without_area_are_dropped():
    box = np.array([[5, 5, 5, 9], [np.nan, 0, 1, 1], [0, 0, 1, 1]], float)
    assert suppress(box, np.array([0.9, 0.8, 0.7]), np.zeros(3, int)) == [2]


def test_overlap_is_intersection_over_union():
    many = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]], float)
    assert overlap(many[0], many) == pytest.approx([1, 1 / 3, 0])


def test_the_backbone_runs_once_a_photo(monkeypatch):
    backbone = YoloBackbone()
    photo = open_photo(np.full((96, 128, 3), 90, np.uint8))
    first = backbone.tiles(photo)
    monkeypatch.setattr(backbone, "_run", lambda photo: pytest.fail("ran twice"))
    assert backbone.tiles(photo) is first
    assert [level.shape[1] for level in first[0].levels] == [64, 128, 256]


def test_the_neck_runs_once_for_all_heads_that_share_it(monkeypatch):
    backbone = YoloBackbone()
    (tile,) = backbone.tiles(open_photo(np.full((96, 128, 3), 90, np.uint8)))
    maps = tile.neck
    assert [one.shape[1] for one in maps] == [64, 128, 256, 64, 64, 64]
    monkeypatch.setattr(backbone, "_run_neck", lambda levels: pytest.fail("ran twice"))
    for file in ("vehicles.onnx", "furniture.onnx"):
        YoloHead(file)((tile,), 0.5)
    assert tile.neck is maps


def test_a_graph_that_is_no_head_is_refused(tmp_path):
    entry = load_manifest()["scene.onnx"].model_copy(update={"classes": ("car",)})
    shutil.copyfile(WEIGHTS_DIR / entry.file, tmp_path / entry.file)
    record(entry, tmp_path)
    with pytest.raises(WeightsError, match="not a head"):
        YoloHead(entry.file, tmp_path)


def test_what_a_head_finds_is_found_once_a_photo(monkeypatch):
    find = Finder("furniture.onnx")
    photo = open_photo(np.full((96, 128, 3), 90, np.uint8))
    first = find(photo)
    monkeypatch.setattr(YoloHead, "run", lambda self, tile: pytest.fail("ran twice"))
    assert find(photo) is first
    assert finder("furniture.onnx") is finder("furniture.onnx")
