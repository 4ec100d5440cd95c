"""CLIP: zero-shot countries, with weights that the user has fetched."""

from detectors.clip.detector import ClipExpert, create

__all__ = ["ClipExpert", "create"]
