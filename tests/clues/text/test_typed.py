import pytest

from clues.cue import PERSON
from clues.errors import CluesError
from clues.text.typed import MAX_TYPED, typed_cues, typed_words


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
