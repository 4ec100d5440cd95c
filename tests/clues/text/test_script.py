import pytest

from clues.text.script import read_script, script_of
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "script"),
    [("Straße", "latin"), ("улица", "cyrillic"), ("οδός", "greek"), ("駅前", "han"),
     ("コタマ", "kana"), ("שלום", "hebrew"), ("شارع", "arabic"), ("ถนน", "thai"), ("42 %", None),
     ("🙂🙂", None), ("", None)],
)  # fmt: skip
def test_script_comes_from_the_letters(text, script):
    assert script_of(text) == script


def test_lone_and_unsure_chinese_characters_are_noise():
    assert read_script([line("双", 0.95), line("田目", 0.6)]) == []


def test_sure_chinese_text_is_a_cue_with_japanese_kept_possible():
    (cue,) = read_script([line("坐月子中心", 0.97)])
    assert cue.value == "han"
    assert 0 < cue.likelihood["latin"] < cue.likelihood["kana"] < 1


def test_latin_keeps_cyrillic_possible_since_engines_read_one_as_the_other():
    (cue,) = read_script([line("PACTVN ACT")])
    assert cue.value == "latin"
    assert cue.likelihood["cyrillic"] > cue.likelihood["thai"]
