"""Whatever is given to the command line: one sentence each, a failing exit code, nothing lost."""

import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def jpeg(image: Image.Image, **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, "JPEG", **options)
    return stream.getvalue()


@pytest.fixture
def bad(tmp_path, scene) -> dict[str, Path]:
    data = jpeg(scene)
    contents = {
        "text.jpg": b"hello",
        "empty.jpg": b"",
        "half.jpg": data[: len(data) // 2],
        "heavy.jpg": data + bytes(26 * 2**20),
    }
    paths = {}
    for name, content in contents.items():
        paths[name] = tmp_path / name
        paths[name].write_bytes(content)
    for name, size in (("bomb.png", (9_000, 6_000)), ("huge.png", (30_000, 8_000)),
                       ("dot.png", (1, 1))):  # fmt: skip
        paths[name] = tmp_path / name
        Image.new("1", size).save(paths[name])
    return paths


def test_each_bad_photo_gives_one_sentence_and_a_failing_exit(clues, bad):
    says = {
        "text.jpg": "not an image",
        "empty.jpg": "empty",
        "half.jpg": "truncated",
        "heavy.jpg": "25 MB",
        "bomb.png": "50 megapixels",
        "huge.png": "50 megapixels",
        "dot.png": "too small",
    }
    for name, path in bad.items():
        ran = clues("locate", path)
        assert ran.code == 1
        assert ran.out == ""
        assert len(ran.said) == 1, ran.err
        assert says[name] in ran.err
        assert str(path) in ran.err


def test_odd_but_honest_photos_are_located(clues, tmp_path, scene):
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = Image.fromarray(np.arange(240 * 320, dtype=np.uint16).reshape(240, 320))
    scene.save(tmp_path / "moving.gif", save_all=True, append_images=[Image.new("RGB", (320, 240))])
    scene.convert("CMYK").save(tmp_path / "cmyk.jpg")
    deep.save(tmp_path / "deep.png")
    scene.convert("P").save(tmp_path / "palette.png", transparency=3)
    scene.save(tmp_path / "turned.jpg", exif=exif)
    ran = clues("locate", tmp_path, "--format", "csv")
    assert ran.code == 0, ran.err
    assert [line.split(",")[3] for line in ran.out.splitlines()[1:]] == ["ES"] * 5


def test_a_folder_goes_on_after_bad_files_and_names_them_at_the_end(clues, bad, tmp_path, scene):
    scene.save(tmp_path / "good.jpg")
    (tmp_path / "notes.txt").write_text("no photo")
    ran = clues("locate", tmp_path, "--format", "jsonl")
    assert ran.code == 1
    assert len(ran.out.splitlines()) == 1
    assert ran.said[-1] == "7 of 8 photos could not be read."
    assert all(sum(str(path) in line for line in ran.said) == 1 for path in bad.values())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--within", "ZZ9"], "Unknown region 'ZZ9'"),
        (["--against", "Atlantiss"], "did you mean"),
        (["--cue", "no.such=1"], "unknown cue 'no.such'"),
        (["--cue", "traffic.driving-side=middle"], "its values are left, right"),
        (["--cue", "text.place-name=geo:95,0;u=10"], "outside the Earth"),
        (["--cue", "=left"], "is no cue"),
        (["--cue", "x" * 500], "is no cue"),
        (["--without", "nose"], "no cue, family or detector"),
        (["--prior", "nowhere.csv"], "nowhere.csv"),
        (["--out", "/proc/none", "--format", "html"], "cannot be written"),
        (["--out", "/", "--format", "json"], "is a folder"),
    ],
)
def test_a_wrong_option_is_one_sentence_before_any_photo_is_looked_at(
    clues, tmp_path, scene, arguments, says
):
    for name in "ab":
        scene.save(tmp_path / f"{name}.jpg")
    ran = clues("locate", tmp_path / "a.jpg", tmp_path / "b.jpg", *arguments)
    assert ran.code == 1
    assert ran.out == ""
    assert len(ran.said) == 1, ran.err
    assert says in ran.err


def test_nothing_asked_for_missing_files_and_folders_without_photos(clues, tmp_path):
    for arguments in ([], [tmp_path / "none.jpg"], [tmp_path]):
        ran = clues("locate", *arguments)
        assert (ran.code, ran.out, len(ran.said)) == (1, "", 1)


def test_escape_codes_in_a_file_name_do_not_reach_the_terminal(clues, tmp_path):
    path = tmp_path / "\x1b[31mred\x07.jpg"
    path.write_bytes(b"x")
    ran = clues("locate", path)
    assert ran.code == 1
    assert not any(ord(char) < 32 for char in ran.err.strip())


def test_reports_of_photos_with_the_same_name_do_not_overwrite_each_other(clues, tmp_path, scene):
    for place in ("a/street.jpg", "b/street.png"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        scene.save(tmp_path / place)
    ran = clues("locate", tmp_path / "a", tmp_path / "b", "--format", "html",
                "--out", tmp_path / "out")  # fmt: skip
    assert ran.code == 0, ran.err
    pages = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert pages == ["street-2.html", "street.html"]


def test_several_pages_are_not_squeezed_into_one_file(clues, tmp_path, scene):
    for name in "ab":
        scene.save(tmp_path / f"{name}.jpg")
    ran = clues("locate", tmp_path, "--format", "html", "--out", tmp_path / "page.html")
    assert (ran.code, len(ran.said)) == (1, 1)
    assert "folder" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_noticed_before_the_work(clues, tmp_path, scene):
    scene.save(tmp_path / "a.jpg")
    (tmp_path / "locked").mkdir(mode=0o500)
    ran = clues("locate", tmp_path / "a.jpg", "--format", "json", "--out", tmp_path / "locked/a")
    assert (ran.code, len(ran.said)) == (1, 1)


def run(code: str, *arguments: str, **options) -> subprocess.CompletedProcess[str]:
    start = f"import sys\n{code}\nfrom clues.cli.main import main\nmain()"
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, check=False, text=True, timeout=120, **options)


def test_a_full_disk_and_a_closed_pipe_end_without_a_traceback():
    arguments = ("locate", "--cue", "traffic.driving-side=left", "--format", "json")
    with open("/dev/full", "w") as full:
        done = run("", *arguments, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert done.stderr.strip() == "the output cannot be read or written (No space left on device)."
    reader, writer = os.pipe()
    os.close(reader)
    done = run("", *arguments, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert done.stderr == ""


def test_without_extras_the_photo_is_still_answered_and_the_mend_is_named(tmp_path, scene):
    scene.save(tmp_path / "a.jpg")
    missing = "sys.modules.update(dict.fromkeys(['onnxruntime', 'rapidocr', 'cv2', 'torch']))"
    done = run(missing, "locate", str(tmp_path / "a.jpg"), "--format", "md", capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "clues[detect]" in done.stdout.replace("\\", "")


def test_a_bad_reference_is_told_before_any_photo_is_looked_at(clues, tmp_path):
    manifest, guesses = tmp_path / "m.csv", tmp_path / "guesses.csv"
    manifest.write_text("file,country\nnothing.jpg,ES\n")
    guesses.write_text("file\nnothing.jpg\n")
    ran = clues("evaluate", manifest, "--reference", guesses)
    assert ran.code == 1
    assert ran.said == [f"{guesses}: needs the columns lat and lon, or error_km."]
