import random

import pytest

from clues.text import VARIABLES, interpret
from tests.clues.text.samples import word, words


def test_a_spanish_bus_is_read_as_spanish():
    seen = [*words("cero emisiones", y=200), *words("EMT MADRID", y=20), word("eléctrica", y=90)]
    cues = {cue.variable: cue for cue in interpret(seen)}
    assert cues["text.language"].value == "es"
    assert cues["text.letter"].value == "é"
    assert (
        cues["text.place-name"].likelihood["ES"] > cues["text.place-name"].likelihood["elsewhere"]
    )
    assert all(cue.box is not None and cue.note.startswith("reads") for cue in cues.values())


@pytest.mark.parametrize(
    "text",
    ["", " ", "🙂 🚗 🇪🇸", "ʎɹǝʞɐq ɹɐq", "ʎɹɘʞɒd", "שלום עולם", "\u202eabc", "\x00\x01", "((((",
     "a" * 5000, "....@@@@////", "٠١٢٣٤٥٦٧٨٩", "0" * 300, "ﷺ", "e\u0301" * 200],
)  # fmt: skip
def test_odd_text_is_survived_and_no_cue_is_wild(text):
    for cue in interpret([word(text, width=50)]):
        assert cue.variable in VARIABLES
        assert all(0 <= value < 1e6 for value in cue.likelihood.values())


def test_the_watermark_is_no_cue():
    assert interpret(words("© 2021 Google", 0.9)) == []


def test_no_words_no_cues():
    assert interpret([]) == []


def test_ten_thousand_words_are_survived():
    letters = random.Random(1)
    many = [
        word(
            "".join(letters.choices("abcdefghij", k=7)),
            0.5 + i / 20_000,
            i % 100 * 90,
            i // 100 * 25,
        )
        for i in range(10_000)
    ]
    assert len(interpret(many)) < 50


def test_order_of_words_does_not_matter():
    seen = [
        *words("cero emisiones", y=200),
        *words("EMT MADRID", y=20),
        *words("0121 232 4900", y=90),
    ]
    shuffled = seen[::-1]
    assert interpret(seen) == interpret(shuffled)
