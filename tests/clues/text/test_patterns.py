import pytest

from clues.errors import KnowledgeError
from clues.text.confusion import canonical, probability
from clues.text.patterns import expand, sequence_probability


def probability_of(text, pattern):
    return sum(
        s.weight * sequence_probability(text, s.before, 1e-9)
        for s in expand(pattern)
        if s.code is None and len(s.before) == len(text)
    )


def test_a_pattern_with_more_strings_explains_one_less_well():
    assert probability_of("123", r"\d{3}") > 100 * probability_of("123", r"[A-Z0-9]{3}") / 47
    assert probability_of("123", r"\d{3}") > probability_of("123", r"\d{2,4}")


def test_alternatives_and_optional_parts_expand():
    assert {len(s.before) for s in expand(r"A?\d{1,2}(09|1\d)")} == {3, 4, 5}
    assert probability_of("25", r"(09|1\d|2[0-6])") > 20 * probability_of("29", r"(09|1\d|2[0-6])")


@pytest.mark.parametrize(
    "pattern", ["(", "[A-Z", r"\w", "a{99}", "a{3,1}", "<one><two>", "(a|b){2}", "a*", "(a+)+$"]
)
def test_malformed_or_unsafe_patterns_are_refused(pattern):
    with pytest.raises(KnowledgeError):
        expand(pattern)


def test_letters_of_other_scripts_fold_to_their_latin_twins():
    assert canonical("а123вс-77") == "A123BC77"
    assert canonical("ΑΒ 12") == "AB12"
    assert canonical("Č岡") == "C岡"


def test_confusions_are_a_small_part_of_a_letters_readings():
    for true in "0O1I8B5S":
        assert 0.5 < probability(true, true) < 1
    assert probability("O", "0") > 100 * probability("X", "0")


def test_letters_in_patterns_are_compared_as_texts_are_read():
    for cyrillic, latin in [(r"\d{2}А", r"\d{2}A"), (r"\d{2}[АВЕ]", r"\d{2}[ABE]")]:
        assert probability_of("12A", cyrillic) == probability_of("12A", latin) > 1e-4
