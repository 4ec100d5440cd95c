import random

import numpy as np
import pytest

pytest.importorskip("cv2")

from detectors.ocr.alphabets import ALPHABETS
from detectors.training.recogniser_data import ScriptWords, load, save
from detectors.training.text_card import share
from detectors.training.text_fonts import Face, _code_points, _plain_family, split_by_family
from detectors.training.text_render import degrade
from detectors.training.text_words import _one_script, number, vary


def face(family, letters="abc", path="x.ttf"):
    return Face(path, 0, family, frozenset(map(ord, letters)))


def test_the_charset_of_fontconfig_is_read():
    assert _code_points("20-22 41") == {0x20, 0x21, 0x22, 0x41}


def test_weights_and_widths_of_a_design_are_one_family():
    assert _plain_family("Noto Sans Thai UI,Noto Sans Thai UI Light") == "noto sans thai"


def test_no_family_is_both_learned_from_and_held_out():
    faces = [face(f"family {i}") for i in range(20)] + [face("other", "xyz")]
    training, held_out = split_by_family(faces, ["abc", "cab"])
    assert {f.family for f in training}.isdisjoint(f.family for f in held_out)
    assert len(held_out) == 4
    assert len(training) == 16


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
