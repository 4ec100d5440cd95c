from datetime import date

import pytest

from clues.errors import KnowledgeError, UnknownRegionError
from clues.knowledge.draft import draft_clue, frequency, problems, region_codes
from clues.knowledge.model import Seen
from tests.tiny import tiny_kb, tiny_world

KB, WORLD = tiny_kb(), tiny_world()
GOOD = {
    "id": "vegetation.palm.avenues",
    "cue": "vegetation.palm",
    "says": "Palms line the avenues of Madrid.",
    "where": {"ES-MD": "occasional"},
    "elsewhere": None,
    "counterexamples": "",
    "sources": [{"title": "A guide"}],
    "since": date(2026, 11, 24),
}


def test_a_complete_form_becomes_a_clue_without_problems():
    clue = draft_clue(GOOD)
    assert clue.where == {"ES-MD": "occasional"}
    assert problems(KB, WORLD, clue) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"says": ""}, "`says` is missing"),
        ({"where": {"ES": "often"}}, "'often' is no frequency"),
        ({"id": "vegetation.palm.Big Palms"}, "lower-case letters"),
        ({"id": "vegetation.birch.avenues"}, "must start with the cue"),
        ({"sources": []}, "`sources` is missing"),
    ],
)
def test_each_mistake_in_a_form_is_named(change, says):
    with pytest.raises(KnowledgeError) as error:
        draft_clue({**GOOD, **change})
    assert says in str(error.value)


def test_what_would_stop_the_knowledge_base_from_loading_is_found_beforehand():
    nowhere = draft_clue({**GOOD, "where": {"XX": "common"}})
    assert "XX" in problems(KB, WORLD, nowhere)[0]
    clash = draft_clue({**GOOD, "where": {"PT-08": "never"}})
    assert "vegetation.palm.palms" in problems(KB, WORLD, clash)[0]
    value = draft_clue({**GOOD, "value": "tall"})
    assert "no value 'tall'" in problems(KB, WORLD, value)[0]


def test_regions_may_be_named_in_words():
    assert region_codes(WORLD, {"Spain": "common", "PT": "rare"}) == {"ES": "common", "PT": "rare"}
    with pytest.raises(UnknownRegionError):
        region_codes(WORLD, {"Atlantis": "common"})


def test_a_frequency_is_typed_as_a_word_a_number_or_a_count():
    assert frequency(" usual ") == "usual"
    assert frequency("0.25") == 0.25
    assert frequency("12/310") == Seen(seen=12, of=310)
    for wrong in ("often", "2", "12/3", "", "a/b"):
        with pytest.raises(KnowledgeError):
            frequency(wrong)
