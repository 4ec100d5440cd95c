import pytest

from detectors.manifest import (
    WeightFile,
    WeightsError,
    install,
    load_manifest,
    record,
    sha256_of,
    weight_file,
)


def described(folder, name="a.npz", content=b"weights"):
    path = folder / name
    path.write_bytes(content)
    return WeightFile(
        file=name,
        model="a",
        sha256=sha256_of(path),
        size_bytes=len(content),
        licence="CC0-1.0",
        date="2026-11-24",
        metrics={"AUC": (0.9, 0.8, 0.95)},
    )


def test_a_recorded_file_is_found_and_intact(tmp_path):
    entry = described(tmp_path)
    record(entry, tmp_path)
    assert load_manifest(tmp_path) == {"a.npz": entry}
    assert weight_file("a.npz", tmp_path) == tmp_path / "a.npz"


def test_an_altered_file_is_refused(tmp_path):
    record(described(tmp_path), tmp_path)
    (tmp_path / "a.npz").write_bytes(b"changed")
    with pytest.raises(WeightsError, match="sha256"):
        weight_file("a.npz", tmp_path)


def test_unlisted_and_missing_files_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="not listed"):
        weight_file("b.npz", tmp_path)
    record(described(tmp_path, "c.npz"), tmp_path)
    (tmp_path / "c.npz").unlink()
    with pytest.raises(WeightsError, match="missing"):
        weight_file("c.npz", tmp_path)


def test_install_copies_weights_card_and_entry(tmp_path):
    source, target = tmp_path / "run", tmp_path / "weights"
    source.mkdir()
    target.mkdir()
    record(described(source, "d.npz"), source)
    (source / "a.md").write_text("# a\n")
    assert install(source, target) == ["d.npz"]
    assert weight_file("d.npz", target).read_bytes() == b"weights"
    assert (target / "a.md").is_file()


def test_the_shipped_weights_are_what_the_manifest_says_and_small():
    entries = load_manifest()
    assert "scene.onnx" in entries
    for name, entry in entries.items():
        if entry.model == "scene":
            assert weight_file(name).stat().st_size == entry.size_bytes <= 16 * 2**20
