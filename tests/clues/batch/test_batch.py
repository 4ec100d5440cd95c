import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clues.batch.row import Settings, locate_item
from clues.batch.run import local, on_ray, run
from clues.batch.source import Item, items
from clues.batch.store import ResultStore
from clues.errors import CluesError
from clues.pipeline import Locator
from tests.clues.cli.conftest import StubDetector

pyarrow = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


@pytest.fixture(scope="module")
def locator() -> Locator:
    return Locator(detectors=[StubDetector()])


@pytest.fixture
def photos(tmp_path) -> Path:
    folder = tmp_path / "photos"
    (folder / "b").mkdir(parents=True)
    for n, name in enumerate(("a.jpg", "b/a.jpg", "b/c.png")):
        Image.fromarray(np.full((40, 60, 3), 60 * n, np.uint8)).save(folder / name)
    (folder / "broken.jpg").write_bytes(b"no photo")
    (folder / "notes.txt").write_text("no photo")
    return folder


def rows(folder: Path) -> list[dict]:
    return pq.ParquetDataset(folder).read().to_pylist()


def test_each_photo_is_one_row_and_a_bad_one_a_row_with_its_error(locator, photos, tmp_path):
    store = ResultStore(tmp_path / "out", Settings(), "kb")
    summary = run(str(photos), store, Settings(), local(locator))
    found = {row["file"]: row for row in rows(tmp_path / "out")}
    assert sorted(found) == ["a.jpg", "b/a.jpg", "b/c.png", "broken.jpg"]
    assert found["broken.jpg"]["error_kind"] == "photo"
    assert "not an image" in found["broken.jpg"]["error"]
    assert found["broken.jpg"]["lat"] is None
    good = found["b/a.jpg"]
    assert good["country"] == good["countries"][0] == "ES"
    assert json.loads(good["contributions"])[0][0] == "plates.format"
    assert "1234" not in good["cues"]
    assert (summary.photos, summary.failures) == (4, {"photo": 1})


def test_a_second_run_does_only_what_is_new(locator, photos, tmp_path):
    store = ResultStore(tmp_path / "out", Settings(), "kb")
    run(str(photos), store, Settings(), local(locator))
    Image.new("RGB", (40, 40)).save(photos / "new.png")
    again = run(str(photos), store, Settings(), local(locator))
    assert (again.done_before, again.photos) == (4, 1)
    assert len({row["file"] for row in rows(tmp_path / "out")}) == len(rows(tmp_path / "out")) == 5


def test_results_made_otherwise_do_not_mix(locator, tmp_path):
    ResultStore(tmp_path, Settings(), "kb")
    with pytest.raises(CluesError, match="another prior; choose"):
        ResultStore(tmp_path, Settings(prior="population"), "kb")


def test_two_runs_do_not_write_into_one_folder(tmp_path):
    store = ResultStore(tmp_path, Settings(), "kb")
    with store.locked(), pytest.raises(CluesError, match="another run"), store.locked():
        pass


def test_lists_parquet_and_urls_are_sources(photos, tmp_path):
    (tmp_path / "list.txt").write_text("photos/a.jpg\n\nphotos/none.jpg\n")
    assert [i.name for i in items(str(tmp_path / "list.txt"))] == [
        "photos/a.jpg",
        "photos/none.jpg",
    ]
    table = {"file": ["x", "y"], "bytes": [(photos / "a.jpg").read_bytes(), b""]}
    pq.write_table(pyarrow.table(table), tmp_path / "in.parquet")
    first, second = items(str(tmp_path / "in.parquet"))
    assert first.open().width == 60
    with pytest.raises(CluesError, match="empty"):
        second.open()
    stored = list(items(f"file://{photos}", done={"a.jpg"}))
    assert [i.name for i in stored] == ["b/a.jpg", "b/c.png", "broken.jpg"]
    assert stored[0].open().height == 40
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        archive.write(photos / "a.jpg", "photos/a.jpg")
    (inside,) = items(f"zip://photos::file://{tmp_path / 'in.zip'}")
    assert (inside.name, inside.open().width) == ("a.jpg", 60)


def test_names_that_cannot_be_written_or_come_twice_are_located_once(locator, photos, tmp_path):
    (photos / os.fsdecode(b"\xff\xfe.jpg")).write_bytes((photos / "a.jpg").read_bytes())
    (photos / "loop").symlink_to(photos)
    data = (photos / "a.jpg").read_bytes()
    table = pyarrow.table({"file": ["x", "x", None, ""], "bytes": [data, b"", data, data]})
    pq.write_table(table, tmp_path / "in.parquet")
    for source, count in ((photos, 5), (tmp_path / "in.parquet", 4)):
        store = ResultStore(tmp_path / f"out-{count}", Settings(), "kb")
        assert run(str(source), store, Settings(), local(locator)).photos == count
        assert run(str(source), store, Settings(), local(locator)).photos == 0
    assert {row["file"] for row in rows(tmp_path / "out-4")} == {"x", "x#2", "#3", "#4"}


def test_a_table_without_bytes_or_damaged_further_on_is_one_sentence(tmp_path):
    path = tmp_path / "in.parquet"
    pq.write_table(pyarrow.table({"file": ["x"], "bytes": ["/etc/hostname"]}), path)
    with pytest.raises(CluesError, match="bytes binary"):  # text would be taken for a path
        list(items(str(path)))
    noise = np.random.default_rng(0).bytes(200_000)
    pq.write_table(pyarrow.table({"file": ["x"] * 9, "bytes": [noise] * 9}), path)
    whole = path.read_bytes()
    path.write_bytes(whole[:60] + bytes(90) + whole[150:])
    with pytest.raises(CluesError, match="cannot be read as Parquet"):
        list(items(str(path)))


def test_a_folder_that_cannot_be_read_is_a_row_that_says_so(locator, photos, tmp_path, monkeypatch):
    scan = os.scandir

    def refuse(path="."):
        if os.fspath(path) == str(photos / "b"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root, who may run this, reads everything
    run(str(photos), ResultStore(tmp_path / "out", Settings(), "kb"), Settings(), local(locator))
    found = {row["file"]: row["error"] for row in rows(tmp_path / "out")}
    assert sorted(found) == ["a.jpg", "b", "broken.jpg"]
    assert "Permission denied" in found["b"]


@pytest.mark.parametrize("source", ["none", "none.txt", "none.parquet", "nowhere://x/y"])
def test_a_source_that_cannot_be_read_is_one_sentence(source, tmp_path):
    with pytest.raises(CluesError) as caught:
        list(items(source if "://" in source else str(tmp_path / source)))
    assert source in str(caught.value)


def test_a_crash_in_one_photo_is_a_value(locator, monkeypatch):
    monkeypatch.setattr(Item, "open", lambda self: 1 / 0)
    row = locate_item(locator, Item("x"), Settings())
    assert (row.error_kind, row.error) == ("crash", "ZeroDivisionError: division by zero")


KILLED = """
import sys, time
from pathlib import Path
import clues.batch.run as batch
from clues.batch.row import Row, Settings
from clues.batch.store import ResultStore
batch.PART_ROWS = 7
def engine(todo, settings):
    for item in todo:
        time.sleep(0.002)
        yield Row(file=item.name)
store = ResultStore(Path(sys.argv[2]), Settings(), "kb")
print(batch.run(sys.argv[1], store, Settings(), engine).photos, flush=True)
"""


def test_killed_at_any_moment_nothing_is_lost_or_repeated(tmp_path):
    source, out = tmp_path / "list.txt", tmp_path / "out"
    names = [f"{n:04}.jpg" for n in range(400)]
    source.write_text("\n".join(names))
    command = [sys.executable, "-c", KILLED, str(source), str(out)]
    for pause in (0.05, 0.2, 0.1):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not list(out.glob("part-*.parquet")) and child.poll() is None:
            time.sleep(0.01)
        time.sleep(pause)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        assert len(rows(out)) % 7 == 0
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert sorted(row["file"] for row in rows(out)) == names
    assert not list(out.glob(".part-*"))


def test_ray_gives_the_rows_that_the_local_engine_gives(locator, photos, tmp_path):
    ray = pytest.importorskip("ray")

    def make():  # by value: Ray's workers cannot import this module
        from clues.pipeline import Locator
        from tests.clues.cli.conftest import StubDetector

        return Locator(detectors=[StubDetector()])

    one, two = (ResultStore(tmp_path / name, Settings(), "kb") for name in ("local", "ray"))
    run(str(photos), one, Settings(), local(locator))
    try:
        run(str(photos), two, Settings(), on_ray(1, make=make))
    finally:
        ray.shutdown()
    a, b = (
        sorted(({**row, "seconds": 0, "error": None} for row in rows(tmp_path / name)),
               key=lambda row: row["file"])
        for name in ("local", "ray")
    )  # fmt: skip
    assert a == b
