"""Open an ONNX graph: onnxruntime is imported when the first one is needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from clues.errors import MissingExtraError


def open_session(path: Path) -> Any:
    """Return an ONNX Runtime session for a file that `detectors.manifest` has checked.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    """
    try:
        import onnxruntime as ort
    except ImportError:
        raise MissingExtraError(
            "Detectors need onnxruntime; type: pip install 'clues[detect]'"
        ) from None
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=ort.get_available_providers())
