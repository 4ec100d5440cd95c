import json
from pathlib import Path

import pytest

from clues import paths
from clues.errors import KnowledgeError
from clues.knowledge import load, load_kb

CUES = "- {id: vegetation.palm, says: Palm trees, question: Palms?}\n"
CLUE = """
- id: vegetation.palm.tropics
  cue: vegetation.palm
  says: Palms line the streets of the tropics.
  where: {PH: common, NO: never}
  sources: [{url: "https://palms.org", checked: 2026-11-24}]
  since: 2026-11-24
"""


@pytest.fixture
def folder(tmp_path) -> Path:
    for part, text in (("cues", CUES), ("clues", CLUE)):
        (tmp_path / "kb" / part).mkdir(parents=True)
        (tmp_path / "kb" / part / "vegetation.yaml").write_text(text)
    return tmp_path / "kb"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(load, "cache_dir", lambda: tmp_path)
    return tmp_path


def test_clues_know_their_file_and_line(folder):
    kb = load_kb(folder)
    clue = kb.by_id["vegetation.palm.tropics"]
    assert (clue.file, clue.line) == ("kb/clues/vegetation.yaml", 2)
    assert clue.where["NO"] == "never"


def test_the_cache_gives_the_same_knowledge_base(folder, cache):
    fresh = load_kb(folder)
    assert list(cache.glob("kb-*.json"))
    again = load_kb(folder)
    assert again == fresh
    assert again.by_id["vegetation.palm.tropics"].line == 2


def test_an_edit_is_seen_and_a_broken_cache_is_rebuilt(folder, cache):
    load_kb(folder)
    next(cache.glob("kb-*.json")).write_text('{"version": "x"')
    assert load_kb(folder).clues
    file = folder / "clues" / "vegetation.yaml"
    file.write_text(file.read_text().replace("common", "usual"))
    assert load_kb(folder).clues[0].where["PH"] == "usual"


def test_all_problems_are_reported_at_once_with_file_line_and_mend(folder):
    (folder / "clues" / "bad.yaml").write_text(
        CLUE.replace("common", "comon").replace("tropics\n", "b\n", 1)
        + CLUE.replace("cue: vegetation.palm", "cue: vegetation.plam").replace(
            "id: vegetation.palm", "id: vegetation.plam", 1
        )
        + "- just text\n"
    )
    (folder / "clues" / "broken.yaml").write_text("- id: [\n")
    with pytest.raises(KnowledgeError) as caught:
        load_kb(folder)
    lines = str(caught.value).splitlines()
    assert any(line.startswith("kb/clues/bad.yaml:5:") and "'comon'" in line for line in lines)
    assert any("there is no cue vegetation.plam" in line for line in lines)
    assert any("is not an entry" in line for line in lines)
    assert any(line.startswith("kb/clues/broken.yaml:") for line in lines)


def test_a_fault_in_a_cue_is_not_buried_under_the_clues_that_use_it(folder):
    (folder / "cues" / "vegetation.yaml").write_text(CUES.replace("says", "syas"))
    (folder / "clues" / "other.yaml").write_text(CLUE.replace("vegetation.", "vegetatoin."))
    with pytest.raises(KnowledgeError) as caught:
        load_kb(folder)
    lines = str(caught.value).splitlines()
    assert "there is no cue vegetatoin.palm" in lines[0]
    assert all(line.startswith("kb/cues/vegetation.yaml:1:") for line in lines[1:])


def test_a_quoted_value_of_many_lines_makes_one_line(folder):
    file = folder / "clues" / "vegetation.yaml"
    file.write_text(CLUE.replace("common", r'"al\n\nways"'))
    with pytest.raises(KnowledgeError) as caught:
        load_kb(folder)
    (line,) = str(caught.value).splitlines()
    assert "'al ways' is no frequency" in line


def test_a_key_of_a_page_is_named_in_a_sentence(folder):
    (folder / "fusion.yaml").write_text(f"families: {{{'A' * 900}: {{weight: 99}}}}\n")
    with pytest.raises(KnowledgeError, match=r"families\.AAA") as caught:
        load_kb(folder)
    assert len(str(caught.value).replace(str(folder), "")) < 300


def test_a_folder_without_a_knowledge_base_gives_one_sentence(tmp_path):
    with pytest.raises(KnowledgeError, match="holds no knowledge base"):
        load_kb(tmp_path)


def test_sources_without_an_address_survive_the_cache(folder):
    file = folder / "clues" / "vegetation.yaml"
    file.write_text(CLUE.replace('url: "https://palms.org"', 'title: "A book"'))
    fresh, again = load_kb(folder), load_kb(folder)
    assert again == fresh
    assert again is not fresh
    assert load._from_cache(load.cache_dir() / f"kb-{fresh.version[:24]}.json") == fresh


def test_the_cache_holds_plain_json(folder, cache):
    load_kb(folder)
    document = json.loads(next(cache.glob("kb-*.json")).read_text())
    assert document["places"] == [["kb/clues/vegetation.yaml", 2]]


def test_the_shipped_knowledge_base_loads():
    assert len(load_kb(paths.KB_DIR).variables) > 300
