"""`clues app` starts the app in its own process, with the optional detectors asked for."""

import importlib
import sys

import pytest


@pytest.fixture
def started(monkeypatch):
    pytest.importorskip("streamlit")
    found = []
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(
        importlib.import_module("ui.start"), "main", lambda also: found.append([*sys.argv, *also])
    )
    return found


def test_it_listens_here_alone_and_asks_nobody(clues, started):
    assert clues("app", "--port", "8502").code == 0
    assert started[0][0] == "streamlit"
    assert "--server.address=localhost" in started[0]
    assert "--server.port=8502" in started[0]
    assert "--browser.gatherUsageStats=false" in started[0]


def test_optional_detectors_come_along(clues, started):
    assert clues("app", "--with", "clip").code == 0
    assert started[0][-1] == "clip"


def test_an_unknown_detector_is_noticed_before_the_app_starts(clues, started):
    ran = clues("app", "--with", "nonsense")
    assert (ran.code, started) == (1, [])
    assert "nonsense" in ran.err


def test_a_missing_extra_is_one_sentence(clues, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    ran = clues("app")
    assert (ran.code, len(ran.said)) == (1, 1)
    assert "clues[ui" in ran.err
