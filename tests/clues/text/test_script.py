from dataclasses import replace

import pytest

from clues.text import interpret
from clues.text.script import SCRIPTS, read_script, script_of
from clues.text.word import Line, merge_lines
from tests.clues.text.samples import line, word


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


def judged(text, **scripts):
    likelihood = tuple((s, scripts.get(s, 0.01)) for s in SCRIPTS)
    return replace(word(text, 0.9), script=likelihood)


def test_a_word_that_nobody_can_read_still_tells_its_script_and_where_it_is():
    unread = judged("", thai=1.0, lao=0.3)
    (cue,) = interpret([unread])
    assert (cue.variable, cue.value, cue.box) == ("text.script", "thai", unread.box)
    assert cue.likelihood["lao"] == pytest.approx(0.3)
    assert min(cue.likelihood.values()) >= 0.2


def test_an_unread_word_of_no_clear_script_tells_nothing():
    assert interpret([judged("", thai=1.0, lao=0.6)]) == []


def test_unread_words_do_not_disturb_the_lines_around_them():
    (cue,) = read_script(merge_lines([word("calle"), judged("", thai=1.0)]))
    assert cue.note == 'reads "calle"'


def test_a_network_that_is_sure_of_latin_leaves_less_room_for_cyrillic():
    (doubtful,) = read_script([line("MOTOP")])
    (sure,) = read_script([Line((judged("MOTOP", latin=1.0),))])
    assert sure.likelihood["cyrillic"] < doubtful.likelihood["cyrillic"]
    assert min(sure.likelihood.values()) >= 0.02


def test_letters_read_doubtfully_count_if_a_network_sees_their_script():
    doubtful = line("โรงรัมจำนำ", 0.6)
    assert read_script([doubtful]) == []
    judged = tuple((script, 1.0 if script == "thai" else 0.02) for script in SCRIPTS)
    words = tuple(replace(one, script=judged) for one in doubtful.words)
    (cue,) = read_script([Line(words)])
    assert cue.value == "thai"


def test_what_is_read_without_conviction_in_a_rare_script_leaves_room_for_the_others():
    judged = tuple((script, 1.0 if script == "cyrillic" else 0.001) for script in SCRIPTS)

    def latin(confidence):
        seen = line("омораетн", confidence)
        (cue,) = read_script([Line(tuple(replace(w, script=judged) for w in seen.words))])
        return cue.likelihood["latin"]

    assert latin(0.98) == pytest.approx(0.02)
    assert latin(0.6) == pytest.approx(0.4)
