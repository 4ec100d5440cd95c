"""The app without its models: a detector that reads one Spanish word, and the real world."""

import importlib.util

import pytest

from clues.cue import Box, Cue
from clues.pipeline import Locator

if importlib.util.find_spec("streamlit") is None:  # the app's extra is not installed
    collect_ignore_glob = ["test_*.py"]


class Reader:
    name = "ocr"
    variables = frozenset({"text.language", "traffic.driving-side"})

    def detect(self, photo):
        spanish = Cue(
            variable="text.language", likelihood={"es": 1.0, "pt": 0.05, "fr": 0.01},
            box=Box(2, 2, 60, 20), detector=self.name, note='reads "calle"',
        )  # fmt: skip
        right = Cue(
            variable="traffic.driving-side", likelihood={"right": 1.0, "left": 0.1},
            detector=self.name, note="drives on the right",
        )  # fmt: skip
        return [spanish, right]


@pytest.fixture(scope="session")
def shared_locator():
    return Locator(detectors=[Reader()])


@pytest.fixture(autouse=True)
def _one_locator(shared_locator, monkeypatch):
    from ui import resources

    shared = resources._Shared(shared_locator)
    monkeypatch.setattr(resources, "_shared", lambda: shared)
