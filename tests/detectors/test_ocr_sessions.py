import numpy as np
import pytest

from clues.photo import open_photo

pytest.importorskip("rapidocr")

from detectors.ocr.rapid import RapidEngine
from detectors.ocr.sessions import spare_rapidocr


def test_sessions_of_rapidocr_use_an_arena_that_shrinks_and_do_not_spin():
    engine = RapidEngine()
    engine.read(open_photo(np.full((64, 64, 3), 200, np.uint8)))  # networks load when needed
    session = engine._reader.text_det.session.session
    options = session.get_session_options()
    assert options.enable_cpu_mem_arena
    assert not options.enable_mem_pattern
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    shrink = session._options.get_run_config_entry("memory.enable_memory_arena_shrinkage")
    assert shrink == "cpu:0"


def test_it_is_done_once():
    from rapidocr.inference_engine.onnxruntime.main import OrtInferSession

    spare_rapidocr()
    before = OrtInferSession.__init__
    spare_rapidocr()
    assert OrtInferSession.__init__ is before
