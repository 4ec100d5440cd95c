"""Cyrillic words to learn reading from, and what PP-OCR's network sees in them."""

from __future__ import annotations

import importlib.util
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from detectors.ocr.cyrillic import LETTERS, prepare
from detectors.training.script_data import Renderer
from detectors.training.text_render import Pixels
from detectors.training.text_words import number, shop_words, vary

_FEATURES = "p2o.pd_op.pool2d.1.0"  # the last of PP-OCR's network that knows no letters yet
_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщьюя -.'")
_RARE, _SHOP, _RANDOM, _NUMBER = 0.3, 0.12, 0.1, 0.06  # shares of the words drawn
_BATCH = 8

Halves = npt.NDArray[np.float16]


class CyrillicWords:
    """Draws words as signs show them, such with letters of few languages more often."""

    def __init__(self, names: Sequence[str]) -> None:
        known = [name for name in names if set(name.lower()) <= set(LETTERS)]
        self._names = known
        self._rare = [name for name in known if not set(name.lower()) <= _RUSSIAN]
        self._shop = [word for word in shop_words() if set(word.lower()) <= set(LETTERS)]
        self._shop = [word for word in self._shop if any("а" <= c <= "ӿ" for c in word.lower())]
        self._letters = [c for c in LETTERS if c.isalpha() and c.islower()]

    def one(self, rng: random.Random) -> str:
        """Return a word."""
        way = rng.random()
        if way < _NUMBER:
            return number(rng)
        if way < _NUMBER + _RANDOM:
            word = "".join(rng.choices(self._letters, k=rng.randint(2, 8)))
        elif way < _NUMBER + _RANDOM + _SHOP and self._shop:
            word = rng.choice(self._shop)
        elif way < _NUMBER + _RANDOM + _SHOP + _RARE:
            word = rng.choice(self._rare)
        else:
            word = rng.choice(self._names)
        return vary(word, "cyrillic", rng)


def drawn(
    words: CyrillicWords, renderer: Renderer, count: int, seed: int
) -> tuple[list[Pixels], list[str]]:
    """Return crops of words (blue, green, red), and the words."""
    rng = random.Random(seed)
    crops, texts = [], []
    while len(crops) < count:
        text = words.one(rng)
        crop = renderer.draw("cyrillic", text, rng)
        if crop is not None and set(text) <= set(LETTERS):
            crops.append(np.ascontiguousarray(crop[:, :, ::-1]))
            texts.append(text)
    return crops, texts


def cut_backbone(path: Path) -> None:
    """Write the part of PP-OCR's recogniser that sees letters of any script.

    Raises
    ------
    CluesError
        If the installed RapidOCR has another network.
    """
    import onnx

    spec = importlib.util.find_spec("rapidocr")
    source = Path(str(spec.origin)).parent / "models" / "PP-OCRv6_rec_small.onnx" if spec else None
    if source is None or not source.is_file():
        raise CluesError("Training needs PP-OCRv6's small network: pip install 'rapidocr==3.10.*'.")
    model = onnx.load(str(source))
    extractor = onnx.utils.Extractor(model)
    onnx.save(extractor.extract_model([model.graph.input[0].name], [_FEATURES]), str(path))


def features(backbone: Path, crops: Sequence[Pixels], threads: int = 1) -> list[Halves]:
    """Return what the backbone sees in each crop, shape (channels, steps)."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(backbone), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    by_width: dict[int, list[int]] = defaultdict(list)
    inputs = [prepare(crop) for crop in crops]
    for i, one in enumerate(inputs):
        by_width[one.shape[2]].append(i)
    result: list[Halves] = [np.zeros(0, np.float16)] * len(crops)
    for same in by_width.values():
        for first in range(0, len(same), _BATCH):
            rows = same[first : first + _BATCH]
            seen = session.run(None, {name: np.stack([inputs[i] for i in rows])})[0]
            for i, one in zip(rows, seen, strict=True):
                result[i] = one[:, 0].astype(np.float16)
    return result
