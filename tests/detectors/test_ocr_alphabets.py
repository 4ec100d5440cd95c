import pytest

from clues.text.script import script_of
from detectors.ocr.alphabets import ALPHABETS


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("cyrillic", "Улица 12"), ("greek", "Οδός ΑΘΗΝΩΝ"), ("thai", "ที่พัก"), ("hangul", "서울역"),
        ("arabic", "شارع 12:30"), ("hebrew", "רחוב (ב) 7"), ("georgian", "თბილისი"),
        ("armenian", "Երևան"),
    ],
)  # fmt: skip
def test_a_word_comes_back_from_its_row_of_letters(script, word):
    alphabet = ALPHABETS[script]
    assert alphabet.spells(word)
    assert alphabet.word_of(alphabet.row_of(word)) == word


def test_letters_are_told_apart_once_and_are_of_the_script():
    for script, alphabet in ALPHABETS.items():
        assert len(set(alphabet.letters)) == len(alphabet.letters)
        assert script_of(alphabet.letters) == script


def test_right_to_left_words_stand_turned_round_but_numbers_do_not():
    assert ALPHABETS["hebrew"].row_of("רחוב 12") == "12 בוחר"
    assert ALPHABETS["arabic"].row_of("0123") == "0123"


def test_a_syllable_is_spelt_by_its_parts():
    assert len(ALPHABETS["hangul"].row_of("한")) == 3
    assert not ALPHABETS["hangul"].spells("漢")
