import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clues.cue import PERSON, Cue
from clues.errors import UnknownCueError, UnknownRegionError
from clues.inference import Tables
from clues.inference.evidence import EvidenceModel
from clues.inference.fusion import Engine, _sighted, effective_number
from clues.knowledge import KnowledgeBase
from clues.knowledge.model import FamilySettings, FusionSettings
from tests.tiny import tiny_kb, tiny_world

KB = tiny_kb()
ASKABLE = [v for v in KB.variables.values() if v.value_ids]
PLACES = ["ES", "PT-11", "asia", "RU-NVS", "geo:40.4,-3.7;u=15000", "geo:35.6,139.7", "elsewhere"]


@st.composite
def virtual_cues(draw) -> Cue:
    variable = draw(st.sampled_from([*ASKABLE, KB.variables["text.place-name"]]))
    values = list(variable.value_ids) or PLACES
    names = draw(st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True))
    weights = draw(st.lists(st.floats(1e-6, 1e6), min_size=len(names), max_size=len(names)))
    return Cue(variable=variable.id, likelihood=dict(zip(names, weights, strict=True)))


cue_lists = st.lists(virtual_cues(), max_size=6)


@settings(max_examples=60, deadline=None)
@given(cue_lists)
def test_the_posterior_is_normalised_and_finite(engine, log_prior, cues):
    fusion = engine.fuse(cues, log_prior)
    p = fusion.posterior.probability
    assert np.isfinite(fusion.log_joint).all()
    assert p.sum() == pytest.approx(1)
    assert (p > 0).all()
    assert math.isfinite(fusion.conflict_bits)
    assert math.isfinite(fusion.told_bits)


@settings(max_examples=40, deadline=None)
@given(cue_lists, st.randoms())
def test_the_order_of_cues_does_not_matter(engine, log_prior, cues, random):
    shuffled = random.sample(cues, len(cues))
    a, b = engine.fuse(cues, log_prior), engine.fuse(shuffled, log_prior)
    np.testing.assert_allclose(a.posterior.probability, b.posterior.probability, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(virtual_cues(), st.integers(2, 4))
def test_a_repeated_cue_counts_once(engine, log_prior, cue, times):
    once, often = engine.fuse([cue], log_prior), engine.fuse([cue] * times, log_prior)
    np.testing.assert_allclose(once.log_joint, often.log_joint, atol=1e-12)
    assert len(often.repeated) == times - 1


def test_only_what_changed_is_looked_up_again(log_prior, monkeypatch):
    engine, looked_up = Engine(Tables(KB, tiny_world())), []
    all_evidence = EvidenceModel.all_evidence

    def count(model, cues):
        looked_up.extend(cue.variable for cue, _ in cues)
        return all_evidence(model, cues)

    monkeypatch.setattr(EvidenceModel, "all_evidence", count)
    spanish = Cue.certain("text.language", "es")
    sign = Cue(variable="text.place-name", likelihood={"ES": 1.0, "elsewhere": 0.2})
    engine.fuse([spanish, sign], log_prior)
    weaker = engine.fuse([spanish, sign.tempered(0.5)], log_prior)
    assert looked_up == ["text.language", "text.place-name", "text.place-name"]
    afresh = Engine(Tables(KB, tiny_world())).fuse([spanish, sign.tempered(0.5)], log_prior)
    np.testing.assert_array_equal(weaker.log_joint, afresh.log_joint)
    looked_up.clear()
    elsewhere = np.where(tiny_world().leaf_mask("ES"), -np.inf, log_prior)
    engine.fuse([spanish], elsewhere)  # evidence is relative to the prior
    assert looked_up == ["text.language"]


def test_an_unobserved_or_uninformative_cue_is_exactly_0_bits(engine, log_prior):
    nothing = engine.fuse([], log_prior)
    np.testing.assert_array_equal(nothing.log_joint, log_prior)
    even = Cue(variable="vegetation.palm", likelihood={"present": 0.3, "absent": 0.3})
    (term,) = engine.fuse([even], log_prior).terms
    np.testing.assert_allclose(term.evidence.log_ratio, 0, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(ASKABLE), st.data())
def test_a_certain_cue_never_raises_the_region_that_it_lowers_most(engine, log_prior, new, data):
    """It may only be told of a family that has not spoken yet: within one, cues share their say."""
    value = data.draw(st.sampled_from(list(new.value_ids)))
    others = [c for c in data.draw(cue_lists) if c.family != new.family]
    before = engine.fuse(others, log_prior).posterior
    added = engine.fuse([*others, Cue.certain(new.id, value)], log_prior)
    (term,) = [t for t in added.terms if t.cue.variable == new.id]
    atoms = engine.tables.atoms
    lowered = np.isclose(term.evidence.log_ratio, term.evidence.log_ratio.min())[atoms.of_leaf]
    now, then = added.posterior.probability[lowered], before.probability[lowered]
    assert (now <= then * (1 + 1e-9)).all()


def test_no_single_cue_can_exclude_the_truth(engine, log_prior):
    posterior = engine.fuse([Cue.certain("text.language", "ru")], log_prior).posterior
    assert posterior.regions("country", 1)[0].region.code == "RU"
    assert posterior.probability_of("JP") > 1e-3


def test_a_place_read_moves_the_leaves_around_it(engine, log_prior):
    cue = Cue(
        variable="text.place-name", likelihood={"geo:40.4,-3.7;u=15000": 1.0, "elsewhere": 0.01}
    )
    posterior = engine.fuse([cue], log_prior).posterior
    assert posterior.regions("subdivision", 1)[0].region.code == "ES-MD"


def test_the_most_specific_region_wins_in_a_likelihood(engine, log_prior):
    cue = Cue(variable="text.place-name", likelihood={"ES": 1.0, "ES-AN": 0.01, "elsewhere": 0.01})
    posterior = engine.fuse([cue], log_prior).posterior
    assert posterior.probability_of("ES-MD") > 10 * posterior.probability_of("ES-AN")


def test_evidence_outside_the_prior_says_nothing_rather_than_breaking(engine, log_prior):
    only_japan = np.where(tiny_world().leaf_mask("JP"), log_prior, -np.inf)
    cue = Cue(variable="text.place-name", likelihood={"ES": 1.0})
    posterior = engine.fuse([cue], only_japan).posterior
    assert posterior.probability_of("JP") == pytest.approx(1)


def test_what_was_told_is_the_divergence_from_the_prior(engine, log_prior):
    assert engine.fuse([], log_prior).told_bits == 0
    only_spain = np.where(engine.tables.world.leaf_mask("ES"), log_prior, -np.inf)
    assert engine.fuse([], only_spain).told_bits == pytest.approx(0, abs=1e-9)
    fusion = engine.fuse([Cue.certain("text.language", "ja")], log_prior)
    prior, p = np.exp(log_prior - np.logaddexp.reduce(log_prior)), fusion.posterior.probability
    assert fusion.told_bits == pytest.approx((p * np.log2(p / prior)).sum())
    assert fusion.told_bits > 1


def test_the_cue_that_fits_the_others_least_is_found(engine, log_prior):
    said = [
        ("text.language", "ja"),
        ("traffic.driving-side", "left"),
        ("vegetation.birch", "present"),
    ]
    said += [("plates.blue-strip", "present")]
    cues = [Cue.certain(*pair) for pair in said]
    fusion = engine.fuse(cues, log_prior)
    without = [
        engine.fuse([c for c in cues if c is not one], log_prior).conflict_bits for one in cues
    ]
    assert fusion.misfit is cues[without.index(min(without))]
    assert engine.fuse(cues[:2], log_prior).misfit is None


def test_agreeing_cues_do_not_conflict_and_contradicting_ones_do(engine, log_prior):
    def conflict(*pairs: tuple[str, str]) -> float:
        return engine.fuse([Cue.certain(*pair) for pair in pairs], log_prior).conflict_bits

    assert conflict(("text.language", "ja"), ("traffic.driving-side", "left")) < 0
    assert conflict(("text.language", "ru"), ("traffic.driving-side", "left")) > 1


def test_redundancy_lets_many_equal_cues_share_and_one_strong_cue_keep_its_say():
    assert effective_number([2.0]) == 1
    assert effective_number([1.0, 1.0, 1.0]) == pytest.approx(3)
    assert effective_number([5.0, 0.01, 0.01]) == pytest.approx(1, abs=0.01)
    assert effective_number([]) == effective_number([0.0]) == 1


def test_a_family_of_weight_0_says_nothing(log_prior, engine):
    mute = FusionSettings(families={"text": FamilySettings(weight=0)})
    kb = type(KB)(KB.variables, KB.clues, mute, "mute")
    fusion = Engine(type(engine.tables)(kb, tiny_world())).fuse(
        [Cue(variable="text.language", likelihood={"ru": 1.0}, detector="ocr")], log_prior
    )
    np.testing.assert_allclose(fusion.log_joint, log_prior)


def test_a_persons_word_does_not_carry_a_networks_doubts(log_prior, engine):
    doubted = FusionSettings(default=FamilySettings(weight=0.1, background=0.5))
    kb = type(KB)(KB.variables, KB.clues, doubted, "doubted")
    fuse = Engine(type(engine.tables)(kb, tiny_world())).fuse
    by_person = fuse([Cue.certain("text.language", "ru")], log_prior).posterior
    by_network = fuse(
        [Cue(variable="text.language", likelihood={"ru": 1.0}, detector="ocr")], log_prior
    ).posterior
    assert by_person.probability_of("RU") > by_network.probability_of("RU")


@pytest.mark.parametrize(
    ("cue", "error", "says"),
    [
        (
            Cue.certain("vegetation.plam", "present"),
            UnknownCueError,
            "did you mean vegetation.palm",
        ),
        (Cue.certain("text.language", "xx"), UnknownCueError, "no value 'xx'"),
        (Cue.certain("text.place-name", "ZZ"), UnknownRegionError, "ZZ"),
        (Cue.certain("text.place-name", "geo:99,0"), UnknownRegionError, "outside"),
        (Cue.certain("text.place-name", "geo:x"), UnknownRegionError, "no geo URI"),
    ],
)
def test_unknown_cues_values_and_places_give_one_sentence(engine, log_prior, cue, error, says):
    with pytest.raises(error, match=says):
        engine.fuse([cue], log_prior)


@settings(max_examples=40, deadline=None)
@given(cue_lists)
def test_the_joint_is_the_prior_plus_each_term_alone(engine, log_prior, cues):
    fusion, of_leaf = engine.fuse(cues, log_prior), engine.tables.atoms.of_leaf
    expected = log_prior.copy()
    for term in fusion.terms:
        expected += term.coefficient * term.evidence.on_leaves(of_leaf)
    np.testing.assert_allclose(fusion.log_joint, expected, atol=1e-9)


def test_a_variable_with_settings_of_its_own_counts_apart_from_its_family(log_prior):
    trees, own = FamilySettings(weight=0.5, redundancy=1), FamilySettings(weight=0.9, redundancy=0)
    seen = {"likelihood": {"present": 1.0, "absent": 0.01}, "detector": "scene"}
    palm, birch = (Cue(variable=f"vegetation.{tree}", **seen) for tree in ("palm", "birch"))

    def coefficients(**designed):
        settings = FusionSettings(default=trees, designed=designed)
        kb = KnowledgeBase(KB.variables, KB.clues, settings, "test")
        fusion = Engine(Tables(kb, tiny_world())).fuse([palm, birch], log_prior)
        return {term.cue.variable: term.coefficient for term in fusion.terms}

    together = coefficients()
    assert max(together.values()) < 0.5  # they share their say
    apart = coefficients(**{"vegetation.palm": own})
    assert apart == {"vegetation.palm": 0.9, "vegetation.birch": 0.5}


def test_of_two_words_that_a_person_reads_each_counts(engine, log_prior):
    def word(note, detector):
        places = {"ES": 1.0, "elsewhere": 0.1}
        return Cue(variable="text.place-name", likelihood=places, note=note, detector=detector)

    words = [word("reads 'calle'", PERSON), word("reads 'farmacia'", PERSON)]
    assert engine.fuse(words, log_prior).repeated != ()
    words = [cue.model_copy(update={"variable": "text.street-word"}) for cue in words]
    seen = [cue.model_copy(update={"detector": "ocr"}) for cue in words]
    assert _sighted(words[0]) != _sighted(words[1])
    assert _sighted(seen[0]) == _sighted(seen[1])
