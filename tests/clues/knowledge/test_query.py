import pytest

from clues.errors import UnknownCueError
from clues.knowledge.query import (
    country_shares,
    coverage,
    differences,
    facts_of,
    nearest_statements,
    regions_below,
    search,
    statements,
    who_has,
)
from tests.tiny import tiny_kb, tiny_world

KB, WORLD = tiny_kb(), tiny_world()


def test_facts_of_a_region_include_what_it_inherits():
    facts = {(f.variable.id, f.value): f for f in facts_of(KB, WORLD, "ES-AN")}
    assert facts["vegetation.palm", "present"].region == "ES-AN"
    assert facts["text.language", "es"].clue is not None
    assert ("text.language", "ja") not in facts


def test_elsewhere_is_what_the_other_countries_show_on_the_average():
    facts = {(f.variable.id, f.value): f for f in facts_of(KB, WORLD, "BR")}
    codes, shares = country_shares(KB, WORLD)
    rows = [(name, value) for name, by_value in KB.rules.items() for value in by_value]
    row = shares[rows.index(("vegetation.palm", "present"))]
    others = [share for code, share in zip(codes, row, strict=True) if code != "BR"]
    assert facts["vegetation.palm", "present"].elsewhere == pytest.approx(sum(others) / len(others))


def test_what_a_photo_from_there_may_be_expected_to_show_comes_first():
    facts = facts_of(KB, WORLD, "ES")
    bits = [fact.expected_bits for fact in facts]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > 0


def test_reverse_look_up_names_the_regions_of_a_value_most_frequent_first():
    shares = [fact.share for fact in who_has(KB, "vegetation.palm")]
    assert shares == sorted(shares, reverse=True)
    assert {f.region for f in who_has(KB, "traffic.driving-side", "left")} == {"JP"}
    absent = who_has(KB, "vegetation.palm", "absent")
    assert absent[0].region == "BR"


def test_an_unknown_cue_is_named_with_its_neighbours():
    with pytest.raises(UnknownCueError, match=r"vegetation\.palm"):
        who_has(KB, "vegetation.palms")


def test_differences_are_the_same_from_both_sides_with_the_sign_turned():
    ab = {(d.a.variable.id, d.a.value): d for d in differences(KB, WORLD, "ES", "JP")}
    ba = {(d.a.variable.id, d.a.value): d for d in differences(KB, WORLD, "JP", "ES")}
    assert ab.keys() == ba.keys()
    side = ab["traffic.driving-side", "left"]
    assert side.bits == pytest.approx(-ba["traffic.driving-side", "left"].bits)
    assert side.bits < 0
    assert side.expected_bits > 0


def test_nothing_tells_a_region_from_itself():
    assert differences(KB, WORLD, "ES", "ES") == []


def test_search_finds_cues_by_all_words_and_statements_by_what_they_say():
    assert [v.id for v in search(KB, "palm trees")] == ["vegetation.palm"]
    assert search(KB, "palm snow") == []
    assert [c.id for c in statements(KB, WORLD, "taiga")] == ["vegetation.birch.birches"]
    assert "vegetation.birch.birches" in {c.id for c in statements(KB, WORLD, "Russia birches")}


def test_where_no_statement_has_all_words_those_with_the_rarest_come_first():
    found = nearest_statements(KB, WORLD, "snowy taiga birches", 5)
    assert found[0].id == "vegetation.birch.birches"
    assert nearest_statements(KB, WORLD, "xyzzy", 5) == []


def test_coverage_counts_clues_by_country_and_family():
    table = coverage(KB, WORLD)
    assert table["ES"]["vegetation"] == 1
    assert table["JP"]["text"] == 1
    assert regions_below(KB, WORLD)["ES"] == 1
    assert "JP" not in regions_below(KB, WORLD)


def test_differences_of_exclusive_values_are_probabilities():
    shares = {}
    for d in differences(KB, WORLD, "ES", "JP"):
        if d.a.variable.kind == "categorical":
            shares.setdefault(d.a.variable.id, []).append(d.b.share)
    assert shares
    assert all(sum(found) <= 1 + 1e-9 for found in shares.values())
