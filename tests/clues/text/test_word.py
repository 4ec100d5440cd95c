import pytest

from clues.text.word import MAX_WORDS, clean, merge_lines, split_words
from tests.clues.text.samples import word, words


def test_words_of_one_row_make_a_line_and_other_rows_do_not():
    found = merge_lines([*words("cero emisiones", y=100), *words("EMT MADRID", y=10)])
    assert [line.text for line in found] == ["EMT MADRID", "cero emisiones"]


def test_words_far_apart_or_of_different_size_stay_apart():
    big = word("HOTEL", x=60, height=80)
    found = merge_lines([word("bar", width=50), big, word("sol", x=400)])
    assert sorted(line.text for line in found) == ["HOTEL", "bar", "sol"]


def test_right_to_left_lines_read_from_the_right():
    found = merge_lines([word("ירושלים", x=0), word("רחוב", x=95)])
    assert [line.text for line in found] == ["רחוב ירושלים"]


def test_ten_thousand_words_are_cut_to_the_surest():
    many = [word("noise", 0.3, x=i % 100 * 80, y=i // 100 * 30) for i in range(10_000)]
    found = merge_lines([*many, word("sure", 0.99, y=9000)])
    assert sum(len(line.words) for line in found) == MAX_WORDS
    assert any(line.text == "sure" for line in found)


def test_a_line_is_split_at_spaces_and_each_word_gets_its_part_of_the_polygon():
    polygon = ((0.0, 0.0), (100.0, 10.0), (100.0, 30.0), (0.0, 20.0))
    left, right = split_words("abcd efgh1", 0.9, polygon, 200, 100)
    assert (left.text, right.text) == ("abcd", "efgh1")
    assert left.box.x1 == pytest.approx(40)
    assert right.box.x0 == pytest.approx(50)
    assert right.box.x1 == pytest.approx(100)


def test_the_first_word_of_a_right_to_left_line_stands_at_its_right():
    polygon = ((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0))
    found = split_words("רחוב ירושלים", 0.9, polygon, 200, 100)
    assert found[0].box.x0 > found[1].box.x1
    assert [line.text for line in merge_lines(found)] == ["רחוב ירושלים"]


def test_boxes_are_cut_at_the_edge_and_words_outside_are_dropped():
    inside = ((-5.0, -5.0), (50.0, -5.0), (50.0, 20.0), (-5.0, 20.0))
    outside = ((300.0, 0.0), (350.0, 0.0), (350.0, 20.0), (300.0, 20.0))
    (kept,) = split_words("bar", 0.9, inside, 200, 100)
    assert kept.box.xyxy_px == (0, 0, 50, 20)
    assert split_words("bar", 0.9, outside, 200, 100) == []


def test_control_characters_and_loose_accents_are_cleaned():
    assert clean(" cafe\u0301\u200b \x00bar\n") == "café bar"
