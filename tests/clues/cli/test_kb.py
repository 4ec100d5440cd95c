"""`clues kb ...` on a small knowledge base in a folder of its own; the regions are real."""

import io
import subprocess
from pathlib import Path

import pytest

from clues.knowledge.edit import parse_clues

CUES = """
- {id: vegetation.palm, says: Palm trees, question: Palms?, tags: {present: palm}}
- {id: vegetation.fan-palm, says: Fan palms, question: Fan palms?}
- {id: vegetation.hedge, says: Colour of hedges, kind: categorical, values: [green, red],
   question: Colour of the hedges?}
- {id: vegetation.place, says: A place, kind: region, question: Which?}
"""
CLUES = """# Trees.
- id: vegetation.palm.coast
  cue: vegetation.palm
  says: Palms line the coast.
  where: {PH: common, ES: rare}
  sources: [{url: "https://palms.net", checked: 2026-11-24}]
  since: 2026-11-24
- id: vegetation.hedge.red
  cue: vegetation.hedge
  value: red
  says: Hedges of Latvia are red.
  where: {LV: usual}
  sources: [{url: "https://palms.net", checked: 2026-11-24}]
  since: 2026-11-24
"""
SCENES = """
- {id: a.palm, says: Palms., cues: {vegetation.palm: present}, expect: {below: {LV: 0.03}}}
"""


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    folder = tmp_path / "kb"
    for name, text in {
        "cues/vegetation.yaml": CUES,
        "clues/vegetation/trees.yaml": CLUES,
        "scenes/all.yaml": SCENES,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("find", "vegetation.hedge=rde"), "did you mean red"),
        (("find", "vegetation.hegde=red"), "did you mean vegetation.hedge"),
        (("find", "vegetation.place=LV"), "kb/tables"),
        (("find", "vegetation.fan-palm=present"), "no clue says where"),
        (("find", " "), "words to search for"),
        (("find", "=left"), "names no cue"),
        (("find", "xyzzy"), "no cue or clue mentions"),
        (("show", "vegetation.palmm"), "did you mean vegetation.palm"),
        (("show", "vegetation.palm.coats"), "vegetation.palm.coast"),
        (("show", "Latvai"), "LV (Latvia)"),
        (("compare", "LV", "Latvia"), "are both Latvia"),
        (("compare", "LV", "XQ"), "Unknown region 'XQ'"),
        (("diff", "HEAD", "--format", "html"), "use text or md"),
        (("diff", "HEAD"), "git knows no revision"),
        (("lint", "--format", "json"), "use text or github"),
        (("preview", "/nowhere.yaml"), "no such file"),
        (("fmt", "/nowhere.yaml"), "no such file"),
    ],
)
def test_a_slip_is_one_sentence_that_helps(clues, kb, arguments, says):
    ran = clues("kb", *arguments, "--kb", kb)
    assert ran.code == 1
    assert says in ran.err
    assert len(ran.said) == 1


def test_a_cue_shows_the_regions_of_each_value(clues, kb):
    for command in ("show", "find"):
        out = clues("kb", command, "vegetation.hedge", "--kb", kb).out
        assert "Colour of the hedges?" in out
        assert "Latvia (LV)" in out


def test_words_that_no_clue_has_together_find_the_nearest_or_what_they_mean_when_read(clues, kb):
    out = clues("kb", "find", "red hedges of Estonia", "--kb", kb).out
    assert "most of them" in out
    assert "Hedges of Latvia are red" in out
    assert "Aichi Prefecture" in clues("kb", "find", "0564-64-2033").out


def test_a_shown_clue_is_the_entry_that_stands_in_the_file(clues, kb):
    out = clues("kb", "show", "vegetation.palm.coast", "--kb", kb).out
    place, _, entry = out.partition("\n")
    assert place == "# kb/clues/vegetation/trees.yaml:2"
    assert entry in CLUES


def test_github_gets_annotations_of_one_line_errors_first(clues, kb):
    file = kb / "clues" / "vegetation" / "trees.yaml"
    file.write_text(CLUES.replace("{PH: common", '{"A\\nB": common').replace("net", "org", 1))
    ran = clues("kb", "lint", "--format", "github", "--kb", kb)
    lines = ran.out.splitlines()
    assert ran.code == 1
    assert lines[0].startswith("::error file=kb/clues/vegetation/trees.yaml,line=5::")
    kinds = [line.split(" ")[0] for line in lines[:-1]]
    assert set(kinds) == {"::error", "::warning"}
    assert kinds == sorted(kinds)


def test_preview_names_what_contradicts_before_it_shows_anything(clues, kb, tmp_path):
    file = tmp_path / "mine.yaml"
    entry = CLUES.partition("\n- id: vegetation.hedge")[0].replace("palm.coast", "palm.mine")
    file.write_text(entry.replace("common", "usual"))
    ran = clues("kb", "preview", file, "--kb", kb)
    assert ran.code == 1
    assert "says 0.8 for PH, but vegetation.palm.coast" in ran.err
    assert ran.out == ""
    file.write_text(entry.replace("PH: common, ES", "US-FL"))
    assert "Florida (US-FL): rare" in clues("kb", "preview", file, "--kb", kb).out
    file.write_text("")
    assert "holds no clue" in clues("kb", "preview", file, "--kb", kb).err


def test_preview_of_a_file_in_place_compares_with_the_rest(clues, kb):
    (kb / "scenes" / "all.yaml").write_text(SCENES.replace("below: {LV: 0.03}", "first: PH"))
    out = clues("kb", "preview", kb / "clues" / "vegetation" / "trees.yaml", "--kb", kb).out
    assert "mended" in out
    assert "a.palm" in out


def test_a_broken_file_is_named_with_line_and_mend_by_every_command(clues, kb):
    (kb / "clues" / "vegetation" / "broken.yaml").write_text("- id: a.b.c\n  where: {PH: common\n")
    for command in (("show", "LV"), ("find", "palm"), ("compare", "LV", "LT"), ("stats",),
                    ("scenes",), ("lint",), ("fmt",)):  # fmt: skip
        ran = clues("kb", *command, "--kb", kb)
        assert ran.code == 1
        assert "broken.yaml:2: is not valid YAML" in ran.out + ran.err


def test_lint_reads_the_quiz_and_the_tables_too(clues, kb):
    for name, text in {
        "quiz/a.yaml": "- {ask: Where are palms?, cues: {vegetation.palm: present}}\n",
        "tables/plates/xx.yaml": "country: XX\nformats: []\n",
        "tables/street-words.yaml": "a: {words: [b], where: {XX: 1}\n",
    }.items():
        (kb / name).parent.mkdir(parents=True, exist_ok=True)
        (kb / name).write_text(text)
    ran = clues("kb", "lint", "--quiet", "--kb", kb)
    assert ran.code == 1
    for place in ("quiz/a.yaml:1: ", "plates/xx.yaml:2: ", "street-words.yaml:1: "):
        assert place in ran.out


ANSWERS = (
    "palm", "vegetation.palm",  # two cues have the word
    "Latvai", "Latvia", "often", "rare", "PT", "3/20", "",  # two slips
    "", "Palms are rare.", "https://palms.net/latvia", "Not in winter.",
    "coast", "Baltic Coast!", "",  # the first name is taken
)  # fmt: skip


def test_new_asks_again_until_an_answer_fits_and_writes_the_clue(clues, kb, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(ANSWERS) + "\n"))
    ran = clues("kb", "new", "--kb", kb)
    assert (ran.code, len(ran.said)) == (0, 4)
    (clue,) = parse_clues((kb / "clues" / "vegetation" / "mine.yaml").read_text())
    assert clue.id == "vegetation.palm.baltic-coast"
    assert list(clue.where) == ["LV", "PT"]
    assert clue.counterexamples == "Not in winter."
    assert clues("kb", "lint", "--kb", kb).code == 0
    assert clues("kb", "fmt", "--check", "--kb", kb).code == 0


def test_new_writes_nothing_that_contradicts(clues, kb, monkeypatch):
    answers = (
        "hedge", "red", "LV", "never", "", "", "No red hedges.", "A book", "", "mine", "",
    )  # fmt: skip
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers) + "\n"))
    ran = clues("kb", "new", "--kb", kb)
    assert ran.code == 1
    assert "vegetation.hedge.red" in ran.err
    assert "- id: vegetation.hedge.mine" in ran.out  # so that the answers are not lost
    assert not (kb / "clues" / "vegetation" / "mine.yaml").exists()


def test_fmt_says_what_would_change_then_changes_it_once(clues, kb):
    file = kb / "clues" / "vegetation" / "trees.yaml"
    file.write_text(CLUES.replace("[{url", "\n  - {url", 1).replace("24}]", "24}", 1))
    ran = clues("kb", "fmt", "--check", "--kb", kb)
    assert (ran.code, ran.out) == (1, f"would change {file}\n")
    assert clues("kb", "fmt", file.parent, "--kb", kb).out == f"changed {file}\n"
    assert "  sources:\n    - {url" in file.read_text()
    assert clues("kb", "fmt", "--check", "--kb", kb).code == 0


def test_learn_writes_counts_that_a_second_run_leaves_alone(clues, kb, tmp_path):
    names = [f"train/{n}.jpg" for n in range(40)]
    labels, manifest = tmp_path / "labels.csv", tmp_path / "photos.csv"
    labels.write_text("file,tags\n" + "".join(f"{n},{'palm ' * (n < 'train/2')}\n" for n in names))
    manifest.write_text("file,country\n" + "".join(f"{name},ES\n" for name in names))
    first = clues("kb", "learn", labels, manifest, "--kb", kb)
    measured = kb / "clues" / "measured" / "vegetation.yaml"
    assert "12 of 40" in first.out
    assert not measured.exists()
    assert clues("kb", "learn", labels, manifest, "--write", "--kb", kb).code == 0
    text = measured.read_text()
    assert "    ES: {seen: 12, of: 40}\n" in text
    measured.write_text(text.replace("- id", "# Counted.\n- id"))
    again = clues("kb", "learn", labels, manifest, "--write", "--kb", kb)
    assert "12 of 40" in again.out  # the author is still at odds with the counts
    assert "say the same already" in again.out
    assert measured.read_text().startswith("# Counted.\n")
    manifest.write_text("file,country\ntrain/1.jpg,Spain\n")
    assert "'Spain' is no country code" in clues("kb", "learn", labels, manifest, "--kb", kb).err


def test_diff_shows_what_an_edit_moves(clues, kb):
    git = ["git", "-C", str(kb), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "Palms")):
        subprocess.run([*git, *command], check=True)
    assert "No golden scene moves" in clues("kb", "diff", "HEAD", "--kb", kb).out
    file = kb / "clues" / "vegetation" / "trees.yaml"
    file.write_text(CLUES.replace("ES: rare", "LV: always, ES: rare"))
    markdown = clues("kb", "diff", "HEAD", "--format", "md", "--kb", kb).out
    assert "| broken | a.palm |" in markdown
    assert "not below 0.03" in markdown
