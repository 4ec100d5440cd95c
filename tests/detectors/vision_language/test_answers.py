"""Answers are bounded, checked against what was offered, and soft."""

import pytest

from clues.cue import ELSEWHERE
from clues.knowledge import Kind
from clues.pipeline import Locator
from clues.regions import load_regions
from detectors.vision_language import answers, evidence
from detectors.vision_language.prompts import MENU, MOST_SEEN, STEPS, menu, observe


@pytest.fixture(scope="module")
def offered(kb):
    return menu(kb.variables)


def test_everything_on_the_menu_exists_and_stands_in_the_question(offered):
    assert list(offered) == list(MENU)
    words = observe(offered).words
    assert all(f"- {name} (" in words for name in MENU)
    assert len(words) < 8_000
    assert all(variable.kind is not Kind.REGION for variable in offered.values())


@pytest.mark.parametrize(
    "text",
    ['{"a": 1}', '```json\n{"a": 1}\n```', 'Sure! {"a": 1} Hope this helps {}',
     '<think>{"a": 2}</think>{"a": 1}', '{oops {"a": 1}'],
)  # fmt: skip
def test_the_object_is_found_wherever_it_stands(text):
    assert answers.read_object(text) == {"a": 1}


@pytest.mark.parametrize(
    "text", ["", "no", "{", "[1]", "{}", '{"a": ' * 5_000, "{" * 19_000, '{"a": ' + "9" * 5_000]
)
def test_what_is_no_object_is_none(text):
    assert answers.read_object(text) is None


def test_an_answer_cannot_reach_beyond_the_menu(offered):
    rows = [
        {"cue": "model.country", "value": "US"},
        {"cue": "appearance.country", "value": "US"},
        {"cue": "traffic.driving-side", "value": "middle"},
        {"cue": "traffic.driving-side", "value": "LEFT", "reason": "x" * 10_000},
        {"cue": "traffic.driving-side", "value": "right"},
        {"cue": "architecture.mosque", "value": "absent"},
        {"cue": ["text.script"], "value": {"latin": 1}},
        "text.script=latin", None, 7,
    ]  # fmt: skip
    (one,) = answers.read_seen({"seen": rows}, offered)
    assert (one.variable.id, one.value, len(one.reason)) == (
        "traffic.driving-side", "left", answers.REASON,
    )  # fmt: skip
    assert answers.read_seen({"seen": "all"}, offered) == []
    many = [{"cue": name, "value": offered[name].value_ids[0]} for name in MENU]
    assert len(answers.read_seen({"seen": many}, offered)) == MOST_SEEN


def test_reasons_carry_no_links_control_characters_or_plates():
    hostile = 'See https://evil.example/?q=1 \x1b[31m\n<b>now</b> "AB 123 CD" А123ВС on the M-30'
    found = answers.read_name({"city": "Madrid", "reason": hostile}, "city")
    assert found.reason == 'See (link) [31m <b>now</b> "(hidden)" (hidden) on the M-30'


@pytest.mark.parametrize(
    ("given", "code"),
    [("JP", "JP"), ("jp", "JP"), ("Japan", "JP"), ("UK", "GB"), ("Turkey", "TR")],
)
def test_countries_are_told_by_code_or_name(given, code):
    assert answers.read_country({"country": given}, load_regions()).choice == code


@pytest.mark.parametrize("given", [None, 7, "", "Atlantis", "world", "europe", "US-CA", "x" * 999])
def test_what_is_no_country_is_none(given):
    assert answers.read_country({"country": given}, load_regions()) is None


@pytest.mark.parametrize(
    "given",
    [{"lat": 91, "lon": 0}, {"lat": "NaN", "lon": 1}, {"lat": 1e999, "lon": 1},
     {"lat": 0, "lon": 0}, {"lat": True, "lon": 1}, {"lat": [1], "lon": 1}, {"lat": 1}, {}],
)  # fmt: skip
def test_what_lies_nowhere_is_no_spot(given):
    assert answers.read_spot(given) is None


def test_the_country_gets_what_such_models_deserve_and_no_more(kb):
    cue = evidence.of_country(answers.Named("JP", ("TW", "KR"), "Kana."), "m says")
    likelihood = cue.likelihood
    assert likelihood["JP"] > likelihood["TW"] == likelihood["KR"] > likelihood[ELSEWHERE] > 0
    found = Locator(kb, detectors=()).locate(cues=[cue])
    named = found.fusion.posterior.probability_of("JP")
    assert 0.1 < named < 0.6, "one answer of an unmeasured model is no verdict"


def test_a_town_is_looked_up_in_the_countries_named():
    assert evidence.find_town("Nagoya, Aichi", ("JP",)).country == "JP"
    assert evidence.find_town("Madrid", ("CO", "ES")).country == "CO"
    assert evidence.find_town("Nagoya", ("FR",)) is None
    assert evidence.find_town("Zzyzzxyt", ("JP",)) is None


def test_names_without_coordinates_still_tell_a_place():
    country = answers.Named("JP")
    city = answers.Named("Nagoya", ("Toyota",), "A sign.")
    cue = evidence.of_place(country, city, None, None, "m says")
    assert cue.value.startswith("geo:35.1")
    assert cue.note == 'm says: "Nagoya; A sign."'
    assert evidence.of_place(country, None, None, None, "m says") is None


def test_questions_go_from_coarse_to_fine():
    steps = [question.step for question in STEPS]
    assert steps == ["country", "city", "neighbourhood", "exact"]
