import numpy as np
import pytest
from PIL import Image

from clues.cue import Box
from detectors.signs.kinds import KINDS, NONE, SUPERCLASS_OF
from detectors.signs.scores import GROUND_VARIABLE, SHAPE_VARIABLE, TAGS
from detectors.training import signs_data
from detectors.training.signs_data import Patches, Thing
from detectors.training.signs_draw import DRAWN, draw
from detectors.training.signs_measure import (
    Photo,
    Scene,
    crop_figures,
    fit_scales,
    scene_figures,
    spoken,
)
from detectors.training.street_boxes import StreetPhoto
from detectors.yolo import Detection

SHARES = {"warn-triangle": 0.003, "warn-yellow": 0.003}


def picture(tmp_path, colour="green", box=(40, 40, 60, 60)):
    image = Image.new("RGB", (100, 100), colour)
    image.paste("red", box)
    image.save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_every_kind_but_none_is_drawn_and_grounds_have_their_colour():
    assert set(DRAWN) == set(KINDS) - {NONE}
    rng = np.random.default_rng(0)
    for kind, blue in (("triangle-white", 200), ("triangle-yellow", 60), ("diamond-yellow", 120)):
        pixels = np.asarray(draw(kind, rng))
        ground = pixels[60:110][pixels[60:110, :, 3] == 255]
        light = ground[ground[:, 1] > 150]  # neither border nor symbol
        assert len(light) > 300
        assert (np.median(light[:, 2]) > 150) == (blue > 150)


def test_what_a_detector_took_for_signs_gets_the_label_of_the_sign_under_it(tmp_path):
    path = picture(tmp_path)
    sign = Thing(path, Box(40, 40, 60, 60), ("stop",))
    boxes = [Box(41, 41, 60, 60), Box(0, 0, 20, 20), Box(52, 45, 80, 70)]
    found = [Detection("yield", 0.5, box) for box in boxes]
    things = signs_data.mistakes(path, found, [sign], fold=1)
    assert [(thing.kinds, thing.fold) for thing in things] == [(("stop",), 1), ((NONE,), 1)]


def test_a_vague_label_allows_what_it_may_mean(tmp_path):
    path = picture(tmp_path)
    rows = np.array([[0, 0.5, 0.5, 0.2, 0.2], [1, 0.5, 0.5, 0.2, 0.2]])
    photos = [StreetPhoto(path, "train/a.webp", part, rows) for part in ("first", "second")]
    first, second = signs_data.street(photos, ["other-sign", "trafficlight"])
    assert "mandatory" in first[0].kinds
    assert "mandatory" not in second[0].kinds
    assert first[1].kinds == second[1].kinds == (NONE,)
    assert second[0].box.xyxy_px == pytest.approx((40, 40, 60, 60))


def test_a_patch_has_the_thing_in_its_middle_half_also_at_the_edge(tmp_path):
    things = [Thing(picture(tmp_path), Box(40, 40, 60, 60), ("stop",))]
    assert (signs_data.patches(things).pixels[0][26:70, 26:70] == [255, 0, 0]).all()
    path = picture(tmp_path, box=(0, 0, 20, 20))
    edge = signs_data.patches([Thing(path, Box(0, 0, 20, 20), ("stop",))])
    assert (edge.pixels[0][2:70, 2:70] == [255, 0, 0]).all()
    assert edge.allowed[0].nonzero()[0].tolist() == [KINDS.index("stop")]


def test_crops_count_as_told_by_any_superclass_that_the_label_allows(tmp_path):
    box = Box(0, 0, 9, 9)
    labels = (("stop",), ("other", "priority"), ("triangle-white", "triangle-yellow"))
    things = [Thing(tmp_path, box, kinds) for kinds in labels]
    judged = ("yield", "priority", "triangle-yellow")
    log_p = np.log(np.array([[0.9 if k == kind else 0.01 for k in KINDS] for kind in judged]))
    rows = crop_figures(things, log_p)
    assert {name: row[1][0] for name, row in rows.items()} == {
        "all": pytest.approx(2 / 3), "all signs": pytest.approx(2 / 3),
        "stop": 0.0, "other": 1.0, "warning": 1.0,
    }  # fmt: skip


def test_a_sign_told_wrongly_in_a_scene_is_missed_and_a_false_alarm_besides(tmp_path):
    boxes = [Box(20 * n, 0, 20 * n + 10, 10) for n in range(12)]
    things = [Thing(tmp_path, box, ("stop",)) for box in boxes]
    parts = [Detection("stop-sign", 0.9, box) for box in boxes]
    judged = [("stop", 0.9)] * 6 + [("yield", 0.8)] * 6
    log_p = np.log([[p if k == kind else 1e-9 for k in KINDS] for kind, p in judged])
    rows = scene_figures([Scene(things, parts, log_p)] * 4, rounds=10)
    signs, precision, recall = rows["all"]
    assert signs == 48
    assert precision[0] < rows["stop"][1][0] == 1.0
    assert recall[0] == 0.5


def street_views(tmp_path, rng, telling=True):
    """Return 200 boxed photos, with 20 triangles and 20 diamonds, and 1,000 without any."""
    photos = []
    for n in range(1200):
        kind = ("triangle-white", "diamond-yellow")[n % 2] if n < 40 else None
        scores = rng.normal(-6, 1, len(TAGS))
        if kind and telling:
            scores[n % 2] += 10
        kinds = frozenset([kind] if kind else [])
        photos.append(Photo(tmp_path, 0, (), kinds, n < 200, scores))
    return photos


def test_scales_know_how_rare_warning_signs_are(tmp_path):
    photos = street_views(tmp_path, np.random.default_rng(0))
    scales, measured = fit_scales(photos, SHARES, 1000, rounds=50)
    on = {scale.variable: scale.enabled for scale in (*scales.choices, *scales.binary)}
    assert on == {SHAPE_VARIABLE: True, GROUND_VARIABLE: True}  # no photo shows a chevron
    assert measured[SHAPE_VARIABLE][0] > 0.95
    assert scales.choices[0].prior.tolist() == pytest.approx([0.003, 0.003, 0.994])
    row = spoken(scales.choices, photos)[SHAPE_VARIABLE]
    assert (row.photos, row.shown) == (1200, 40)
    assert 25 <= row.right == row.spoke <= 40


def test_a_score_that_tells_nothing_is_off_by_default(tmp_path):
    photos = street_views(tmp_path, np.random.default_rng(0), telling=False)
    scales, _ = fit_scales(photos, SHARES, 1000, rounds=50)
    assert not any(scale.enabled for scale in scales.choices)
    assert spoken(scales.choices, photos)[SHAPE_VARIABLE].spoke == 0


def coloured(kind, colour, count):
    pixels = np.zeros((count, 96, 96, 3), np.uint8)
    pixels[:] = colour
    allowed = np.tile(signs_data.may_be([kind]), (count, 1))
    return Patches(pixels, allowed, np.zeros(count, np.int64))


def test_a_network_learns_goes_on_where_it_stopped_and_survives_the_export(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from detectors.training import signs_network as net

    stage = net.StageConfig(epochs=3, patience=3, examples=128, drawn=0.0, mistaken=0.5, rate=0.01)
    config = net.NetworkConfig(
        width=4, dropout=0, batch=16, decay=0, threads=1, first=stage, second=stage
    )
    red, green = coloured("stop", (200, 30, 30), 20), coloured(NONE, (40, 120, 40), 20)
    material = net.Material(red, green, green)
    torch.manual_seed(0)
    said = []
    shorter = stage.model_copy(update={"epochs": 1})
    file = tmp_path / "a.pt"
    net.fit(net.SignNetwork(4), config, shorter, material, red, 0, file, said.append)
    network = net.fit(net.SignNetwork(4), config, stage, material, red, 0, file, said.append)
    assert len(said) == 3
    crops = np.stack([signs_data.middle(one.pixels[0]) for one in (red, green)])
    told = [SUPERCLASS_OF[KINDS[n]] for n in net.logits_of(network, crops).argmax(1)]
    assert told == ["stop", "none"]
    assert net.export(network, tmp_path / "a.onnx", crops) < 0.01


def test_the_loss_asks_for_any_of_the_allowed_kinds():
    torch = pytest.importorskip("torch")
    from detectors.training.signs_network import loss_of

    logits = torch.zeros(1, len(KINDS))
    logits[0, 3] = 8
    allowed = torch.zeros(2, 1, len(KINDS))
    allowed[0, 0, [3, 4]] = 1
    allowed[1, 0, 5] = 1
    assert loss_of(logits, allowed[0]) < 0.3 < loss_of(logits, allowed[1])
