"""Optional detectors from the command line, and the question before a photo leaves the machine."""

import io
import json
import socket
import sys

import pytest

import clues as library
from clues import pipeline
from clues.cli import optional
from clues.errors import CluesError
from clues.pipeline import Locator
from tests.detectors.vision_language.server import good, serving


@pytest.fixture
def run(clues, stub_locator, monkeypatch):
    """Run with the stub detector and the optional ones that are asked for."""
    kb, given = stub_locator.kb, stub_locator.detectors
    monkeypatch.setattr(optional, "make_locator", lambda also=(), **_: Locator(kb, given, also))
    for name in ("CLUES_MODEL_URL", "CLUES_MODEL", "CLUES_MODEL_KEY", "CLUES_SEND_PHOTO"):
        monkeypatch.delenv(name, raising=False)
    return clues


@pytest.fixture
def street(tmp_path, scene):
    scene.save(tmp_path / "street.jpg")
    return tmp_path / "street.jpg"


@pytest.fixture
def elsewhere():
    """A server at an address of this machine that others could have, too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a datagram socket: nothing is sent
            address = probe.getsockname()[0]
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        pytest.skip("this machine has no address but its own")
    with serving(address) as server:
        server.script = good()
        yield server


@pytest.mark.parametrize("command", ["cues", "locate"])
def test_a_model_on_this_machine_is_asked_and_the_cost_is_said(run, street, command):
    with serving() as server:
        server.script = good()
        options = ["--json"] if command == "cues" else ["--format", "json"]
        ran = run(command, street, *options, "--ask-model", server.url, "--model", "tiny-vlm")
    assert ran.code == 0
    assert "model.country" in {cue["variable"] for cue in json.loads(ran.out)["cues"]}
    assert ran.said[-1].endswith("1 photo, 5 requests (at most 10), 5,250 tokens.")


def test_nothing_is_sent_elsewhere_without_a_yes(run, street, elsewhere, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))  # no terminal: nobody to ask
    ran = run("locate", street, "--ask-model", elsewhere.url, "--model", "m")
    assert ran.code == 1
    assert "--yes-send-photo" in ran.err
    assert elsewhere.requests == []
    monkeypatch.setenv("CLUES_SEND_PHOTO", "yes")
    assert run("locate", street, "--ask-model", elsewhere.url, "--model", "m").code == 0
    assert len(elsewhere.requests) == 5


@pytest.mark.parametrize(("answer", "sent"), [("n\n", 0), ("y\n", 5), ("\n", 0)])
def test_a_person_is_asked_first(run, street, elsewhere, monkeypatch, answer, sent):
    stdin = io.StringIO(answer)
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdin", stdin)
    ran = run("cues", street, "--ask-model", elsewhere.url, "--model", "m")
    assert "would be sent to" in ran.err
    assert len(elsewhere.requests) == sent
    assert ran.code == (0 if sent else 1)


def test_the_flag_agrees_for_scripts(run, street, elsewhere):
    ran = run("cues", street, "--ask-model", elsewhere.url, "--model", "m", "--yes-send-photo")
    assert ran.code == 0
    assert len(elsewhere.requests) == 5


def test_a_model_that_is_not_there_is_a_failure_and_the_others_go_on(run, street):
    ran = run("cues", street, "--json", "--ask-model", "http://127.0.0.1:9", "--model", "m")
    found = json.loads(ran.out)
    assert [failure["detector"] for failure in found["failures"]] == ["vision_language"]
    assert "cannot be reached" in found["failures"][0]["message"]
    assert {cue["detector"] for cue in found["cues"]} == {"ocr"}


def test_one_whose_weights_are_missing_says_so_and_the_others_go_on(run, street, monkeypatch):
    monkeypatch.setenv("CLUES_MODELS", str(street.parent / "none"))
    found = json.loads(run("cues", street, "--json", "--with", "open_vocabulary").out)
    assert "clues models pull" in found["failures"][0]["message"]
    assert found["cues"]


@pytest.mark.parametrize("command", ["evaluate", "fit"])
def test_nothing_is_measured_without_a_detector_that_was_asked_for(
    run, tmp_path, monkeypatch, command
):
    monkeypatch.setenv("CLUES_MODELS", str(tmp_path / "none"))
    monkeypatch.setattr(pipeline, "available", dict)
    ran = run(command, tmp_path / "manifest.csv", "--with", "clip")
    assert ran.code == 1
    assert "clues models pull ViT-B-32.pt" in ran.err


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--with", "nonsense"], "no optional detector is called 'nonsense'"),
     (["--model", "m"], "belong to --ask-model"),
     (["--yes-send-photo"], "belong to --ask-model"),
     (["--ask-model", "ftp://x", "--model", "m"], "is no address"),
     (["--ask-model", "http://127.0.0.1"], "--model NAME"),
     (["--with", "vision_language"], "--ask-model URL")],
)  # fmt: skip
def test_wrong_options_are_one_sentence(run, street, options, words):
    ran = run("locate", street, *options)
    assert ran.code == 1
    assert words in ran.err
    assert len(ran.said) == 1


def test_the_library_takes_them_by_name_and_shares_locators():
    with pytest.raises(CluesError, match="no optional detector"):
        library.locate(also=["nonsense"])
    assert library.locator("open_vocabulary") is library.locator("open_vocabulary")
