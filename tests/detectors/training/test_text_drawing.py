import random

import numpy as np
import pytest

pytest.importorskip("cv2")

from detectors.ocr.alphabets import ALPHABETS
from detectors.training.recogniser_data import ScriptWords, load, save
from detectors.training.script_data import class_of
from detectors.training.text_card import share
from detectors.training.text_fonts import (
    Face,
    _code_points,
    _layouts,
    _plain_family,
    split_by_family,
)
from detectors.training.text_render import _photograph, degrade
from detectors.training.text_words import ZEROS, _one_script, is_shared, number, piece, vary


def face(family, letters="abc", path="x.ttf", layouts=()):
    return Face(path, 0, family, frozenset(map(ord, letters)), frozenset(layouts))


def test_the_charset_of_fontconfig_is_read():
    assert _code_points("20-22 41") == {0x20, 0x21, 0x22, 0x41}


def test_weights_and_widths_of_a_design_are_one_family():
    assert _plain_family("Noto Sans Thai UI,Noto Sans Thai UI Light") == "noto sans thai"


def test_no_family_is_both_learned_from_and_held_out():
    faces = [face(f"family {i}") for i in range(20)] + [face("other", "xyz")]
    training, held_out = split_by_family(faces, ["abc", "cab"], "latin")
    assert {f.family for f in training}.isdisjoint(f.family for f in held_out)
    assert len(held_out) == 4
    assert len(training) == 16


def test_letters_that_join_want_a_font_with_rules_for_them():
    faces = [face("joined", "بتث", layouts=_layouts("ttable:Silf otlayout:arab otlayout:latn"))]
    faces += [face("apart", "بتث", layouts=_layouts("otlayout:latn")), face("plain", "بتث")]
    assert [sum(map(len, split_by_family(faces, ["بت"], name))) for name in ("arabic", "thai")] == [
        1,
        3,
    ]


def test_even_the_smallest_crop_leaves_capitals_eleven_pixels():
    tall = np.full((32, 120, 3), 255, np.float32)  # capitals of a font of 44 pixels
    tall[::2] = 0
    seen = []

    class Least(random.Random):
        def random(self):
            return 0.0

    def smaller(picture, size, interpolation):
        seen.append(size[1])
        return np.zeros((size[1], size[0], 3), picture.dtype)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cv2.resize", smaller)
        _photograph(tall, Least(1), 48)
    assert seen[0] >= 11


def test_a_drawn_word_becomes_a_crop_of_the_height_asked_for():
    ink = np.zeros((40, 120), np.uint8)
    ink[10:30, 10:110] = 255
    for seed in range(20):
        crop = degrade(ink, [], random.Random(seed), 48)
        assert crop.shape[0] == 48
        assert crop.shape[2] == 3
        assert crop.dtype == np.uint8
        assert crop.std() > 1


def test_words_of_one_script_count_and_kana_wins_over_han():
    assert _one_script("Moskva") == "latin"
    assert _one_script("東京タワー") == "kana"
    assert _one_script("Αθήνα-Athens") is None
    assert _one_script("12") is None


def test_words_vary_and_numbers_have_no_letters():
    rng = random.Random(0)
    assert {vary("Киев", "cyrillic", rng) for _ in range(80)} >= {"Киев", "КИЕВ", "киев"}
    assert not any(c.isalpha() for _ in range(50) for c in number(rng))


@pytest.mark.parametrize(
    ("word", "script", "shared"),
    [
        ("TAXI", "latin", True),
        ("МОСТ", "cyrillic", True),
        ("ΑΤΗΝ", "greek", True),
        ("Taxi", "latin", True),
        ("Bern", "latin", False),
        ("Мост", "cyrillic", False),
        ("काशी", "devanagari", False),
    ],
)
def test_a_word_of_shapes_that_two_scripts_have_is_of_neither(word, script, shared):
    assert is_shared(word, script) is shared


def test_a_piece_of_a_word_leaves_marks_with_their_letters():
    rng = random.Random(0)
    assert {piece("कानपुर", rng) for _ in range(99)} == {
        "कान", "नपु", "पुर", "कानपु", "नपुर",
    }  # fmt: skip
    assert {piece("ab", rng) for _ in range(9)} == {"ab"}


def test_numbers_beside_words_have_the_digits_of_the_script_or_ours():
    rng = random.Random(0)
    digits = {
        c for _ in range(400) for c in vary("ঢাকা", "bengali", rng, ZEROS["bengali"]) if c.isdigit()
    }
    assert digits & set("0123456789")
    assert digits & set("০১২৩৪৫৬৭৮৯")


def test_greek_capitals_bear_no_accents():
    rng = random.Random(0)
    assert "ΑΘΗΝΑ" in {vary("Αθήνα", "greek", rng) for _ in range(80)}


@pytest.mark.parametrize("script", ["thai", "hangul", "arabic", "hebrew"])
def test_words_to_learn_from_are_spelt_in_the_alphabet(script):
    names = {"thai": "เชียงใหม่", "hangul": "수원", "arabic": "شَارع", "hebrew": "חֵיפָה"}
    words = ScriptWords(ALPHABETS[script], [names[script], "Bern"], ["東京"])
    rng = random.Random(0)
    drawn = [words.one(rng) for _ in range(300)]
    assert all(words.alphabet.spells(word) for word in drawn)
    assert any(not word.isascii() for word in drawn)


def test_held_out_words_are_not_among_those_to_learn():
    words = ScriptWords(ALPHABETS["thai"], [f"{a}{b}" for a in "กขคง" for b in "จฉชซญ"])
    held, rest = words.part(held_out=True), words.part(held_out=False)
    assert len(held.names) == 2
    assert set(held.names).isdisjoint(rest.names)


def test_features_and_texts_come_back_as_kept(tmp_path):
    seen = [np.full((384, steps), steps, np.float16) for steps in (4, 8, 4)]
    save(tmp_path / "x.npz", seen, ["a", "수원", "b"])
    got, texts = load(tmp_path / "x.npz")
    assert texts == ["a", "수원", "b"]
    assert [one.shape for one in got] == [(384, 4), (384, 8), (384, 4)]
    assert (got[1] == 8).all()


def test_a_share_lies_in_its_interval():
    middle, low, high = share(np.array([True] * 90 + [False] * 10))
    assert low < middle < high
    assert middle == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "latin"),
        ("150/-", "digits"),
        ("HOME", None),
        ("&", None),
        ("Home 5", "latin"),
        ("पाएफ", "devanagari"),
    ],
)
def test_what_was_read_by_eye_corrects_the_label_of_a_real_word(text, name):
    assert class_of(text, "latin") == name
