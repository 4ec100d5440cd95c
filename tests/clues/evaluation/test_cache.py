import numpy as np

from clues.cue import Cue
from clues.evaluation.cache import ExtractionCache
from clues.photo import open_photo

PHOTO = open_photo(np.zeros((40, 40, 3), np.uint8))


class Counting:
    name = "counting"
    variables = frozenset({"vegetation.palm"})

    def __init__(self, version: str = "1", fails: bool = False) -> None:
        self.version, self.fails, self.calls = version, fails, 0

    def detect(self, photo):
        self.calls += 1
        if self.fails:
            raise RuntimeError("no eyes")
        return [Cue(variable="vegetation.palm", likelihood={"present": 0.7, "absent": 0.3})]


def test_a_photo_is_looked_at_once_by_each_version(tmp_path):
    cache, detector = ExtractionCache(tmp_path), Counting()
    first, second = cache.extract([detector], PHOTO), cache.extract([detector], PHOTO)
    assert first.cues == second.cues
    assert detector.calls == 1
    newer = Counting("2")
    cache.extract([newer], PHOTO)
    assert newer.calls == 1


def test_a_failure_is_reported_and_tried_again(tmp_path):
    cache, broken = ExtractionCache(tmp_path), Counting(fails=True)
    (failure,) = cache.extract([broken], PHOTO).failures
    assert "no eyes" in failure.message
    cache.extract([broken], PHOTO)
    assert broken.calls == 2


def test_a_damaged_entry_is_looked_at_anew(tmp_path):
    cache, detector = ExtractionCache(tmp_path), Counting()
    cache.extract([detector], PHOTO)
    (entry,) = tmp_path.rglob("*.json")
    entry.write_text(entry.read_text()[:20])
    assert cache.extract([detector], PHOTO).cues
    assert detector.calls == 2
