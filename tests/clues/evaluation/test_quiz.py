import pytest

from clues.evaluation.quiz import Quiz
from clues.inference import Engine, Tables
from clues.knowledge import load_kb
from clues.knowledge.quiz import Question
from clues.regions import load_regions


@pytest.fixture(scope="module")
def quiz() -> Quiz:
    return Quiz(Engine(Tables(load_kb(), load_regions())))


def ask(quiz: Quiz, **fields) -> str:
    (answer,) = quiz.ask([Question.model_validate({"ask": "Where is it?", **fields})])
    return answer.failure


@pytest.mark.parametrize(
    "fields",
    [
        {"cues": {"text.letter": "ő"}, "expect": "HU"},
        {"read": "Mannerheiminkatu", "expect": "FI"},
        {"plate": "K777OT25", "expect": "RU-PRI"},
        {"plate_code": "RU 186", "expect": "RU-KHM"},
        {"area_code": "JP 0564", "expect": "JP-23"},
        {"contrast": ["AU", "NZ"], "by": "bollards.red-band", "expect": "NZ"},
    ],
)
def test_a_known_fact_is_answered_rightly(quiz, fields):
    assert ask(quiz, **fields) == ""


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"cues": {"text.letter": "ő"}, "expect": "PL"}, "HU"),
        ({"plate_code": "RU 186", "expect": "RU-MOW"}, "RU-KHM"),
        ({"read": "qqq", "expect": "HU"}, "HU"),
        ({"cues": {"text.nothing": "x"}, "expect": "HU"}, "unknown cue"),
        ({"contrast": ["AU", "NZ"], "by": "bollards.red-band", "expect": "AU"}, "against"),
    ],
)
def test_a_wrong_answer_says_what_was_answered(quiz, fields, says):
    assert says in ask(quiz, **fields)


def test_places_that_fit_as_well_count_against_the_answer(quiz):
    left = {"cues": {"traffic.driving-side": "left"}, "expect": "GB"}
    assert ask(quiz, **left) != ""
    assert ask(quiz, **left, others=60) == ""
