import shutil

import pytest
from streamlit.testing.v1 import AppTest

from clues.knowledge import load_kb
from clues.knowledge.load import version_on_disk
from clues.paths import KB_DIR

CLUE = "traffic.driving-side"


def knowledge():
    from ui.views import knowledge

    knowledge.page()


def compare():
    from ui.views import compare

    compare.page()


def play():
    from ui.views import play

    play.page()


def batch():
    from ui.views import batch

    batch.page()


def evaluation():
    from ui.views import evaluation

    evaluation.page()


def shown(app: AppTest) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


@pytest.mark.parametrize("view", [knowledge, compare, play, batch, evaluation])
def test_every_page_opens(view):
    app = AppTest.from_function(view, default_timeout=30).run()
    assert not app.exception
    assert not app.error
    assert shown(app)


def test_two_regions_side_by_side_show_what_tells_them_apart():
    app = AppTest.from_function(compare, default_timeout=30).run()
    app.multiselect[0].set_value(["GB", "FR"]).run()
    assert "United Kingdom" in shown(app)
    app.multiselect[0].set_value(["GB"]).run()
    assert "Choose two or more" in app.info[0].value


def test_a_region_shows_its_statements_with_file_and_line():
    app = AppTest.from_function(knowledge, default_timeout=30).run()
    app.selectbox(key="kb-region").set_value("JP").run()
    assert "kb/clues/" in shown(app)


def test_a_file_that_is_no_report_gives_a_sentence():
    app = AppTest.from_function(evaluation, default_timeout=30).run()
    app.file_uploader[0].upload("report.json", b"[1, 2]", "application/json").run()
    assert "no report of" in app.error[0].value


@pytest.fixture
def editor(tmp_path, monkeypatch, shared_locator):
    """The editing tab over a copy of the knowledge base."""
    from ui.knowledge import edit

    copy = tmp_path / "kb"
    for part in ("cues", "clues"):
        shutil.copytree(KB_DIR / part, copy / part)
    monkeypatch.setattr(edit, "KB_DIR", copy)
    monkeypatch.setattr(edit, "is_local", lambda: True)
    monkeypatch.setattr("clues.knowledge.load_kb", lambda: load_kb(copy, use_cache=False))
    monkeypatch.setattr("clues.knowledge.load.version_on_disk", lambda: version_on_disk(copy))
    app = AppTest.from_function(knowledge, default_timeout=60)
    app.session_state["kb-tab"] = "Edit or add"
    return app.run(), copy


def test_editing_a_clue_shows_its_diff_saves_it_and_takes_it_back(editor, shared_locator):
    app, copy = editor
    clue = next(c for c in shared_locator.kb.clues if c.cue == CLUE and c.status == "authored")
    clue_box(app).set_value(clue.id).run()
    app.text_input(key=f"says-{clue.id}").set_value(f"{clue.says} So it is.").run()
    assert not app.exception
    assert f"+  says: {clue.says} So it is."[:60] in app.code[0].value
    path = copy / clue.file.removeprefix("kb/")
    before = path.read_text("utf-8")
    press(app, "Save to the file")
    assert "So it is." in path.read_text("utf-8")
    press(app, "Undo the last save")
    assert path.read_text("utf-8") == before


def test_a_file_that_changed_on_disk_is_not_overwritten(editor, shared_locator):
    app, copy = editor
    clue = next(c for c in shared_locator.kb.clues if c.cue == CLUE and c.status == "authored")
    clue_box(app).set_value(clue.id).run()
    app.text_input(key=f"says-{clue.id}").set_value(f"{clue.says} So it is.").run()
    path = copy / clue.file.removeprefix("kb/")
    changed = path.read_text("utf-8") + "# somebody else was here\n"
    path.write_text(changed, "utf-8")
    press(app, "Save to the file")
    assert "changed on disk" in app.error[0].value
    assert path.read_text("utf-8") == changed


def test_a_clue_is_opened_as_it_is_on_disk_now(editor, shared_locator):
    app, copy = editor
    clue = next(c for c in shared_locator.kb.clues if c.cue == CLUE and c.status == "authored")
    path = copy / clue.file.removeprefix("kb/")
    text = path.read_text("utf-8")
    path.write_text(text.replace(clue.says, "Somebody else said this."), "utf-8")
    clue_box(app).set_value(clue.id).run()
    assert not app.exception
    assert app.text_input(key=f"says-{clue.id}").value == "Somebody else said this."
    assert app.code[0].value.startswith("No change")
    path.write_text("- id: [", "utf-8")
    clue_box(app).set_value("").run()
    assert "cannot be read now" in app.warning[0].value


def test_a_source_that_is_cleared_goes_away(editor, shared_locator):
    app, _ = editor
    clue = next(c for c in shared_locator.kb.clues if c.status == "authored" and not c.sources[1:])
    clue_box(app).set_value(clue.id).run()
    app.text_input(key=f"source-{clue.id}").set_value("").run()
    assert "`sources` is missing" in app.warning[0].value


def test_what_a_new_clue_lacks_is_said(editor):
    app, _ = editor
    app.selectbox(key="cue-new").set_value("vegetation.palm").run()
    assert "`says` is missing" in app.warning[0].value
    assert "`where` is missing" in app.warning[0].value


def clue_box(app: AppTest):
    return next(box for box in app.selectbox if box.label == "Clue")


def test_a_new_clue_is_edited_on_once_it_is_saved(editor, shared_locator, monkeypatch):
    from ui.knowledge import edit

    app, copy = editor
    # the table of regions cannot be filled in by AppTest
    monkeypatch.setattr(edit, "_where", lambda start, key: {"AD-02": "common"})
    app.selectbox(key="cue-new").set_value("vegetation.palm").run()
    app.text_input(key="says-new").set_value("Palms line the square of Canillo.").run()
    app.text_input(key="source-new").set_value("A walk there").run()
    press(app, "Save to the file")
    assert "Canillo" in (copy / "clues/vegetation/mine.yaml").read_text("utf-8")
    assert clue_box(app).value == "vegetation.palm.palms-line-the-square-of"
    assert not app.warning
    press(app, "Undo the last save")
    assert not (copy / "clues/vegetation/mine.yaml").exists()
    assert clue_box(app).value == ""


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
