import pytest

from clues.cue import Cue
from clues.report.build import build
from tests.tiny import tiny_location


def test_a_sure_answer_names_country_and_region():
    location = tiny_location([Cue(variable="text.place-name", likelihood={"ES-MD": 1})])
    sentence = build(location).sentence
    assert sentence.startswith("Spain, ")
    assert "most likely Madrid (ES-MD), " in sentence


def test_an_open_answer_says_so():
    cue = Cue(variable="text.place-name", likelihood={"JP": 1, "PT": 3, "BR": 0.4})
    report = build(tiny_location([cue]))
    assert report.answer is None
    assert report.sentence.startswith("Not enough evidence: Japan leads with ")


@pytest.mark.parametrize("within", [None, "ES"])
def test_where_nothing_tells_the_priors_favourite_is_no_answer(within):
    location = tiny_location([], within=within)
    report = build(location)
    assert report.told_bits == pytest.approx(0)
    assert report.answer is None
    assert report.sentence.startswith("Not enough evidence: the cues tell hardly anything")
    assert "leads" not in report.sentence


def test_an_unsure_country_is_answered_by_its_continent():
    cue = Cue(variable="text.place-name", likelihood={"ES": 1, "PT": 4, "FR": 1})
    report = build(tiny_location([cue]))
    assert report.answer.code == "europe"
    assert report.sentence.startswith("Europe, ")
    assert "the country is open" in report.sentence


def test_a_country_on_another_continent_does_not_lead_on_the_likeliest():
    likelihood = {"ES": 1, "PT": 2, "FR": 1, "BR": 0.6, "JP": 0.001}
    report = build(tiny_location([Cue(variable="text.place-name", likelihood=likelihood)]))
    assert report.answer.code == "europe"
    assert report.country == "BR"
    assert "leads there with" in report.sentence
    assert "but Brazil, on another continent, has" in report.sentence


def test_region_is_a_part_of_country_even_if_another_countrys_region_leads():
    cue = Cue(variable="text.place-name", likelihood={"ES": 1, "FR-IDF": 2, "FR-NAQ": 0.001})
    report = build(tiny_location([cue]), top=1)
    assert report.region.startswith(report.country + "-")
