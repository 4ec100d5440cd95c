"""A server to ask, a photo to send, and an environment that says nothing."""

from collections.abc import Iterator

import numpy as np
import pytest

from clues.knowledge import KnowledgeBase, load_kb
from clues.photo import Photo, open_photo
from detectors.vision_language import detector
from tests.detectors.vision_language.server import Server, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as found:
        yield found


@pytest.fixture(scope="session")
def photo() -> Photo:
    pixels = np.random.default_rng(0).integers(0, 255, (300, 1600, 3), np.uint8)
    return open_photo(pixels, "secret-name.jpg")


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    return load_kb()


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, kb: KnowledgeBase) -> None:
    monkeypatch.setattr(detector, "load_kb", lambda: kb)  # the real one, read once
    for name in ("CLUES_MODEL_URL", "CLUES_MODEL", "CLUES_MODEL_KEY", "CLUES_SEND_PHOTO"):
        monkeypatch.delenv(name, raising=False)
