"""Open an ONNX graph: onnxruntime is imported when the first one is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clues.errors import MissingExtraError, brief_reason
from detectors.manifest import WeightsError


def spare(options: Any) -> None:
    """Let a session neither spin nor plan memory for shapes that may not come again.

    Threads that spin while they wait take the processor from the next network.
    """
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_mem_pattern = False


def open_session(path: Path) -> Any:
    """Return an ONNX Runtime session for a file that `detectors.manifest` has checked.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    WeightsError
        If the file is no graph that onnxruntime can run.
    """
    try:
        import onnxruntime as ort
    except ImportError:
        raise MissingExtraError(
            "Detectors need onnxruntime; type: pip install 'clues[detect]'"
        ) from None
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # An arena per network keeps the memory of its largest run; without, all use the same heap.
    options.enable_cpu_mem_arena = False
    spare(options)
    providers = [name for name in ort.get_available_providers() if not name.startswith("Azure")]
    why = ""
    for tried in dict.fromkeys((tuple(providers), ("CPUExecutionProvider",))):
        try:
            # its own way of falling back to the CPU prints to standard output
            return ort.InferenceSession(
                str(path), options, providers=list(tried), enable_fallback=0
            )
        except Exception as error:  # onnxruntime's own kinds, one for each of its status codes
            why = brief_reason(error, 200)
    raise WeightsError(f"{path}: not a graph that can be run ({why}).")
