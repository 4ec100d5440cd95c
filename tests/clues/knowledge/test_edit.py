import re
from pathlib import Path

import pytest
import yaml

from clues.errors import KnowledgeError
from clues.knowledge.edit import as_text, formatted, parse_clue, parse_clues, save, with_clue
from clues.knowledge.layout import WIDTH, comments_in, scalar
from clues.paths import KB_DIR

FILE = """# Trees of the tropics.
- cue: vegetation.palm
  id: vegetation.palm.tropics  # keep me
  says: Palms line the streets of the tropics.
  where: {PH: common, NO: never}
  sources: [{url: "https://palms.org", checked: 2026-11-24}]
  since: 2026-11-24
"""


def test_formatting_orders_fields_and_keeps_comments_and_values():
    text = formatted(FILE)
    assert text.index("id:") < text.index("cue:")
    assert "# Trees of the tropics." in text
    assert "# keep me" in text
    assert parse_clue(text) == parse_clue(FILE)
    assert formatted(text) == text


def test_a_clue_survives_writing_and_reading():
    clue = parse_clue(FILE)
    assert parse_clue(as_text(clue)) == clue


def test_adding_and_replacing_keep_the_rest_of_the_file():
    clue = parse_clue(FILE)
    other = clue.model_copy(update={"id": "vegetation.palm.more"})
    added = with_clue(FILE, other)
    assert "# keep me" in added
    assert added.count("- ") == 2
    changed = with_clue(added, clue.model_copy(update={"says": "Palms stand there."}))
    assert "Palms stand there." in changed
    assert changed.count("says:") == 2


def test_an_edit_leaves_the_lines_of_other_clues_alone():
    spaced = FILE.replace("sources: [{", "sources:\n    - {").replace("24}]", "24}")
    text = spaced + "\n# More.\n" + spaced.replace("palm.tropics", "palm.more").split("\n", 1)[1]
    clue = parse_clue(FILE).model_copy(update={"says": "Palms stand there."})
    before, after = text.splitlines(), with_clue(text, clue).splitlines()
    other = before.index("# More.")
    assert after[-(len(before) - other) :] == before[other:]
    assert "  says: Palms stand there." in after
    assert with_clue(text, parse_clue(FILE)) == text


def test_a_clue_is_added_to_an_empty_file_and_below_comments():
    clue = parse_clue(FILE)
    assert with_clue("", clue) == as_text(clue) == with_clue("[]\n", clue)
    assert with_clue("# Trees.\n", clue) == "# Trees.\n" + as_text(clue)


def test_saving_is_refused_if_the_file_changed_meanwhile(tmp_path):
    path = tmp_path / "a.yaml"
    save(path, FILE)
    path.write_text(FILE + "# edited elsewhere\n")
    with pytest.raises(KnowledgeError, match="changed on disk"):
        save(path, "new", expected=FILE)
    assert "edited elsewhere" in path.read_text()
    assert [p.name for p in tmp_path.iterdir()] == ["a.yaml"]


def test_a_bad_clue_names_every_problem():
    with pytest.raises(KnowledgeError) as caught:
        parse_clue(FILE.replace("common", "lots").replace("since: 2026-11-24", "since: soon"))
    assert len(str(caught.value).splitlines()) == 2


UNUSUAL = """# Trees.
- {id: vegetation.palm.tropics, cue: vegetation.palm, says: "Palms, mostly.",  # one line
   where: {PH: common}, sources: [{url: "https://palms.org"}], since: 2026-11-24}
# More.
-   id: vegetation.palm.more
    cue: vegetation.palm  # palms
    says: Palms.
    where: {PH: common}
    sources: [{title: A book}]
    since: 2026-11-24
"""


@pytest.mark.parametrize("text", [UNUSUAL, "".join(f"  {x}\n" for x in UNUSUAL.splitlines())])
def test_any_layout_becomes_the_usual_one_with_its_comments(text: str):
    usual = formatted(text)
    assert parse_clues(usual) == parse_clues(text)
    assert formatted(usual) == usual
    assert usual.count("\n- id: ") == 2
    assert usual.count("\n  sources: [{") == 2
    assert all(comment in usual for comment in ("# Trees.", "# one line", "# More.", "# palms"))
    changed = with_clue(text, parse_clues(text)[1].model_copy(update={"says": "Changed."}))
    assert [clue.says for clue in parse_clues(changed)] == ["Palms, mostly.", "Changed."]
    assert "# palms" in changed


def test_formatting_leaves_sources_alone_and_mends_what_was_torn():
    assert 'sources: [{url: "https://palms.org", checked: 2026-11-24}]' in formatted(FILE)
    codes = ", ".join(f"RU-{a}{b}: 0.25" for a in "ABC" for b in "ABCDE")
    torn = FILE.replace("{PH: common, NO: never}", "{" + codes.replace("RU-CC: ", "RU-CC:\n    "))
    torn = torn.replace("RU-CE: 0.25", "RU-CE: 0.25, NO: never}")
    torn = torn.replace('[{url: "https://palms.org", checked: 2026-11-24}]', '[url: "https://a.b"]')
    mended = formatted(torn).splitlines()
    start = next(i for i, line in enumerate(mended) if line.startswith("  where: {RU-AA: 0.25, "))
    assert mended[start + 1].startswith(" " * 10 + "RU-B")
    assert mended[start + 2].endswith(', "NO": never}')
    assert '  sources: [{url: "https://a.b"}]' in mended


def test_lists_are_indented_as_the_knowledge_base_does():
    listed = FILE.replace("[{url", "\n  - {title: A book}  # mine\n  - {url").replace("24}]", "24}")
    text = formatted(listed)
    assert "  sources:\n    - {title: A book}  # mine\n    - {url" in text
    clue = parse_clue(text)
    assert "  sources:\n    - {title: " in as_text(clue)
    assert formatted(as_text(clue)) == as_text(clue)


@pytest.mark.parametrize("path", sorted((KB_DIR / "clues").glob("*/*.yaml")), ids=lambda p: p.stem)
def test_formatting_the_knowledge_base_keeps_every_clue_and_comment(path: Path):
    text = path.read_text("utf-8")
    once = formatted(text)
    assert formatted(once) == once
    assert parse_clues(once) == parse_clues(text)
    assert sorted(comments_in(once)) == sorted(comments_in(text))
    fits = not re.search(r"^ +where: \{[^}]*:\n|\[url:| \n", text, re.MULTILINE)
    if fits and max(map(len, text.splitlines())) <= WIDTH:
        assert once == text


def test_an_edit_keeps_the_comments_of_the_field_that_it_changes():
    text = FILE.replace("common, NO: never}", "common, NO: never}  # guessed")
    clue = parse_clue(text).model_copy(update={"where": {"PH": "usual"}})
    edited = with_clue(text, clue)
    assert "  # guessed\n  where: {PH: usual}\n" in edited
    assert "- id: vegetation.palm.tropics  # keep me\n  cue:" in edited
    assert parse_clue(edited) == clue


def test_odd_words_survive_writing():
    says = 'Signs say "NO": 1,5 km # or \\ {so}, e.g. na\u00efve\u00a0words.'
    for value in ("no", "12", "0x7f", "- a", "[", "'", "a: b", " ", "~", "null", "1e3", "\u01c3"):
        clue = parse_clue(FILE).model_copy(update={"value": value, "says": says})
        assert parse_clue(as_text(clue)) == clue


def test_tiny_numbers_are_written_out_for_tools_that_read_older_yaml():
    assert scalar(5e-05) == "0.00005"
    assert yaml.safe_load(scalar(1e-07)) == 1e-07
