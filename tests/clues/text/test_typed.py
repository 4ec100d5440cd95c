import pytest

from clues.cue import PERSON
from clues.errors import CluesError
from clues.text import interpret
from clues.text.typed import MAX_TYPED, typed_cues, typed_words
from tests.clues.text.samples import word


def test_lines_of_the_text_stay_lines_and_words_stay_apart():
    words = typed_words("Rua do Sol\n12 km")
    assert [word.text for word in words] == ["Rua", "do", "Sol", "12", "km"]
    assert {word.box.y0 for word in words[:3]} != {word.box.y0 for word in words[3:]}
    assert words[0].box.x1 < words[1].box.x0


@pytest.mark.parametrize(
    ("text", "variable", "place"),
    [
        ("0564-64-2033", "text.phone", "geo:34.9"),
        ("A123AA 716", "plates.region-code", "RU-TA"),
        ("JIUTEPEC", "text.place-name", "MX"),
    ],
)
def test_what_a_person_read_names_the_place(text, variable, place):
    (cue,) = [cue for cue in typed_cues(text) if cue.variable == variable]
    assert cue.detector == PERSON
    assert cue.box is None
    elsewhere = cue.likelihood["elsewhere"]
    assert any(key.startswith(place) and p > elsewhere for key, p in cue.likelihood.items())


def test_nothing_typed_says_nothing_and_a_novel_is_refused_in_a_sentence():
    assert typed_cues(" \n ") == []
    with pytest.raises(CluesError, match="at most 2,000"):
        typed_cues("a" * (MAX_TYPED + 1))


def test_typed_letters_are_hardly_of_another_script():
    typed, seen = typed_cues("ඖෂධ හල"), interpret([word("ඖෂධ", 0.99), word("හල", 0.99, x=60)])
    (typed,), (seen,) = ([c for c in cues if c.variable == "text.script"] for cues in (typed, seen))
    assert typed.value == seen.value == "sinhala"
    assert typed.likelihood["latin"] < seen.likelihood["latin"] / 10


def test_two_typed_letters_tell_their_script_but_two_latin_ones_do_not():
    assert [c.value for c in typed_cues("약국") if c.variable == "text.script"] == ["hangul"]
    assert typed_cues("ab") == []


def test_a_plate_typed_as_a_line_is_surer_than_one_among_words():
    def sureness(text):
        (cue,) = [c for c in typed_cues(text) if c.family == "plates"]
        return max(cue.likelihood.values()) / cue.likelihood["elsewhere"]

    assert sureness("W 48211 T") > 1.2 * sureness("W 48211 T parked here")


def test_a_lone_typed_chinese_character_is_no_noise():
    cues = {cue.variable: cue.value for cue in typed_cues("粤B 48213")}
    assert cues == {"text.script": "han", "plates.region-code": "CN-GD"}
