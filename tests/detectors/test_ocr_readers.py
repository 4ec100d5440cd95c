from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from clues.photo import open_photo
from detectors.ocr import create
from detectors.ocr.alphabets import ALPHABETS
from detectors.ocr.readers import Readers, decode, scripts
from detectors.ocr.script_net import CLASSES, ScriptNet
from detectors.ocr.strokes import Strokes


@pytest.fixture(autouse=True)
def _needs_rapidocr():
    pytest.importorskip("rapidocr")


def lettering(text: str, size=(640, 400)) -> np.ndarray:
    matplotlib = pytest.importorskip("matplotlib", reason="brings a font with Cyrillic letters")
    font = ImageFont.truetype(
        str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"), 48
    )
    picture = Image.new("RGB", size, (90, 110, 90))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((60, 120, 580, 240), fill=(20, 70, 160))
    draw.text((90, 150), text, fill=(250, 250, 250), font=font)
    return np.asarray(picture)


def test_a_cyrillic_sign_is_read_and_gives_its_script():
    photo = open_photo(lettering("ПРОДУКТЫ"))
    cues = {cue.variable: cue for cue in create("rapidocr").detect(photo)}
    assert cues["text.script"].value == "cyrillic"
    assert "продукты" in cues["text.script"].note.lower()
    assert cues["text.script"].box.y0 > 100


def test_a_greek_sign_is_read():
    (word,) = create("rapidocr").engine.read(open_photo(lettering("ΦΑΡΜΑΚΕΙΟ")))
    assert word.text == "ΦΑΡΜΑΚΕΙΟ"


def test_a_latin_sign_is_read_as_before():
    (word,) = create("rapidocr").engine.read(open_photo(lettering("HARBOUR")))
    assert word.text == "HARBOUR"
    assert dict(word.script)["latin"] == 1


def test_the_networks_take_any_crop():
    rng = np.random.default_rng(0)
    crops = [rng.integers(0, 256, shape, dtype=np.uint8) for shape in ((1, 1, 3), (9, 700, 3))]
    crops.append(np.zeros((20, 60, 3), np.uint8))
    seen = Strokes().see(crops)
    judged = ScriptNet().judge(seen)
    assert judged.shape == (3, len(CLASSES))
    assert np.allclose(judged.sum(1), 1)
    assert ScriptNet().judge([]).shape == (0, len(CLASSES))
    readers = Readers()
    for script in scripts():
        assert all(0 <= confidence <= 1 for _, confidence in readers.read(script, seen))


def test_repeated_outputs_are_one_letter_unless_a_gap_is_between_them():
    cyrillic = ALPHABETS["cyrillic"]

    def one(letter):
        row = np.full(1 + len(cyrillic.letters), 0.001)
        row[0 if letter is None else cyrillic.letters.index(letter) + 1] = 0.9
        return row

    text, confidence = decode(
        np.stack([one(c) for c in ("а", "а", None, "а", "Б", None)]), cyrillic
    )
    assert text == "ааБ"
    assert confidence == pytest.approx(0.9)
    assert decode(np.stack([one(None)] * 3), cyrillic) == ("", 0.0)
