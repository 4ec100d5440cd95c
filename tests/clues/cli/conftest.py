"""The command line with one detector, a stub that reads a plate; the knowledge base is real."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from PIL import Image

from clues import pipeline
from clues.cli import main as cli
from clues.cli import optional
from clues.cue import Box, Cue
from clues.pipeline import Locator

PLATE = "1234 BCD"


class StubDetector:
    """Sees a Spanish plate in the lower right of every photo."""

    name = "ocr"
    variables = frozenset({"plates.format", "text.script"})

    def detect(self, photo):
        box = Box(photo.width * 0.6, photo.height * 0.7, photo.width * 0.8, photo.height * 0.8)
        note = f"plate {PLATE} fits ES since 2000"
        return [
            Cue(variable="plates.format", likelihood={"ES": 1.0, "elsewhere": 0.001}, box=box,
                detector="ocr", note=note),
            Cue(variable="text.script", likelihood={"latin": 1.0}, box=box, detector="ocr",
                note='reads "1234BCD"'),
        ]  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What one run of the command line left."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The lines on standard error."""
        return self.err.strip().splitlines()


@pytest.fixture(scope="session")
def stub_locator() -> Locator:
    return Locator(detectors=[StubDetector()])


@pytest.fixture
def clues(monkeypatch, capsys, stub_locator) -> Callable[..., Ran]:
    """Run `clues ARGUMENT...` in this process, through `main` as the shell would."""
    monkeypatch.setattr(pipeline, "available", lambda: {"ocr": None})
    monkeypatch.setattr(optional, "make_locator", lambda **_: stub_locator)

    def run(*arguments: object) -> Ran:
        monkeypatch.setattr(sys, "argv", ["clues", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def scene() -> Image.Image:
    """A street of sorts, 320 x 240."""
    rows, columns = np.mgrid[0:240, 0:320]
    pixels = np.stack([rows % 256, columns % 256, (rows + columns) % 256], -1)
    return Image.fromarray(pixels.astype(np.uint8))
