from clues.cue import Cue
from clues.report.build import build
from clues.report.markdown import location_markdown
from tests.tiny import tiny_location


def test_the_summary_gives_answer_ranking_and_account():
    text = location_markdown(build(tiny_location([Cue.certain("text.language", "es")])))
    assert "**Spain, " in text
    assert "| Spain (ES) |" in text
    assert "(kb/clues/text/tiny.yaml:4)" in text
    assert "Look for next:" in text


def test_hostile_text_cannot_break_out_of_a_cell():
    note = "x | y\n# head <img src=x> [a](http://evil) `c` **b**"
    cue = Cue(variable="text.language", likelihood={"es": 1}, note=note)
    text = location_markdown(build(tiny_location([cue]), file="a\n# b"))
    (row,) = [line for line in text.splitlines() if "head" in line]
    assert r"x \| y" in row
    assert r"\<img" in row
    assert r"\[a\]" in row
    assert "\n# b" not in text
