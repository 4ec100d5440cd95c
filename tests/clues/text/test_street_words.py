import time

import pytest

from clues.text.street_words import match_words, read_street_words, street_word_cue
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Ulica", "PL"),
        ("Hauptstraße", "DE"),
        ("HAUPTSTRASSE", "AT"),
        ("Storgatan", "SE"),
        ("eczanesi", "TR"),
        ("Rruga", "AL"),
        ("jalan", "ID"),
        ("farmacia", "IT"),
        ("FARMÁCIA", "PT"),
        ("вулиця", "UA"),
        ("дэлгүүр", "MN"),
        ("駐車場入口", "JP"),
        ("ARRÊT", "CA-QC"),
        ("PARE", "BR"),
        ("ALTO", "MX"),
        ("DUR", "TR"),
        ("Ausfahrt", "DE"),
        ("Sortie", "FR"),
        ("Saída", "BR"),
        ("no through road", "GB"),
        ("gyogyszertar", "HU"),  # accents lost
        ("Φαρμακείο", "GR"),
        ("სასტუმრო", "GE"),
        ("ร้านขายยา", "TH"),
    ],
)
def test_a_word_supports_where_it_is_written(text, place):
    cue = street_word_cue(text, 0.95)
    assert cue.likelihood[place] == max(cue.likelihood.values())
    assert cue.likelihood[place] > 2 * cue.likelihood["elsewhere"]


def test_accents_that_were_read_count_and_lost_ones_cost():
    accented, plain = street_word_cue("FARMÁCIA"), street_word_cue("FARMACIA")
    assert "IT" not in accented.likelihood or accented.likelihood["IT"] < 0.2
    assert plain.likelihood["IT"] == 1.0
    assert 0 < plain.likelihood["PT"] < 1.0


def test_one_wrong_letter_in_a_long_word_counts_a_little():
    exact, near = street_word_cue("Apotheke"), street_word_cue("Apothoke")
    assert near.likelihood["DE"] == 1.0
    assert near.likelihood["elsewhere"] > exact.likelihood["elsewhere"]
    assert "like" in near.note


def test_an_ordinary_word_is_no_misread_one():
    assert street_word_cue("schoul") is not None
    assert street_word_cue("school") is None


@pytest.mark.parametrize(
    "text",
    ["", "hello", "Colgate", "Brigade", "Market", "STOP", "12345", "Xq", "🛒🛒🛒", "a" * 50_000],
)
def test_words_written_anywhere_say_nothing(text):
    assert street_word_cue(text) is None


def test_phrases_win_over_their_words():
    cues = read_street_words([line("nowhere"), line("Vendo panadería y vado permanente")])
    assert any("vado permanente" in cue.note for cue in cues)


def test_matches_come_best_first():
    agreement = [match.agreement for match in match_words("strasse")]
    assert agreement == sorted(agreement, reverse=True)


def test_ten_thousand_words_do_not_hang():
    start = time.perf_counter()
    read_street_words([line(" ".join(f"wort{i}" for i in range(400)))])
    assert time.perf_counter() - start < 30  # a guard against runaway, not a benchmark
