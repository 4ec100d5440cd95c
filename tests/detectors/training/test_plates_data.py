from itertools import islice

import numpy as np
import pytest
from PIL import Image

from detectors.training.plates_canvas import CANVAS_PX, Labelled, canvases
from detectors.training.plates_data import empty_streets, material
from detectors.training.plates_russian import (
    HIGH_MM,
    WIDE_MM,
    Plate,
    draw,
    photograph,
    random_plates,
)
from detectors.training.street_boxes import fold_of, read_boxes


def save(path, colour, size=(200, 160)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def photos(tmp_path):
    file = save(tmp_path / "car.png", (90, 90, 90))
    pixels = np.array(Image.open(file))
    pixels[70:90, 80:140] = (250, 10, 10)
    Image.fromarray(pixels).save(file)
    return [Labelled(file, np.array([[0.55, 0.5, 0.3, 0.125]]))]


def test_boxes_lie_on_the_plates_whatever_is_done_to_the_photo(photos, tmp_path):
    street = save(tmp_path / "street.png", (40, 60, 40))
    made = list(islice(canvases(photos, [street], np.random.default_rng(0)), 20))
    shares = []
    for canvas in made:
        assert canvas.pixels.shape == (CANVAS_PX, CANVAS_PX, 3)
        for x0, y0, x1, y1 in canvas.boxes.round().astype(int):
            red, green, _ = canvas.pixels[y0:y1, x0:x1].reshape(-1, 3).mean(0)
            shares.append(red > 2 * green)
    assert len(shares) > 40
    assert np.mean(shares) > 0.95  # strong blur and weak colours may hide a few


def test_the_same_seed_gives_the_same_canvases(photos, tmp_path):
    street = save(tmp_path / "street.png", (40, 60, 40))
    one, two = (next(canvases(photos, [street], np.random.default_rng(3))) for _ in range(2))
    assert (one.pixels == two.pixels).all()
    assert (one.boxes == two.boxes).all()


def test_a_street_view_serves_one_purpose_only(tmp_path):
    street = tmp_path / "streetview"
    names = [f"train/{n:03d}.png" for n in range(60)]
    rows, tags = ["file,streetview_file"], ["file,tags"]
    for n, name in enumerate(names):
        save(street / name, (n, 0, 0), (20, 20))
        tags.append(f"{name},{'car wires' if n % 5 == 0 else 'wires'}")
        if n < 30:
            save(street / f"boxes/images/{n:03d}.png", (n, 0, 0), (20, 20))
            rows.append(f"images/{n:03d}.png,{name}")
    (street / "boxes/labels").mkdir()
    (street / "boxes/photos.csv").write_text("\n".join(rows))
    (street / "boxes/classes.txt").write_text("plate")
    (street / "cue_labels.csv").write_text("\n".join(tags))
    for split in ("train", "val"):
        save(tmp_path / f"plates/images/{split}/a.png", (0, 0, 0))
    known = material(tmp_path, street)
    own = {split: {path.stem for path in one.streets} for split, one in known.items()}
    assert not own["train"] & own["val"]
    measured = {f"{n:03d}" for n in range(30) if fold_of(names[n]) < 3}
    assert not measured & (own["train"] | own["val"])
    assert all(fold_of(name) >= 7 for name in empty_streets(street))
    assert not {f"{n:03d}" for n in range(30, 60, 5)} & own["train"]


def test_boxes_are_read_and_none_are_where_no_file_is(tmp_path):
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.2 0.1\n")
    assert read_boxes(tmp_path / "a.txt").tolist() == [[0, 0.5, 0.5, 0.2, 0.1]]
    assert read_boxes(tmp_path / "b.txt").shape == (0, 5)


def test_a_russian_plate_has_the_standards_proportions_and_flag():
    pytest.importorskip("matplotlib")
    image = draw(Plate("A123BC", "186"))
    assert image.width / image.height == pytest.approx(WIDE_MM / HIGH_MM)
    colours = {colour for _, colour in image.getcolors(1 << 20)}
    assert {(20, 60, 160), (200, 30, 35)} <= colours
    small = photograph(image, 20, np.random.default_rng(0))
    assert 18 <= small.shape[0] <= 24


def test_russian_plates_use_the_letters_that_look_latin():
    plates = random_plates(["77", "186"], 50, np.random.default_rng(0))
    assert {plate.code for plate in plates} == {"77", "186"}
    assert all(plate.number[1:4].isdigit() and plate.number[1:4] != "000" for plate in plates)
