import numpy as np

from clues.cue import Box, Cue
from clues.photo import Photo, open_photo
from clues.pipeline import Locator
from tests.tiny import tiny_kb


class Palms:
    name = "palms"
    variables = frozenset({"vegetation.palm"})

    def detect(self, photo: Photo) -> list[Cue]:
        return [Cue.certain("vegetation.palm", "present")]


class Broken(Palms):
    name = "broken"

    def detect(self, photo: Photo) -> list[Cue]:
        raise RuntimeError("no weights")


PHOTO = open_photo(np.zeros((32, 32, 3), np.uint8))


def test_each_detector_is_announced_and_a_broken_one_is_reported():
    said: list[str] = []
    locator = Locator(tiny_kb(), [Palms(), Broken()])
    found = locator.extract_cues(PHOTO, progress=said.append)
    assert said == ["palms", "broken"]
    assert [cue.variable for cue in found.cues] == ["vegetation.palm"]
    assert found.failures[0].detector == "broken"


def test_another_knowledge_base_keeps_the_detectors():
    locator = Locator(tiny_kb(), [Palms()])
    before = locator.detectors
    other = locator.with_kb(tiny_kb())
    assert all(a is b for a, b in zip(other.detectors, before, strict=True))


def test_a_detector_that_cannot_be_made_is_reported_with_each_photo(monkeypatch):
    class Point:
        def load(self):
            return lambda: 1 / 0

    monkeypatch.setattr("clues.pipeline.available", lambda: {"broken": Point()})
    seen = Locator(tiny_kb()).extract_cues(np.zeros((20, 20, 3), np.uint8))
    assert [(f.detector, f.message) for f in seen.failures] == [
        ("broken", "ZeroDivisionError: division by zero")
    ]


def test_reading_is_done_before_the_other_detectors_are_made(monkeypatch):
    happened: list[str] = []

    class Point:
        def __init__(self, name):
            self.name = name

        def load(self):
            return self.make

        def make(self):
            happened.append(f"make {self.name}")
            one = Palms()
            one.name, one.detect = self.name, lambda photo: happened.append(self.name) or []
            return one

    entries = {name: Point(name) for name in ("appearance", "ocr")}
    monkeypatch.setattr("clues.pipeline.available", lambda: entries)
    locator = Locator(tiny_kb())
    locator.extract_cues(PHOTO)
    assert happened == ["make ocr", "ocr", "make appearance", "appearance"]
    locator.extract_cues(PHOTO)
    assert happened[4:] == ["ocr", "appearance"]  # they are made once


def test_a_failure_to_find_what_is_private_is_reported_once():
    class Indiscreet(Palms):
        def private(self, photo: Photo) -> list[Box]:
            raise RuntimeError("no heads")

    class Bad(Broken):
        def private(self, photo: Photo) -> list[Box]:
            raise RuntimeError("no weights")

    seen = Locator(tiny_kb(), [Indiscreet(), Bad()]).extract_cues(PHOTO)
    assert [(f.detector, f.message) for f in seen.failures] == [
        ("palms", "RuntimeError: no heads"),
        ("broken", "RuntimeError: no weights"),
    ]
    assert len(seen.cues) == 1
