"""Every validator passes on a sound knowledge base and fails on one that has its fault."""

from datetime import date, timedelta
from typing import Any

import pytest

from clues.knowledge.base import KnowledgeBase
from clues.knowledge.lint import Context, Severity, lint, validators
from clues.knowledge.model import Clue, FamilySettings, FusionSettings, Variable
from clues.knowledge.problem import Problem
from tests.tiny import DAY, tiny_world

PALM = Variable(id="vegetation.palm", says="Palm trees", question="Do you see palm trees?")
SIDE = Variable(
    id="traffic.driving-side", says="Driving side", kind="categorical",
    values={"left": "Left", "right": "Right"}, question="On which side does traffic drive?",
)  # fmt: skip
CODE = Variable(
    id="text.calling-code", says="Calling code", kind="categorical",
    values={"81": "Japan", "34": "Spain"}, question="Which calling code can you read?",
)  # fmt: skip
MONEY = Variable(
    id="text.currency", says="Currency", kind="categorical",
    values={"EUR": "Euro", "JPY": "Yen"}, question="In which currency are prices?",
)  # fmt: skip
SILENT = Variable(id="text.hum", says="A hum")
SOURCE = {"url": "https://www.plonkit.net/spain", "checked": DAY}


def clue(**changes: Any) -> Clue:
    fields: dict[str, Any] = {
        "id": "vegetation.palm.coast",
        "cue": "vegetation.palm",
        "value": "present",
        "says": "Palms line the southern coasts.",
        "where": {"ES-AN": "common", "BR": "occasional"},
        "sources": [SOURCE],
        "since": DAY,
        "file": "kb/clues/vegetation/tiny.yaml",
        "line": 7,
    }
    return Clue(**{**fields, **changes})


def of_side(value: str, slug: str, **changes: Any) -> Clue:
    return clue(id=f"{SIDE.id}.{slug}", cue=SIDE.id, value=value, **changes)


SOUND = [clue(), of_side("left", "japan", says="Japan keeps left.", where={"JP": "always"})]
VARIABLES = [PALM, SIDE]
TEXTS = {"guide": "We saw that tall palms with grey trunks line the southern coasts of the land."}

# validator: clues that it must complain of, and the variables they need besides the usual ones
FAULTS: dict[str, tuple[list[Clue], list[Variable]]] = {
    "unknown-region": ([clue(where={"XX": "common"})], []),
    "no-information": ([clue(where={"BR": 0.02}, elsewhere=0.02)], []),
    "redundant-region": ([clue(where={"ES": "common", "ES-AN": "common"})], []),
    "sum-of-values": (
        [
            of_side("left", "a", where={"ES": "usual"}),
            of_side("right", "b", says="Others keep right.", where={"ES": "usual"}),
        ],
        [],
    ),
    "duplicate": ([clue(), clue(id="vegetation.palm.again")], []),
    "source": ([clue(sources=[{"url": "https://example.org/palms", "checked": DAY}])], []),
    "unchecked": ([clue(sources=[{"url": "https://www.plonkit.net/spain"}])], []),
    "checked-date": ([clue(sources=[{**SOURCE, "checked": DAY + timedelta(days=30)}])], []),
    "unobservable": ([clue(id="text.hum.a", cue=SILENT.id)], [SILENT]),
    "unused-cue": ([clue()], [CODE]),
    "vague-wording": ([clue(says="Palms and so on.")], []),
    "not-a-sentence": ([clue(says="palms")], []),
    "copied-text": (
        [clue(says="Tall palms with grey trunks line the southern coasts of the land.")],
        [],
    ),
    "contradicts-tables": (
        [
            clue(id=f"{CODE.id}.a", cue=CODE.id, value="81", where={"ES": "usual"}),
            clue(id=f"{MONEY.id}.a", cue=MONEY.id, value="JPY", where={"ES": "usual"}),
        ],
        [CODE, MONEY],
    ),
    "unknown-settings": ([clue()], []),
}
MISNAMED = FusionSettings(designed={"vegetaton": FamilySettings()})


def issues_of(
    clues: list[Clue], extra: list[Variable], name: str, settings: FusionSettings | None = None
) -> list[Any]:
    variables = {v.id: v for v in [*VARIABLES, *extra]}
    kb = KnowledgeBase(variables, tuple(clues), settings or FusionSettings())
    context = Context(kb, tiny_world(), DAY, texts=TEXTS)  # type: ignore[arg-type]
    return lint(context, only={name})


def test_every_validator_has_a_fixture():
    assert set(FAULTS) == set(validators)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_validator_finds_its_fault_and_says_where_and_how_to_mend_it(name: str):
    clues, extra = FAULTS[name]
    found = issues_of(clues, extra, name, MISNAMED)
    assert found
    for issue in found:
        assert issue.validator == name
        assert issue.problem.mend
        assert issue.problem.file.endswith(".yaml")
        assert issue.problem.line >= 1


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_validator_is_silent_on_a_sound_knowledge_base(name: str):
    assert issues_of(SOUND, [], name) == []


def test_sources_age():
    old = clue(sources=[{**SOURCE, "checked": date(2020, 1, 1)}])
    assert "years ago" in str(issues_of([old], [], "checked-date")[0])


def test_problems_of_form_are_listed_with_the_rest_and_sorted():
    kb = KnowledgeBase({PALM.id: PALM}, (clue(says="palms"),))
    form = [Problem("a.yaml", 1, "a key is unknown", "remove it")]
    context = Context(kb, tiny_world(), DAY)  # type: ignore[arg-type]
    found = lint(context, form, only={"not-a-sentence"})
    assert [issue.validator for issue in found] == ["form", "not-a-sentence"]
    assert found[0].severity is Severity.ERROR
