import io
import re

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from clues.cue import Box, Cue
from clues.pipeline import Extraction
from clues.report.permalink import decode_cues, encode_cues
from clues.report.words import CONFLICT_WORTH_SAYING_BITS
from ui.resources import locator
from ui.state import tell


def locate():
    from ui.views import locate

    locate.page()


def jpeg(seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (80, 120, 3), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "JPEG")
    return stream.getvalue()


def shown(app: AppTest) -> str:
    return " ".join(block.proto.body for block in app.get("html"))


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_function(locate, default_timeout=30).run()


@pytest.fixture
def located(app) -> AppTest:
    app.file_uploader[0].upload("street.jpg", jpeg(), "image/jpeg").run()
    assert not app.exception
    return app


def test_the_first_page_teaches_and_offers_a_way_in(app):
    assert not app.exception
    assert "what says so" in shown(app)
    assert any("No photo" in button.label for button in app.button)


def test_a_photo_is_located(located):
    assert "Spain" in shown(located)


def case_of(app: AppTest):
    return app.session_state["cases"][app.session_state["case"]]


def test_a_broken_file_gives_a_sentence(app):
    app.file_uploader[0].upload("street.jpg", b"no image at all", "image/jpeg").run()
    assert not app.exception
    assert "not an image that Clues can read" in app.error[0].value
    assert "cases" not in app.session_state or not app.session_state["cases"]


def test_switching_a_cue_off_changes_the_answer_and_keeps_the_rows_in_place(located):
    case = case_of(located)
    (pair,) = case.order
    before = case.order[pair].rows
    case.set_strengths({"d0": 0.0, "nonsense": 1.0})
    located.run()
    assert "Spain leads" not in shown(located)
    assert case.strengths == {"d0": 0.0}
    assert set(before) == {"d0", "d1"}
    assert case.order[pair].rows == before


def test_a_cue_at_half_strength_says_less(located):
    case = case_of(located)
    full = case.locate().location.fusion.posterior.probability_of("ES")
    case.set_strengths({"d0": 0.5})
    half = case.locate().location.fusion.posterior.probability_of("ES")
    case.set_strengths({"d0": 1.0})
    assert half < full
    assert case.locate().location.fusion.posterior.probability_of("ES") == pytest.approx(full)


def test_fusing_is_not_repeated_while_nothing_changes(located):
    case = case_of(located)
    assert case.locate() is case.locate()
    case.prior = "population"
    assert case.locate().location.prior_name == "population"


def test_a_question_is_answered_by_a_click(app):
    next(b for b in app.button if "No photo" in b.label).click().run()
    app.session_state["locate-tab"] = "What to look for next"
    app.run()
    answers = [b for b in app.button if b.key and b.key.startswith("ask-cues-")]
    assert answers
    variable = answers[0].key.removeprefix("ask-cues-").rsplit("-", 1)[0]
    answers[0].click().run()
    assert not app.exception
    assert variable in case_of(app).given
    assert all(not (b.key or "").startswith(f"ask-cues-{variable}-") for b in app.button)


def test_what_is_written_in_the_photo_is_typed_and_counts(located):
    located.session_state["locate-tab"] = "Add a cue"
    located.run()
    written = next(t for t in located.text_input if t.label == "What is written in it?")
    written.set_value("0564-64-2033").run()
    assert not located.exception
    assert case_of(located).given["text.phone"].note == 'reads "0564-64-2033"'


def test_a_link_brings_its_cues(app):
    linked = AppTest.from_function(locate, default_timeout=30)
    linked.query_params["cues"] = encode_cues([Cue.certain("text.language", "ja")])
    linked.run()
    assert not linked.exception
    assert "Japan" in shown(linked)
    case_of(linked).set_strengths({"d0": 0.0})  # they can be argued with as a photo's can
    linked.run()
    assert "Not enough evidence" in shown(linked)


def test_a_link_ranks_as_the_page_that_it_was_taken_from():
    cues = [Cue(variable="text.language", likelihood={one: 1.0, "en": 0.2}) for one in ("es", "pt")]
    linked = AppTest.from_function(locate, default_timeout=30)
    linked.query_params["cues"] = encode_cues(cues)
    linked.run()
    found = case_of(linked).locate().location.fusion.posterior
    expected = locator().locate(cues=cues).fusion.posterior
    assert found.probability_of("ES") == pytest.approx(expected.probability_of("ES"), rel=1e-3)
    assert len(case_of(linked).all_cues()) == 2


def test_a_bad_link_is_refused_in_a_sentence():
    linked = AppTest.from_function(locate, default_timeout=30)
    linked.query_params["cues"] = "no.such-cue=present"
    linked.run()
    assert "unknown cue" in linked.error[0].value


def test_why_not_is_answered_in_a_sentence(located):
    box = next(b for b in located.selectbox if b.label == "Why not ...?")
    box.set_value("FR").run()
    assert "France is" in located.info[0].value


def test_of_many_photos_the_first_is_shown_and_the_others_wait_their_turn(app):
    files = [("a.jpg", jpeg(), "image/jpeg"), ("b.jpg", jpeg(1), "image/jpeg")]
    app.file_uploader[0].set_value(files).run()
    assert not app.exception
    assert [case.waiting for case in app.session_state["cases"].values()] == [False, True]
    other = next(key for key, case in app.session_state["cases"].items() if case.waiting)
    app.session_state["case"] = other
    app.run()
    assert case_of(app).name == "b.jpg"
    assert not case_of(app).waiting


def test_the_true_place_says_how_far_off_the_point_is(located):
    located.text_input(key=f"truth-{case_of(located).key}").set_value("40.42, -3.70").run()
    assert "Off by" in shown(located)
    located.text_input(key=f"truth-{case_of(located).key}").set_value("Madrid").run()
    assert "latitude, longitude" in located.error[0].value


def test_the_answer_without_each_cue_is_listed(located):
    located.session_state["locate-tab"] = "Without each cue"
    located.run()
    assert not located.exception
    assert "Language of the writing: Spanish" in shown(located)


def test_cues_that_contradict_each_other_are_warned_of_where_nothing_moves(located):
    case = case_of(located)
    assert "do not contradict" in shown(located)
    tell(
        case,
        [Cue.certain("text.place-name", "JP-13"), Cue.certain("traffic.driving-side", "right")],
    )
    located.run()
    assert case.locate().location.fusion.conflict_bits > CONFLICT_WORTH_SAYING_BITS
    assert "The cues contradict each other" in shown(located)
    assert not located.warning


def test_cells_are_ranked_with_their_coordinates(located):
    located.session_state[f"level-{case_of(located).key}"] = "leaf"
    located.run()
    assert not located.exception
    assert re.search(r"<small>\d+\.\d\d° N, ", shown(located))


def test_without_a_photo_the_questions_come_first(app):
    next(b for b in app.button if "No photo" in b.label).click().run()
    assert app.session_state["locate-tab"] == "What to look for next"
    assert "What do you see?" in shown(app)
    assert "leads" not in shown(app)
    assert any((b.key or "").startswith("ask-cues-") for b in app.button)


def test_a_box_outside_the_photo_is_left_out(located):
    case = case_of(located)
    outside = Cue(variable="text.script", likelihood={"latin": 1.0}, box=Box(500, 500, 600, 600))
    sliver = Cue(variable="roads.surface", likelihood={"paved": 1.0}, box=Box(3.1, 3.1, 3.2, 3.2))
    case.extraction = Extraction((*case.extraction.cues, outside, sliver))
    located.run()
    assert not located.exception
    assert set(case.pictures) == {"", "d0", "d3"}


def ask():
    from clues.inference import Question
    from ui.resources import locator
    from ui.state import Case
    from ui.widgets.questions import _ask

    palm = locator().kb.variable("vegetation.palm")
    _ask(Case("k", "k"), Question(palm, 0.5, {"absent": 0.9, "present": 0.1}))


def test_yes_comes_before_no_however_likely():
    app = AppTest.from_function(ask, default_timeout=30).run()
    assert [b.label for b in app.button] == ["Yes (10 %)", "No (90 %)", "Cannot tell"]


def test_a_result_is_shared_as_page_data_and_link(located):
    located.session_state["locate-tab"] = "Share"
    located.run()
    assert not located.exception
    assert [b.proto.label for b in located.get("download_button")] == [
        "Report (HTML)",
        "Data (JSON)",
    ]
    cues = decode_cues(located.code[0].value.partition("?cues=")[2])
    assert {cue.variable for cue in cues} == {"text.language", "traffic.driving-side"}


def test_what_is_shared_as_data_hides_number_plates(located):
    from ui.widgets.share import data_of

    case = case_of(located)
    plate = Cue(variable="plates.format", likelihood={"ES": 1.0, "elsewhere": 0.01},
                detector="ocr", note="plate 1234 BCD fits ES since 2000")  # fmt: skip
    found = locator().locate(extraction=Extraction((*case.extraction.cues, plate)))
    assert "fits ES" in data_of(case, found)
    assert "1234 BCD" not in data_of(case, found)


def test_two_sessions_share_no_photo(located):
    other = AppTest.from_function(locate, default_timeout=30).run()
    assert "cases" not in other.session_state or not other.session_state["cases"]
