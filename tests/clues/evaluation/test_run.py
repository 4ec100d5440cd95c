from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clues.cue import Cue
from clues.errors import CluesError
from clues.evaluation.baselines import ablations, only
from clues.evaluation.manifest import Truth
from clues.evaluation.report import (
    Evaluation,
    ablation_rows,
    as_html,
    as_json,
    reference_rows,
    worst,
)
from clues.evaluation.run import evaluate
from clues.evaluation.summary import reference_distances, summarise
from clues.pipeline import Extraction
from tests.tiny import tiny_location

MADRID = Truth("madrid.jpg", Path("madrid.jpg"), 40.4, -3.7, "ES", "ES-MD")
TOKYO = Truth("tokyo.jpg", Path("tokyo.jpg"), 35.7, 139.6, "JP", "JP-13")
COUNTRY_ONLY = Truth("brazil.jpg", Path("brazil.jpg"), None, None, "BR", None)


def seen(language: str) -> Extraction:
    return Extraction((Cue.certain("text.language", language),), (), {"ocr": 0.5})


PHOTOS = [(MADRID, seen("es")), (TOKYO, seen("ja")), (COUNTRY_ONLY, seen("pt"))]


def by_tiny_world(_, extraction):
    return tiny_location(extraction.cues)


@pytest.fixture(scope="module")
def outcomes():
    return evaluate(None, PHOTOS, by_tiny_world)


def test_outcomes_say_how_far_how_sure_and_why(outcomes):
    madrid, tokyo, brazil = outcomes
    assert madrid.country_rank == tokyo.country_rank == 1
    assert madrid.km < 800
    assert np.isnan(brazil.km)
    assert brazil.subdivision_rank == 0
    assert madrid.family_bits["text"] > 0
    assert madrid.area_km2[0] <= madrid.area_km2[1]
    assert madrid.as_dict()["file"] == "madrid.jpg"
    assert brazil.as_dict()["km"] is None


def test_the_summary_leaves_out_what_is_not_known(outcomes):
    table = summarise(outcomes)
    assert table["photos"] == 3
    assert table["country top-1"].value == pytest.approx(1.0)
    assert "mean score" not in summarise([outcomes[2]])


def test_others_guesses_are_compared_on_the_photos_they_answered(tmp_path, outcomes):
    path = tmp_path / "human.csv"
    path.write_text("file,error_km\nmadrid.jpg,15\ntokyo.jpg,\nelsewhere.jpg,3\n")
    distances = reference_distances(path, [MADRID, TOKYO])
    assert distances["madrid.jpg"] == 15
    assert np.isnan(distances["tokyo.jpg"])
    evaluation = Evaluation("t", "population", "1", {"clues": outcomes}, {"human": distances})
    ((who, photos, *_),) = reference_rows(evaluation)
    assert (who, photos) == ("human", "2")
    guesses = tmp_path / "model.csv"
    guesses.write_text("file,lat,lon\nmadrid.jpg,40.4,-3.7\n")
    assert reference_distances(guesses, [MADRID])["madrid.jpg"] == pytest.approx(0, abs=0.1)
    guesses.write_text("file,guess\nmadrid.jpg,Spain\n")
    with pytest.raises(CluesError, match="lat and lon, or error_km"):
        reference_distances(guesses, [MADRID])


def test_families_are_taken_alone_and_left_out():
    both = Extraction((*seen("es").cues, Cue.certain("vegetation.palm", "present")))
    assert [c.family for c in only(both, {"text"}).cues] == ["text"]
    assert [label for label, _ in ablations(["text"])] == ["without text", "text alone"]


def test_the_worst_are_the_surest_mistakes(outcomes):
    mistake = replace(outcomes[0], country_rank=4, country_p=0.001, confidence=0.9)
    slip = replace(outcomes[1], country_rank=2, country_p=0.4, confidence=0.5)
    assert worst([slip, outcomes[2], mistake]) == [mistake, slip]


def test_the_report_is_one_page_that_loads_nothing_from_outside(outcomes):
    evaluation = Evaluation(
        "tiny <set>", "population", "1", {"clues": outcomes, "prior only": outcomes},
        ablations={"without text": outcomes}, errors=("bad.jpg: is no image.",),
    )  # fmt: skip
    page = as_html(evaluation)
    assert "tiny &lt;set&gt;" in page
    assert "bad.jpg" in page
    assert 'src="http' not in page
    assert '"mean score"' in as_json(evaluation)
    assert [row[0] for row in ablation_rows(evaluation)] == ["all", "without text"]
