"""Appearance: which places the whole photo looks like, from the shared backbone."""

from detectors.appearance.expert import AppearanceExpert, create

__all__ = ["AppearanceExpert", "create"]
