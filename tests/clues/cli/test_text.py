"""`--text`: what a person reads in the photo counts in `clues locate` and in `clues ask`."""

import json

import pytest

from clues.cli import locate as commands


def test_words_count_without_a_photo(clues):
    found = json.loads(clues("locate", "--text", "EN JIUTEPEC", "-f", "json").out)
    assert found["country"] == "MX"


def test_a_dialogue_starts_from_the_words(clues, monkeypatch):
    monkeypatch.setattr(commands.typer, "prompt", lambda *_, **__: "q")
    assert "Mexico" not in first_line(clues("ask").out)
    assert "Mexico leads" in first_line(clues("ask", "--text", "EN JIUTEPEC").out)


@pytest.mark.parametrize("command", ["locate", "ask"])
def test_words_too_long_are_refused_in_a_sentence(clues, command):
    ran = clues(command, "--text", "x" * 100_000)
    assert (ran.code, len(ran.said)) == (1, 1)


def first_line(out: str) -> str:
    return next(line.strip() for line in out.splitlines() if line.strip())
