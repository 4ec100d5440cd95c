from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from clues.detector import Detector
from clues.errors import CluesError, MissingExtraError
from clues.knowledge import load_kb
from clues.photo import open_photo
from clues.pipeline import Locator
from clues.report.build import build
from clues.text import VARIABLES, Word
from detectors.ocr import OcrDetector, create
from detectors.ocr.engine import ENGINES, create_engine, require
from tests.clues.text.samples import word, words


class FakeEngine:
    name = "fake"

    def __init__(self, words: list[Word]) -> None:
        self.words = words

    def read(self, photo):
        return self.words


def blank(width=320, height=240):
    return open_photo(np.full((height, width, 3), 127, dtype=np.uint8))


def test_the_detector_reports_cues_under_its_name_with_boxes():
    detector = OcrDetector(FakeEngine([word("cero", x=0), word("emisiones", x=60)]))
    assert isinstance(detector, Detector)
    cues = detector.detect(blank())
    assert {cue.variable for cue in cues} <= detector.variables
    assert {cue.detector for cue in cues} == {"ocr"}
    assert all(cue.box is not None for cue in cues)


def test_another_engine_or_language_is_another_version():
    spanish = FakeEngine([])
    spanish.languages = "es"
    versions = {OcrDetector(engine).version for engine in (FakeEngine([]), spanish)}
    assert len(versions) == 2
    assert OcrDetector(FakeEngine([])).version in versions


def test_an_unknown_engine_is_one_clear_sentence():
    with pytest.raises(CluesError, match="choose one of easyocr, rapidocr, tesseract"):
        create("nonsense")


def test_a_missing_package_names_the_line_to_type():
    with pytest.raises(MissingExtraError, match=r'pip install "clues\[detect\]"'):
        require("no_such_module", "RapidOCR", "detect")


def test_a_missing_tesseract_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(MissingExtraError, match="apt install tesseract-ocr"):
        create_engine("tesseract")


def test_missing_easyocr_weights_are_one_clear_sentence(tmp_path):
    pytest.importorskip("easyocr")
    from detectors.ocr.easy import EasyEngine

    engine = EasyEngine(languages=("ru",), folder=tmp_path)
    with pytest.raises(MissingExtraError, match="no weights for ru"):
        engine.read(blank())


def test_engines_load_nothing_before_the_first_photo():
    pytest.importorskip("rapidocr")
    assert "_reader" not in ENGINES["rapidocr"](1).__dict__


_SIGNS = (
    "calle de la estación", "panadería", "www.madrid.es", "www.jalisco.gob.mx", "+34 91 123 45 67",
    "12 €", "28013 Madrid", "A-42", "Mercadona", "B-1234-XY", "4921 KLM",
)  # fmt: skip


@cache
def street_of_signs() -> Locator:
    read = [one for row, sign in enumerate(_SIGNS) for one in words(sign, y=row * 60)]
    read.append(replace(word("ALTO", y=700), on_sign=True))
    return Locator(load_kb(), [OcrDetector(FakeEngine(read))])


def test_every_text_cue_is_shown_and_explained_by_where_it_was_read():
    locator = street_of_signs()
    seen = locator.extract_cues(blank(900, 800))
    assert {cue.variable for cue in seen.cues} == VARIABLES
    report = build(locator.locate(blank(900, 800), extraction=seen))
    assert {cue.variable for cue in report.cues} == VARIABLES
    assert all(cue.box is not None for cue in report.cues)
    explained = {report.cues[one.cue].variable for one in report.against_rest.contributions}
    assert explained == {cue.variable for cue in report.cues if cue.counted}


@pytest.mark.parametrize("variable", sorted(VARIABLES))
def test_every_text_cue_can_be_switched_off(variable):
    left = street_of_signs().extract_cues(blank(), without=[variable])
    assert {cue.variable for cue in left.cues} == VARIABLES - {variable}


@pytest.fixture(scope="module")
def bus():
    ultralytics = pytest.importorskip("ultralytics")
    pytest.importorskip("rapidocr")
    from pathlib import Path

    return open_photo(Path(ultralytics.__file__).parent / "assets" / "bus.jpg")


def test_a_real_bus_is_read_and_says_spain(bus):
    cues = create("rapidocr").detect(bus)
    best = {cue.variable: cue for cue in cues}
    assert best["text.language"].value == "es"
    assert best["text.place-name"].likelihood["ES"] > best["text.place-name"].likelihood["US"]
    for cue in cues:
        assert 0 <= cue.box.x0 < cue.box.x1 <= bus.width
        assert 0 <= cue.box.y0 < cue.box.y1 <= bus.height


def test_a_photo_without_text_gives_no_cues():
    pytest.importorskip("rapidocr")
    assert create("rapidocr").detect(blank(64, 16)) == []


@pytest.mark.parametrize("turn", [np.flipud, np.fliplr, lambda pixels: np.rot90(pixels, 2)])
def test_a_mirrored_or_upside_down_photo_is_survived_and_names_no_wrong_place(bus, turn):
    turned = open_photo(np.ascontiguousarray(turn(bus.pixels)))
    for cue in create("rapidocr").detect(turned):
        assert cue.variable not in {"text.place-name", "text.phone", "text.domain"}
        assert 0 <= cue.box.x0 < cue.box.x1 <= turned.width
        assert 0 <= cue.box.y0 < cue.box.y1 <= turned.height


def test_noise_is_not_read_as_text():
    pytest.importorskip("rapidocr")
    noise = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    assert create("rapidocr").detect(open_photo(noise)) == []
