"""Train recognisers on drawn words, one a script, and write their cards.

The convolutions of PP-OCRv6 (small; Apache-2.0), which the package ``rapidocr`` ships, see strokes
and letters of any script; they stay as they are. A head of our own learns the letters of a script
from words drawn with its fonts.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from clues.errors import CluesError
from detectors.ocr.alphabets import ALPHABETS, Alphabet
from detectors.ocr.readers import decode, file_of
from detectors.training.card import record_weights
from detectors.training.config import read_as
from detectors.training.recogniser_data import ScriptWords, drawn, load, save
from detectors.training.recogniser_network import (
    Head,
    Outlet,
    RecogniserConfig,
    fit,
    probabilities,
)
from detectors.training.script_data import Renderer, load_textures
from detectors.training.text_backbone import LICENCE as BACKBONE_LICENCE
from detectors.training.text_backbone import Halves, export_head, features, make_strokes
from detectors.training.text_card import LICENCE, share
from detectors.training.text_render import Pixels
from detectors.training.text_words import words_by_script

CONFIG_FILE = Path(__file__).with_suffix(".yaml")
_TEMPERATURES = tuple(float(t) for t in np.geomspace(0.5, 4.0, 16))
_WORST = 0.3  # character error rate above which a head is of no use

Crops = tuple[list[Halves], list[str]]


def train(config: Path | None, data: Path, out: Path) -> None:
    """Draw words, train the heads, export and measure; ``clues train recogniser``.

    Parameters
    ----------
    config
        A file like ``recogniser.yaml``; the shipped one by default.
    data
        The folder that holds ``streetview``, whose photos are backgrounds.
    out
        For features of drawn crops, checkpoints, weights and cards.
    """
    settings = read_as(RecogniserConfig, config or CONFIG_FILE)
    if not (data / "streetview" / "train").is_dir():
        raise CluesError(
            f"{data}: no streetview/train in it; name the folder of all training data."
        )
    strokes = make_strokes(out)
    names = words_by_script(settings.words, settings.seed)
    pieces = load_textures(data / "streetview", settings.textures, random.Random(settings.seed))
    head = None
    for script in settings.scripts:
        print(script, flush=True)
        alphabet = ALPHABETS[script]
        learned, held_out = _crops(alphabet, names[script], pieces, settings, strokes)
        head = fit(alphabet, *learned, settings, out / f"{script}.pt", start=head)
        finish(head, alphabet, held_out, len(learned[0]), out)


def _crops(
    alphabet: Alphabet,
    names: list[str],
    pieces: list[Pixels],
    settings: RecogniserConfig,
    strokes: Path,
) -> list[Crops]:
    """Return the crops to learn from and those held out; drawn once, then kept in a file."""
    words = ScriptWords(alphabet, names, _listed(alphabet.script, settings)).shuffled(settings.seed)
    sets = []
    for held, count in ((False, settings.drawn), (True, settings.held_out)):
        kept = strokes.parent / f"{alphabet.script}-{'held-out' if held else 'drawn'}.npz"
        if not kept.is_file():
            renderer = Renderer(
                {alphabet.script: words.names}, pieces, held_out=held, columns=False
            )
            part = words.part(held_out=held)
            crops, texts = drawn(part, renderer, count, settings.seed + held)
            save(kept, features(strokes, crops, settings.threads), texts)
        sets.append(load(kept))
    return sets


def _listed(script: str, settings: RecogniserConfig) -> list[str]:
    path = settings.lists / f"{script}.txt" if settings.lists else None
    return path.read_text("utf-8").split("\n") if path and path.is_file() else []


def finish(head: Head, alphabet: Alphabet, held_out: Crops, learned: int, out: Path) -> None:
    """Calibrate on one half of the held-out crops, measure on the other, export and describe."""
    seen, texts = held_out
    half = len(seen) // 2
    temperature = min(
        _TEMPERATURES, key=lambda t: _surprise(head, alphabet, seen[:half], texts[:half], t)
    )
    read = [decode(p, alphabet) for p in probabilities(head, seen[half:], temperature)]
    wanted = texts[half:]
    errors = [Levenshtein.distance(a[0], b) for a, b in zip(read, wanted, strict=True)]
    cer = sum(errors) / sum(len(text) for text in wanted)
    exact = np.array([e == 0 for e in errors])
    print(f"character error rate {cer:.3f}, words without an error {exact.mean():.3f}", flush=True)
    if cer > _WORST:
        print(f"{alphabet.script}: over {_WORST}, not written", flush=True)
        return
    path = out / file_of(alphabet.script)
    export_head(Outlet(head, temperature), "probability", path)
    metrics = {
        "character error rate, held-out fonts": (cer,),
        "words read rightly, held-out fonts": share(exact),
    }
    licence = f"{LICENCE}; stands on strokes.onnx, {BACKBONE_LICENCE}"
    record_weights(path, path.stem, licence, classes=alphabet.letters, metrics=metrics)
    card = _CARD.format(
        script=alphabet.script.capitalize(), licence=licence, crops=len(wanted), cer=100 * cer,
        exact=100 * exact.mean(), temperature=temperature, letters=alphabet.letters.strip(),
        learned=learned, order=_ORDER[alphabet.leftwards, alphabet.syllables],
    )  # fmt: skip
    path.with_suffix(".md").write_text(card, encoding="utf-8")


def _surprise(
    head: Head, alphabet: Alphabet, seen: list[Halves], texts: list[str], temperature: float
) -> float:
    """Return how badly confidences tell right readings from wrong ones (mean log loss)."""
    losses = []
    for probability, text in zip(probabilities(head, seen, temperature), texts, strict=True):
        read, confidence = decode(probability, alphabet)
        sure = min(max(confidence**6.0, 1e-4), 1 - 1e-4)  # `Word.certainty`
        losses.append(-np.log(sure if read == text else 1 - sure))
    return float(np.mean(losses))


_ORDER = {
    (False, False): "from left to right",
    (True, False): "from left to right, then turned round but for numbers",
    (False, True): "as parts of syllables, which are then composed",
}
_CARD = """\
# {script} recogniser

Reads a crop of a word or line in {script} script from the features that `strokes` sees in it; out
come probabilities of letters by step, {order},
decoded greedily (connectionist temporal classification).

- Made by: `clues train recogniser --data DATA --out OUT --install`
  (`detectors/training/recogniser.yaml`)
- Licence: {licence}
- Letters: `{letters}`
- Learned from {learned:,} drawn crops: names of GeoNames and CLDR, shop words of the knowledge base
  and frequent words (`python -m detectors.training.text_lists`), rare letters, random strings, in
  fonts of Debian, degraded like street photos; no real photo of the script was used. The first head
  of a run starts anew, the others from the strokes that the one before has learned.
- Calibrated by one temperature, {temperature:.2f}, on half of the crops held out.

## Measured
On the other half, {crops} drawn crops of words and in fonts that training did not see: character
error rate {cer:.1f} %, {exact:.1f} % of the words without an error. Letters have at least 16 pixels
to the em (small ones 8), with blur and JPEG hard for people, too. Real words in development photos:
`python -m benchmarks.scripts`.

## Limits
Handwriting was not among the words. Latin letters beside the script are read as look-alikes.
"""
