import json
import math

import jsonschema
import pytest

from clues.cue import Cue
from clues.pipeline import Failure
from clues.report.build import build
from clues.report.json import SCHEMA_FILE, json_schema, to_json
from tests.tiny import tiny_location

SPANISH = Cue(variable="text.language", likelihood={"es": 1, "pt": 0.2}, detector="ocr")
PALM = Cue.certain("vegetation.palm", "present")


def parse(text: str) -> dict:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


def test_the_schema_file_is_current():
    assert json.loads(SCHEMA_FILE.read_text()) == json_schema(), "run: python -m clues.report.json"


@pytest.mark.parametrize(
    "location",
    [
        tiny_location([SPANISH, PALM], failures=(Failure("ocr", "no model"),)),
        tiny_location([]),
        tiny_location([SPANISH], within="ES"),  # the odds against anywhere else are infinite
    ],
    ids=["cues", "no cues", "within"],
)
def test_output_is_valid_json_and_fits_the_schema(location):
    data = parse(to_json(build(location)))
    jsonschema.validate(data, json_schema(), jsonschema.Draft202012Validator)


def test_infinite_odds_are_null():
    report = build(tiny_location([SPANISH], within="ES"))
    assert report.against_rest.log_odds_bits is None
    assert report.against_runner_up.prior_bits is None


def test_contributions_and_prior_sum_to_the_log_odds():
    why = build(tiny_location([SPANISH, PALM])).against_runner_up
    total = why.prior_bits + math.fsum(one.bits for one in why.contributions)
    assert total == pytest.approx(why.log_odds_bits)


def test_each_contribution_names_its_cue_statement_line_and_source():
    report = build(tiny_location([PALM, SPANISH]))
    one = next(c for c in report.against_rest.contributions if c.cue == 1)
    assert report.cues[one.cue].variable == "text.language"
    assert one.clue.says == "Spanish is written in Spain."
    assert (one.clue.file, one.clue.line) == ("kb/clues/text/tiny.yaml", 4)
    assert one.clue.source == "https://example.org/spanish"


def test_likelihoods_are_bounded_to_the_highest_twenty():
    places = {f"geo:{lat}.0,10.0;u=1000": float(lat) for lat in range(1, 41)}
    report = build(tiny_location([Cue(variable="text.place-name", likelihood=places)]))
    assert len(report.cues[0].likelihood) == 20
    assert min(report.cues[0].likelihood.values()) == 21
    assert report.cues[0].values == 40


def test_a_repeated_sighting_is_marked_as_not_counted():
    weaker = Cue(variable="text.language", likelihood={"es": 1, "pt": 0.9}, detector="ocr")
    report = build(tiny_location([weaker, SPANISH]))
    assert [cue.counted for cue in report.cues] == [False, True]


def test_control_characters_and_undecodable_file_names_become_harmless():
    cue = SPANISH.model_copy(update={"note": "a\x9b31m\x1b[2Jb\u202e"})
    text = to_json(build(tiny_location([cue]), file="caf\udce9.jpg"))
    assert text.isprintable() or all(c.isprintable() for c in text.replace("\n", ""))
    assert parse(text)["cues"][0]["note"] == cue.note
    assert text.encode("utf-8")


def test_against_explains_the_region_asked_for_and_never_the_first_against_itself():
    location = tiny_location([SPANISH])
    assert build(location, against="Japan").against_runner_up.b == "JP"
    assert build(location, against="ES").against_runner_up.b not in ("ES", None)


def test_top_bounds_the_regions_of_each_level():
    assert len(build(tiny_location([]), top=2).top.subdivision) == 2
