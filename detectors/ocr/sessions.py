"""Sessions of RapidOCR's networks that spare processor and memory; they read the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from clues.errors import CluesError
from detectors.session import spare

_SHRINK = "memory.enable_memory_arena_shrinkage"


class _Shrinking:
    """A session that gives its memory back after each run: text is looked for in huge pictures."""

    def __init__(self, session: Any) -> None:
        import onnxruntime as ort

        self._session = session
        self._options = ort.RunOptions()
        self._options.add_run_config_entry(_SHRINK, "cpu:0")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def run(self, names: Any, feed: Any) -> Any:
        return self._session.run(names, feed, self._options)


def open_rapidocr(threads: int, settings: Mapping[str, Any]) -> Any:
    """Return a RapidOCR for signs and plates, which stand upright.

    Parameters
    ----------
    threads
        Of ONNX Runtime.
    settings
        More of RapidOCR's, by their names.

    Raises
    ------
    CluesError
        If the package is there but cannot be loaded; says what to type.
    """
    try:
        from rapidocr import RapidOCR
    except ImportError as error:  # such as libGL.so.1, which bare machines lack
        raise CluesError(
            f"RapidOCR cannot be loaded ({error}); type: "
            "pip install --force-reinstall --no-deps opencv-python-headless"
        ) from None

    spare_rapidocr()
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,  # turning crops only adds errors
            "Det.limit_side_len": 32,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            **settings,
        }
    )


@cache
def spare_rapidocr() -> None:
    """Make RapidOCR open its sessions so, once a process; another version stays as it is.

    From the heap, every layer of a large picture gets fresh pages, which takes as long as the
    network itself; an arena that shrinks after each run needs fewer pages in all.
    """
    from rapidocr.inference_engine.onnxruntime.main import OrtInferSession

    plain = getattr(OrtInferSession, "_init_sess_opts", None)
    if plain is None:
        return
    made = OrtInferSession.__init__

    def options(config: Any) -> Any:
        own = plain(config)
        own.enable_cpu_mem_arena = True
        spare(own)
        return own

    def make(self: Any, *arguments: Any, **named: Any) -> None:
        made(self, *arguments, **named)
        self.session = _Shrinking(self.session)

    OrtInferSession._init_sess_opts = staticmethod(options)
    OrtInferSession.__init__ = make
