from dataclasses import replace

import pytest

from clues.text import interpret
from clues.text.stop_word import VARIABLE, read_stop_word
from clues.text.word import Line
from tests.clues.text.samples import words


def on_sign(text, confidence=0.97):
    return Line(tuple(replace(word, on_sign=True) for word in words(text, confidence)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("STOP", "stop"),
        ("ST0P", "stop"),
        ("PARE", "pare"),
        ("ALTO", "alto"),
        ("ARRÊT", "arret"),
        ("ARRET", "arret"),
        ("ARRÊT STOP", "arret-stop"),
        ("DUR", "dur"),
        ("止まれ", "tomare"),
        ("BERHENTI", "berhenti"),
    ],
)
def test_the_word_of_a_stop_sign_is_told(text, value):
    assert [cue.value for cue in read_stop_word([on_sign(text)])] == [value]


@pytest.mark.parametrize("text", ["SPAR", "PARIS", "AT", "", "STOPP", "DUB"])
def test_other_words_on_signs_are_none(text):
    assert read_stop_word([on_sign(text)]) == []


def test_the_same_word_on_a_shop_is_none():
    assert read_stop_word([Line(tuple(words("ALTO")))]) == []


def test_an_unsure_reading_says_less():
    sure, unsure = (read_stop_word([on_sign("PARE", c)])[0] for c in (0.99, 0.8))
    assert unsure.likelihood["stop"] > sure.likelihood["stop"]


def test_a_word_counts_as_that_of_a_stop_sign_or_as_a_street_word_but_once():
    cues = interpret(on_sign("PARE").words)
    assert [c.variable for c in cues if c.variable in {VARIABLE, "text.street-word"}] == [VARIABLE]
