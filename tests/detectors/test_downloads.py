import hashlib
import urllib.request
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from clues.errors import CluesError
from detectors import downloads
from detectors.commands import models_app
from detectors.downloads import CATALOGUE, Download, fetched, pull
from detectors.manifest import WeightsError

CONTENT = b"weights" * 1000


@pytest.fixture
def published(tmp_path, monkeypatch):
    """A file on a published address, and an empty folder for what is fetched."""
    source = tmp_path / "source.pt"
    source.write_bytes(CONTENT)
    entry = Download(
        "tiny.pt", source.as_uri(), hashlib.sha256(CONTENT).hexdigest(), 0.007, "MIT", "tests"
    )
    monkeypatch.setitem(CATALOGUE, entry.name, entry)
    monkeypatch.setenv("CLUES_MODELS", str(tmp_path / "models"))
    return SimpleNamespace(source=source, folder=tmp_path / "models")


def test_a_pulled_file_is_checked_and_found_again(published):
    assert fetched("tiny.pt") is None
    sizes = []
    path = pull("tiny.pt", progress=sizes.append)
    assert path == published.folder / "tiny.pt"
    assert path.read_bytes() == CONTENT
    assert sum(sizes) == len(CONTENT)
    assert fetched("tiny.pt") == path


def test_another_file_than_the_published_one_is_not_kept(published):
    published.source.write_bytes(b"something else")
    with pytest.raises(WeightsError, match="nothing was kept"):
        pull("tiny.pt")
    assert list(published.folder.iterdir()) == []


def test_an_altered_file_is_refused(published):
    pull("tiny.pt").write_bytes(b"altered")
    with pytest.raises(WeightsError, match=r"clues models pull tiny\.pt"):
        fetched("tiny.pt")


def test_without_a_network_the_message_says_how_to_bring_the_file(published, monkeypatch):
    def refuse(*args, **options):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(downloads.urllib.request, "urlopen", refuse)
    with pytest.raises(CluesError, match=r"cannot be reached.*put it at .*yolov8n\.pt"):
        pull("yolov8n.pt")
    assert not (published.folder / "yolov8n.pt").exists()


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(CluesError, match=r"ViT-B-32\.pt"):
        pull("no-such-model.pt")


def test_every_entry_is_pinned_and_described():
    for entry in CATALOGUE.values():
        assert entry.url.startswith("https://")
        assert "/main/" not in entry.url
        assert len(entry.sha256) == 64
        assert entry.megabytes > 0
        assert entry.licence
        assert entry.use


def test_commands_list_fetch_and_verify(published):
    run = CliRunner().invoke
    assert "yolov8s-worldv2.pt" in run(models_app, ["list"]).output
    result = run(models_app, ["pull", "tiny.pt"])
    assert result.exit_code == 0
    assert "weights-only" in result.output
    assert "there already" in run(models_app, ["pull", "tiny.pt"]).output
    assert "tiny.pt: intact" in run(models_app, ["verify"]).output
    (published.folder / "tiny.pt").write_bytes(b"altered")
    assert run(models_app, ["verify"]).exit_code == 1
