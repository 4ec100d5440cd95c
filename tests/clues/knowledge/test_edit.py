import pytest

from clues.errors import KnowledgeError
from clues.knowledge.edit import as_text, formatted, parse_clue, save, with_clue

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


def test_an_impossible_date_is_one_sentence():
    with pytest.raises(KnowledgeError, match="quote odd values"):
        formatted("- id: a.b.c\n  says: 2026-02-30\n")
