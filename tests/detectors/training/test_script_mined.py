import csv

import pytest

pytest.importorskip("cv2")
pytest.importorskip("rapidocr")

from detectors.ocr.script_net import CLASSES, DIGITS, NOT_TEXT
from detectors.training.script_data import UNSURE
from detectors.training.script_mined import _in_turn, label_of, latin_countries


@pytest.mark.parametrize(
    ("text", "score", "label"),
    [
        ("FARMACIA 24", 0.97, "latin"),
        ("0564-64", 0.97, DIGITS),
        ("FARMACIA", 0.7, UNSURE),
        ("HI", 0.97, UNSURE),
        ("EET", 0.4, NOT_TEXT),
        ("-", 0.97, NOT_TEXT),
        ("", 0.0, NOT_TEXT),
        ("東京飯店", 0.97, None),
        ("Bar 東京", 0.97, None),
    ],
)
def test_the_engines_reading_tells_words_from_false_alarms(text, score, label):
    assert label_of(text, score) == label
    assert label in {None, UNSURE, *CLASSES}


def test_lines_come_from_countries_that_write_in_latin_letters_alone():
    assert latin_countries() >= {"DE", "ES", "US"}
    assert latin_countries().isdisjoint({"GR", "IN", "JP", "MY", "RS", "RU"})


def test_countries_take_turns_with_their_photos_of_towns(tmp_path):
    photos = {"a": "US", "b": "US", "c": "US", "d": "DE", "e": "RU", "f": "DE"}
    with (tmp_path / "train.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("file", "country"), *photos.items()])
    with (tmp_path / "cue_labels.csv").open("w", newline="", encoding="utf-8") as stream:
        tags = [(file, "sky" if file == "f" else "car sidewalk") for file in photos]
        csv.writer(stream).writerows([("file", "tags"), *tags])
    order = [photos[path.name] for path in _in_turn(tmp_path, seed=1)]
    assert order == ["DE", "US", "US", "US"]
