import json
import sys

import pytest

pq = pytest.importorskip("pyarrow.parquet")


def test_a_folder_becomes_parquet_and_failures_are_counted(clues, tmp_path, scene):
    photos = tmp_path / "photos"
    photos.mkdir()
    scene.save(photos / "a.jpg")
    (photos / "b.jpg").write_bytes(b"no photo")
    ran = clues("batch", photos, "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "2 photos" in ran.out
    assert "photo: 1 failed" in ran.err
    rows = pq.ParquetDataset(tmp_path / "out").read().to_pylist()
    assert {row["file"]: row["country"] for row in rows} == {"a.jpg": "ES", "b.jpg": None}
    again = clues("batch", photos, "--out", tmp_path / "out")
    assert "0 photos" in again.out
    assert "2 were done before" in again.out
    other = clues("batch", photos, "--out", tmp_path / "out", "--within", "europe")
    assert (other.code, len(other.said)) == (1, 1)
    assert json.loads((tmp_path / "out" / "_clues.json").read_text())["within"] == []


def test_wrong_options_and_sources_are_one_sentence(clues, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("file\n")
    for arguments in (["none"], [tmp_path], [table], [tmp_path, "--within", "Atlantis"]):
        ran = clues("batch", *arguments, "--out", tmp_path / "out")
        assert ran.code == 1
        assert len([line for line in ran.said if line.strip()]) == 1, ran.err
        assert "no such" not in ran.err or arguments == ["none"]


def test_without_the_extra_the_mend_is_named(clues, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    ran = clues("batch", tmp_path, "--out", tmp_path / "out")
    assert ran.code == 1
    assert "clues[scale]" in ran.err
