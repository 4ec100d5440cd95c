"""Processes killed while they write, full disks, read-only homes, two at once, no network."""

import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from clues.errors import KnowledgeError
from clues.files import replacing_all
from clues.knowledge import load
from clues.knowledge.edit import save
from clues.paths import ROOT
from clues.regions.store import finish_build

TEXTS = {letter: letter * 300_000 for letter in "ab"}

SAVE = """
import sys
from pathlib import Path
from clues.knowledge.edit import save
print("go", flush=True)
while True:
    for letter in "ab":
        save(Path(sys.argv[1]), letter * 300_000)
"""

BUILD = """
import sys
from pathlib import Path
from clues.files import replacing_all
print("go", flush=True)
while True:
    with replacing_all(Path(sys.argv[1])) as new:
        for name in ("leaves.npz", "names.csv"):
            (new / name).write_text("n" * 300_000)
        if sys.argv[2] == "never":
            while True:
                pass
"""

KILLED_AT_A_RENAME = """
import os, signal, sys
from pathlib import Path
from clues.files import replacing_all
renames = 0
def counted(plain):
    def rename(self, target):
        global renames
        if renames == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        renames += 1
        return plain(self, target)
    return rename
Path.rename, Path.replace = counted(Path.rename), counted(Path.replace)
with replacing_all(Path(sys.argv[1])) as new:
    for name in "abc":
        (new / name).write_text("new")
"""

CACHE = """
import sys
from pathlib import Path
from clues.knowledge.load import load_kb, _to_cache
base = load_kb(Path(sys.argv[1]), use_cache=False)
print("go", flush=True)
while True:
    _to_cache(Path(sys.argv[2]) / "kb-x.json", base)
"""


def kill_while(code: str, *arguments: object, wait_s: float) -> None:
    """Start Python code, wait until it is at work, and kill it without warning."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == b"go"
        time.sleep(wait_s)
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


def waits(count: int) -> list[float]:
    rng = random.Random(7)
    return [rng.uniform(0.0, 0.05) for _ in range(count)]


def test_killed_while_saving_a_clue_file_the_old_or_the_new_text_is_there(tmp_path):
    path = tmp_path / "clues.yaml"
    save(path, TEXTS["a"])
    for wait in waits(4):
        kill_while(SAVE, path, wait_s=wait)
        assert path.read_text() in TEXTS.values()


def test_killed_while_building_regions_the_old_data_are_there(tmp_path):
    folder = tmp_path / "regions"
    folder.mkdir()
    for name in ("leaves.npz", "names.csv", "overrides.yaml"):
        (folder / name).write_text("old")
    kill_while(BUILD, folder, "never", wait_s=0.05)
    assert [path.read_text() for path in sorted(folder.iterdir())] == ["old"] * 3
    with replacing_all(folder) as new:
        (new / "names.csv").write_text("new")
    assert (folder / "names.csv").read_text() == "new"
    assert (folder / "overrides.yaml").read_text() == "old"


@pytest.mark.parametrize("renames", [0, 1, 3, 4])
def test_killed_between_the_renames_of_a_build_a_reader_sees_one_build(tmp_path, renames):
    folder = tmp_path / "regions"
    folder.mkdir()
    for name in "abc":
        (folder / name).write_text("old")
    command = [sys.executable, "-c", KILLED_AT_A_RENAME, str(folder), str(renames)]
    killed = subprocess.run(command, check=False, cwd=ROOT)
    assert killed.returncode == (-signal.SIGKILL if renames < 4 else 0)
    finish_build(folder)
    assert sorted(path.name for path in folder.iterdir()) == ["a", "b", "c"]
    assert {path.read_text() for path in folder.iterdir()} == {"new" if renames else "old"}
    assert not (tmp_path / ".regions.complete").exists()


@pytest.fixture(scope="module")
def tiny_kb_folder(tmp_path_factory) -> Path:
    """A small knowledge base on disk: the loader is the same for any size."""
    folder = tmp_path_factory.mktemp("kb")
    for part, name in (("cues", "sun.yaml"), ("cues", "soil.yaml")):
        (folder / part).mkdir(exist_ok=True)
        (folder / part / name).write_bytes((ROOT / "kb" / part / name).read_bytes())
    return folder


def test_killed_while_writing_the_cache_it_is_whole_or_absent(tiny_kb_folder, tmp_path):
    for wait in waits(3):
        kill_while(CACHE, tiny_kb_folder, tmp_path, wait_s=wait)
        cached = tmp_path / "kb-x.json"
        if cached.exists():
            assert json.loads(cached.read_text())["variables"]


def test_a_broken_cache_is_no_obstacle(tiny_kb_folder, tmp_path):
    code = "import sys; from clues.knowledge.load import load_kb; load_kb(sys.argv[1])"
    environment = {**os.environ, "CLUES_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", code, str(tiny_kb_folder)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)
    (cached,) = tmp_path.glob("kb-*.json")
    whole = cached.read_bytes()
    for damage in (b"", whole[: len(whole) // 2], b"null", b'{"variables": 1}'):
        cached.write_bytes(damage)
        subprocess.run(command, check=True, cwd=ROOT, env=environment)
        assert cached.read_bytes() == whole


def test_a_clock_set_back_does_not_take_the_newest_cache(tiny_kb_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(load, "cache_dir", lambda: tmp_path)
    for n in range(4):
        (tmp_path / f"kb-{n}.json").write_text("{}")
        os.utime(tmp_path / f"kb-{n}.json", times=(4e9 + n, 4e9 + n))
    version = load.load_kb(tiny_kb_folder).version
    assert {path.name for path in tmp_path.iterdir()} == {
        f"kb-{version[:24]}.json", "kb-2.json", "kb-3.json",
    }  # fmt: skip


BATCH = """
import sys
from datetime import date
from pathlib import Path
from clues.batch.row import Row, Settings
from clues.batch.run import run
from clues.batch.store import ResultStore
from clues.knowledge.load import load_kb
def engine(todo, settings):
    for item in todo:
        yield Row(file=item.name)
store = ResultStore(Path(sys.argv[3]), Settings(), load_kb(sys.argv[1]).version)
done = run(sys.argv[2], store, Settings(), engine)
print(date.today().year, done.done_before, done.photos)
"""


def test_a_wrong_clock_is_no_obstacle_for_caches_and_batches(tiny_kb_folder, tmp_path):
    library = compiled("wrong_clock.c", tmp_path)
    photos, told = tmp_path / "list.txt", []
    for n, clock in enumerate(("4102444800", "30", "back")):
        photos.write_text("".join(f"{k}.jpg\n" for k in range(n + 1)))
        wrong = {"LD_PRELOAD": library, "WRONG_CLOCK": clock}
        done = subprocess.run(
            [sys.executable, "-c", BATCH, tiny_kb_folder, photos, tmp_path / "out"], check=True,
            capture_output=True, text=True, cwd=ROOT,
            env={**os.environ, **wrong, "CLUES_CACHE": str(tmp_path / "cache")},
        )  # fmt: skip
        told.append(done.stdout.split())
    assert told == [["2100", "0", "1"], ["1970", "1", "1"], ["2030", "2", "1"]]
    assert len(list((tmp_path / "cache").glob("kb-*.json"))) == 1


def test_two_processes_that_build_the_cache_at_once_both_succeed(tiny_kb_folder, tmp_path):
    code = (
        "import sys; from clues.knowledge.load import load_kb\n"
        "print(len(load_kb(sys.argv[1]).variables))"
    )
    environment = {**os.environ, "CLUES_CACHE": str(tmp_path / "new")}
    command = [sys.executable, "-c", code, str(tiny_kb_folder)]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment) for _ in "ab"
    ]
    answers = [child.communicate()[0] for child in both]
    assert [child.returncode for child in both] == [0, 0]
    assert answers[0] == answers[1] != b""
    left = [path.name for path in (tmp_path / "new").iterdir()]
    assert len(left) == 1


@contextmanager
def full_disk():
    """No file may grow over 50 kB: writing fails as it does on a full disk.

    Not a fixture: pytest's own report would be written under the limit.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_the_old_file_and_nothing_half_written(tmp_path):
    path = tmp_path / "clues.yaml"
    save(path, "old")
    with full_disk(), pytest.raises(KnowledgeError, match="cannot be written"):
        save(path, TEXTS["a"])
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["clues.yaml"]


def test_a_full_disk_is_no_failure_for_caches(tmp_path):
    from clues.cue import Cue
    from clues.evaluation.cache import ExtractionCache
    from clues.photo import open_photo

    class Talker:
        name = "talker"
        variables = frozenset({"text.script"})

        def detect(self, photo):
            return [Cue.certain("text.script", "latin", note="x" * 2_000)] * 50

    photo = open_photo(Image.new("RGB", (20, 20)))
    with full_disk():
        found = ExtractionCache(tmp_path / "cues").extract([Talker()], photo)
    assert len(found.cues) == 50
    assert not [path for path in (tmp_path / "cues").rglob("*") if path.is_file()]


WATCHED = """
import sys
def watch(event, arguments):
    # urllib3 asks on import whether there is IPv6, by a socket that is bound to ::1 and closed
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.bind"):
        raise RuntimeError(f"the network: {event} {arguments}")
sys.addaudithook(watch)
from clues.cli.main import main
main()
"""


def locate(folder: Path, *options: str, **variables: str) -> str:
    photo = Image.new("RGB", (480, 320), "white")
    ImageDraw.Draw(photo).text((40, 120), "CALLE DE ALCALA", fill="black", font_size=40)
    photo.save(folder / "street.jpg")
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **variables}
    command = [sys.executable, "-c", WATCHED, "locate", str(folder / "street.jpg")]
    done = subprocess.run(
        [*command, *options], check=False, capture_output=True, text=True, cwd=ROOT,
        env=environment, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]
    assert "the network" not in done.stdout + done.stderr
    return done.stdout


def compiled(source: str, folder: Path) -> str:
    """Return a library made of a C file beside this one, to be loaded before all others."""
    compiler, library = shutil.which("cc"), folder / f"{source}.so"
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs Linux and a C compiler")
    path = Path(__file__).parent / source
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, path, "-ldl"], check=True)
    return str(library)


def test_what_forbids_the_network_notices_libraries_in_c(tmp_path):
    tried = tmp_path / "tried"
    watched = {"LD_PRELOAD": compiled("no_network.c", tmp_path), "NETWORK_TRIED": str(tried)}
    code = "import socket; socket.getaddrinfo('localhost', 80)"  # calls the one in C
    done = subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, **watched})
    assert (done.returncode, tried.read_text()) == (1, "!")


def test_the_demo_with_every_detector_reaches_for_no_network(tmp_path):
    page, tried = tmp_path / "street.html", tmp_path / "tried"
    library = compiled("no_network.c", tmp_path)
    watched = {"LD_PRELOAD": library, "NETWORK_TRIED": str(tried), "ORT_DISABLE_TELEMETRY": "0"}
    locate(tmp_path, "--format", "html", "--out", str(page), **watched)
    assert "data:image/jpeg" in page.read_text("utf-8")
    assert not tried.exists()


UNWRITABLE = """
import os, tempfile, sys
from clues.paths import cache_dir
os.access = lambda *_: False  # as where all is mounted read-only; root may write elsewhere
if sys.argv[2] == "nowhere":
    tempfile.tempdir = "/proc/none"
from clues.knowledge import load
load.read_kb = None if sys.argv[2] == "cached" else load.read_kb
print(len(load.load_kb(sys.argv[1]).variables), cache_dir())
"""


def test_a_cache_that_cannot_be_written_is_still_read(tiny_kb_folder, tmp_path):
    told = []
    for step in ("new", "cached", "nowhere"):
        environment = {**os.environ, "CLUES_CACHE": str(tmp_path / "cache")}
        if step == "new":
            code = "import sys; from clues.knowledge.load import load_kb as l; l(sys.argv[1])"
            subprocess.run([sys.executable, "-c", code, tiny_kb_folder], check=True, cwd=ROOT,
                           env=environment)  # fmt: skip
            continue
        done = subprocess.run(
            [sys.executable, "-c", UNWRITABLE, tiny_kb_folder, step], check=True,
            capture_output=True, text=True, cwd=ROOT, env=environment,
        )  # fmt: skip
        told.append(done.stdout.split())
    assert told[0][0] == told[1][0] != "0"
    assert told[1][1] == str(tmp_path / "cache") != told[0][1]
    assert not Path(told[0][1]).exists()
    assert len(list((tmp_path / "cache").glob("kb-*.json"))) == 1


def test_where_nothing_can_be_written_a_place_is_still_found(tmp_path):
    script = str(Path(__file__).with_name("read_only.sh"))
    alone = ["unshare", "--mount", "sh", script]
    if shutil.which("unshare") is None or subprocess.run(
        [*alone, "true"], check=False, capture_output=True
    ).returncode:  # fmt: skip
        pytest.skip("needs Linux and the right to mount")
    environment = {**os.environ, "CLUES_CACHE": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [
        *alone,
        sys.executable,
        "-m",
        "clues",
        "locate",
        "--cue",
        "traffic.driving-side=left",
    ]
    done = subprocess.run(
        [*command, "--format", "json"], check=False, capture_output=True, text=True, cwd=ROOT,
        env=environment, timeout=300,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["country"]
    refused = subprocess.run(
        [*command, "--out", str(tmp_path / "a.txt")], check=False, capture_output=True, text=True,
        cwd=ROOT, env=environment, timeout=300,
    )  # fmt: skip
    assert refused.returncode == 1
    assert "Read-only file system" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_home_that_cannot_be_written_is_no_obstacle(tmp_path):
    nowhere = {"HOME": "/proc/none", "XDG_CACHE_HOME": "/proc/none", "CLUES_CACHE": ""}
    answer = locate(tmp_path, "--without", "ocr", "--format", "json", **nowhere)
    assert json.loads(answer)["country"]
