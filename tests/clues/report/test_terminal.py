import io

import pytest
from rich.console import Console

from clues.cue import Cue
from clues.pipeline import Failure
from clues.report.build import build, cue_entries
from clues.report.terminal import Bar, batch_table, cues_table, location_text
from tests.tiny import tiny_kb, tiny_location, tiny_world

SPANISH = Cue(variable="text.language", likelihood={"es": 1}, detector="ocr", note='reads "calle"')


def shown(renderable, width=80, encoding="utf-8", **options) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    Console(file=file, width=width, **options).print(renderable)
    return file.buffer.getvalue().decode(encoding)


def test_a_report_says_what_where_why_and_what_next():
    failure = Failure("bollards", "needs the extra [detect].")
    text = shown(location_text(build(tiny_location([SPANISH], failures=(failure,)))))
    for part in (
        "Spain, ", 'reads "calle"', "Why Spain and not", "kb/clues/text/tiny.yaml:4",
        "example.org", "Do you see palm trees?", "needs the extra [detect].",
    ):  # fmt: skip
        assert part in text


def test_piped_text_is_plain_and_fits_the_width():
    text = shown(location_text(build(tiny_location([SPANISH]))))
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("note", ["\x1b]0;owned\x07\x1b[2J", "[bold red]x[/bold red]", "a\u202eb"])
def test_writing_read_in_a_photo_cannot_steer_the_terminal(note):
    cue = SPANISH.model_copy(update={"note": note})
    report = build(tiny_location([cue]), file=note)
    text = shown(location_text(report), force_terminal=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    if "bold" in note:
        assert note in text


def test_terminals_without_unicode_get_plain_bars():
    assert shown(Bar(0, 0.5, 10, "cyan"), encoding="ascii").strip() == "#####"


def test_a_zero_bar_is_empty_and_a_tiny_one_visible():
    assert shown(Bar(0, 0, 10, "cyan")).strip() == ""
    assert shown(Bar(0, 1e-6, 10, "cyan")).strip() == "▏"


def test_contradicting_cues_are_pointed_out():
    cues = [Cue.certain("text.language", "ja"), Cue.certain("plates.blue-strip", "present")]
    cues += [Cue.certain("vegetation.birch", "present"), Cue.certain("vegetation.palm", "present")]
    report = build(tiny_location(cues))
    warned = "contradict" in shown(location_text(report))
    assert warned == (report.conflict_bits > 2)
    assert "contradict" not in shown(location_text(build(tiny_location([SPANISH]))))
    louder = report.model_copy(update={"conflict_bits": 5.5})
    assert "5.5 bits of conflict" in shown(location_text(louder))


def test_cues_and_batches_are_tables():
    location = tiny_location([SPANISH])
    entries = cue_entries(location.extraction, tiny_kb(), tiny_world())
    assert "Spanish" in shown(cues_table(entries))
    assert "No cues" in shown(cues_table([]))
    report = build(location, file="a/b.jpg")
    text = shown(batch_table([report, report]))
    assert text.count("a/b.jpg") == 2
    assert "Spain" in text
