from datetime import date

import numpy as np
import pytest

from clues.cue import Cue
from clues.errors import UnknownCueError
from clues.knowledge.base import KnowledgeBase, default_elsewhere, merge, share_the_rest
from clues.knowledge.model import FREQUENCY_WORDS, Clue, Seen, Variable

PALM = Variable(id="vegetation.palm", says="Palm trees")
LINE = Variable(
    id="roads.line", says="Centre line", kind="categorical", values=["white", "yellow", "none"]
)
VARIABLES = {v.id: v for v in (PALM, LINE)}


def clue(slug="a", cue="vegetation.palm", status="authored", **fields) -> Clue:
    day = date(2026, 11, 24)
    return Clue(
        id=f"{cue}.{slug}", cue=cue, says="Palms grow there.", status=status, since=day,
        sources=[{"url": "https://palms.org", "checked": day}], **fields,
    )  # fmt: skip


def test_clues_on_one_value_merge_and_the_default_fills_the_rest():
    rules, problems = merge(
        [clue("a", where={"PH": "common"}), clue("b", where={"ES": "occasional"})], VARIABLES
    )
    rule = rules["vegetation.palm"]["present"]
    assert not problems
    assert rule.where["PH"][0] == 0.4
    assert rule.where["ES"][1].id == "vegetation.palm.b"
    assert rule.elsewhere == FREQUENCY_WORDS["rare"]


def test_contradictions_are_reported_with_both_clues():
    _, problems = merge(
        [clue("a", where={"PH": "common"}), clue("b", where={"PH": "rare"})], VARIABLES
    )
    assert len(problems) == 1
    assert "vegetation.palm.a" in problems[0].what
    assert "vegetation.palm.b" in problems[0].what


def test_absent_folds_into_present():
    rules, _ = merge([clue(value="absent", where={"GL": "always"})], VARIABLES)
    assert rules["vegetation.palm"]["present"].where["GL"][0] == pytest.approx(0.02)


def test_counts_update_the_authored_share_and_never_reach_0_or_1():
    authored = clue("a", where={"PH": 0.5})
    counts = Seen(seen=0, of=12)
    measured = clue("m", status="measured", where={"PH": counts, "FI": Seen(seen=0, of=1000)})
    rules, problems = merge([measured, authored], VARIABLES)
    where = rules["vegetation.palm"]["present"].where
    assert not problems
    assert where["PH"][0] == pytest.approx(0.25)  # 12 photos against an author worth 12 photos
    assert 0 < where["FI"][0] < 0.001


def test_many_exclusive_values_leave_less_for_each_elsewhere():
    assert default_elsewhere(PALM) == 0.02
    many = Variable(id="a.b", says="Many", kind="categorical", values=[str(i) for i in range(100)])
    assert default_elsewhere(many) == pytest.approx(0.002)


def test_unknown_cues_and_values_are_named_with_suggestions():
    kb = KnowledgeBase(VARIABLES, ())
    with pytest.raises(UnknownCueError, match=r"vegetation\.palm"):
        kb.variable("vegetation.plam")
    with pytest.raises(UnknownCueError, match="yellow"):
        kb.check(Cue.certain("roads.line", "yelow"))


@pytest.mark.parametrize(
    ("named", "others", "kept", "left"),
    [
        (0.1, 0.1, 0.1, 0.9),  # what is said to be rare stays rare
        (0.9, 0.6, 0.9, 0.1),
        (0.0, 0.3, 0.0, 1.0),
        (1.0, 0.1, 1 / 1.02, 0.02 / 1.02),  # nothing is ever exactly 0
        (0.8, 0.0, 1.0, 0.0),  # all values are named
        (0.95, 0.001, 0.95 / 0.951, 0.001 / 0.951),  # no more than elsewhere of a rounding rest
    ],
)
def test_values_that_no_clue_names_share_what_is_left(named, others, kept, left):
    keep, scale = share_the_rest(np.array(named), np.array(others))
    assert named * keep == pytest.approx(kept)
    assert others * scale == pytest.approx(left)


def test_what_is_rarer_than_rare_where_it_is_listed_is_no_commoner_elsewhere():
    def elsewhere(where):
        clue = Clue.model_validate(
            {
                "id": "vegetation.palm.list",
                "cue": "vegetation.palm",
                "says": "Palms are rare.",
                "where": where,
                "sources": [{"title": "a book"}],
                "since": "2026-11-28",
            }
        )
        return merge([clue], VARIABLES)[0]["vegetation.palm"]["present"].elsewhere

    rare = {"FR": 0.002, "ES": 0.01, "IT": 0.004, "GR": 0.001, "PT": 0.003}
    assert elsewhere(rare) == pytest.approx(0.003)
    assert elsewhere({"FR": 0.002}) == pytest.approx(0.02)
    assert elsewhere(dict.fromkeys(rare, "common")) == pytest.approx(0.02)
