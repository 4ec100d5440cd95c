import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clues.cue import Cue
from clues.inference import Explainer, next_questions
from tests.clues.inference.test_fusion import cue_lists
from tests.tiny import tiny_world

REGIONS = [code for code in tiny_world().regions if code != "world"]
pairs = st.lists(st.sampled_from(REGIONS), min_size=2, max_size=2, unique=True)


@settings(max_examples=60, deadline=None)
@given(cue_lists, pairs)
def test_contributions_sum_to_the_log_odds(engine, log_prior, cues, pair):
    import math

    a, b = pair
    fusion = engine.fuse(cues, log_prior)
    explained = Explainer(engine, fusion).contrast(a, b)
    p = fusion.posterior
    odds = math.log2(p.probability_of(a) / p.probability_of(b))
    total = explained.prior_bits + sum(c.bits for c in explained.contributions)
    assert total == pytest.approx(odds, abs=1e-6)
    assert explained.log_odds_bits == pytest.approx(odds, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(cue_lists, st.sampled_from(REGIONS))
def test_against_anywhere_else_they_sum_to_the_regions_own_log_odds(engine, log_prior, cues, a):
    import math

    fusion = engine.fuse(cues, log_prior)
    p = fusion.posterior.probability_of(a)
    explained = Explainer(engine, fusion).contrast(a)
    assert explained.log_odds_bits == pytest.approx(math.log2(p / (1 - p)), abs=1e-6)


def test_swapping_the_regions_swaps_the_signs(engine, log_prior):
    cues = [Cue.certain("text.language", "es"), Cue.certain("vegetation.palm", "present")]
    explainer = Explainer(engine, engine.fuse(cues, log_prior))
    there, back = explainer.contrast("ES", "PT"), explainer.contrast("PT", "ES")
    assert [c.bits for c in there.contributions] == pytest.approx(
        [-c.bits for c in back.contributions]
    )


def test_a_contribution_names_the_clues_that_say_so(engine, log_prior):
    fusion = engine.fuse([Cue.certain("vegetation.palm", "present")], log_prior)
    (one,) = Explainer(engine, fusion).contrast("ES-AN", "RU").contributions
    assert one.bits > 0
    assert one.clue_a is not None
    assert one.clue_a.id == "vegetation.palm.palms"
    assert one.clue_b is None  # nothing particular is said of Russia


def test_a_region_is_spoken_for_by_its_likeliest_part_where_nothing_speaks_for_it(
    engine, log_prior
):
    fusion = engine.fuse([Cue.certain("vegetation.palm", "present")], log_prior)
    (one,) = Explainer(engine, fusion).contrast("ES", "RU").contributions
    assert one.clue_a is not None  # it names ES-AN alone
    assert one.clue_a.id == "vegetation.palm.palms"


def test_leaving_a_cue_out_says_what_it_was_worth(engine, log_prior):
    cues = [Cue.certain("text.language", "ru"), Cue.certain("vegetation.birch", "present")]
    left_out = Explainer(engine, engine.fuse(cues, log_prior)).leave_one_out("RU")
    assert {one.cue.variable for one in left_out} == {c.variable for c in cues}
    assert all(one.bits > 0 for one in left_out)
    birch = next(one for one in left_out if one.cue == cues[1])
    full = Explainer(engine, engine.fuse(cues, log_prior)).contrast("RU")
    rest = Explainer(engine, engine.fuse(cues[:1], log_prior)).contrast("RU")
    assert birch.bits == pytest.approx(full.log_odds_bits - rest.log_odds_bits)


def test_the_best_question_separates_what_is_still_likely(engine, log_prior):
    fusion = engine.fuse([Cue.certain("plates.blue-strip", "present")], log_prior)
    questions = next_questions(engine.tables, fusion)
    assert questions[0].variable.id == "text.language"  # Spain, Portugal or France?
    assert all(q.variable.id != "plates.blue-strip" for q in questions)
    assert questions == sorted(questions, key=lambda q: -q.bits)
    assert sum(questions[0].expected.values()) == pytest.approx(1)


def test_the_expected_gain_is_the_mean_drop_of_entropy(engine, log_prior):
    """Check the closed form against answering the question each way."""
    fusion = engine.fuse([], log_prior)
    (best,) = next_questions(engine.tables, fusion, top=1)
    drop = 0.0
    for value, p in best.expected.items():
        told = engine.fuse([Cue.certain(best.variable.id, value)], log_prior)
        drop += p * (fusion.posterior.entropy_bits - told.posterior.entropy_bits)
    assert best.bits == pytest.approx(drop, abs=1e-6)
