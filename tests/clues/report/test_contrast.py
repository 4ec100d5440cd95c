from clues.cue import Cue
from clues.report.contrast import why_not
from tests.tiny import tiny_location

SPANISH = Cue(variable="text.language", likelihood={"es": 1.0, "pt": 0.05})
PALMS = Cue.certain("vegetation.palm", "present")


def test_the_sentence_names_what_speaks_against_a_region_and_for_it():
    text = why_not(tiny_location([SPANISH, PALMS]), "Brazil")
    assert text.startswith("Brazil is ")
    assert "less likely than Spain" in text
    assert "Against it: " in text
    assert "'Language of the writing: Spanish' (" in text


def test_a_region_in_or_around_the_answer_is_not_argued_against():
    location = tiny_location([SPANISH])
    assert "lies in the country that leads" in why_not(location, "ES-MD")
    assert "lies in Europe" in why_not(location, "europe")


def test_a_region_excluded_beforehand_says_so():
    assert "excluded before" in why_not(tiny_location([SPANISH], within="ES"), "JP")
