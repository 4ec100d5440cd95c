from itertools import pairwise

import pytest

from clues.cue import Cue
from clues.report.build import build
from clues.report.ledger import ledger, without_lines
from tests.tiny import tiny_location

CUES = [
    Cue.certain("text.language", "es"),
    Cue.certain("vegetation.palm", "present"),
    Cue.certain("plates.blue-strip", "present"),
    Cue.certain("traffic.driving-side", "right"),
]


def test_bars_follow_each_other_from_even_odds_to_the_sum():
    report = build(tiny_location(CUES))
    *steps, total = ledger(report, report.against_runner_up)
    assert steps[0].begin == pytest.approx(steps[0].zero)
    for before, after in pairwise(steps):
        assert after.begin == pytest.approx(before.end)
    assert total.end == pytest.approx(steps[-1].end)
    assert total.bits == pytest.approx(sum(step.bits for step in steps))
    assert all(0 <= edge <= 1 for step in steps for edge in (step.begin, step.end))


def test_weak_cues_are_pooled_and_nothing_is_lost():
    report = build(tiny_location(CUES))
    why = report.against_rest
    *steps, total = ledger(report, why, most=1)
    assert steps[-1].title == "3 more cues"
    assert sum(step.bits for step in steps) == pytest.approx(why.log_odds_bits)
    assert total.title.startswith("Sum: odds of ")


def test_an_excluded_rival_has_no_odds():
    report = build(tiny_location(CUES, within="ES"))
    *_, total = ledger(report, report.against_runner_up)
    assert total.bits is None
    assert total.title == "Sum"


def test_cues_without_which_another_country_leads_are_named():
    report = build(tiny_location([Cue.certain("text.language", "es")]))
    (line,) = without_lines(report)
    assert line.startswith("Without 'Language of the writing: Spanish', ")
    assert line.endswith(" would rank first.")
