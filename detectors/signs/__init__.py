"""Kinds of road signs, and what warning signs look like; see `detectors.signs.detector`."""

from detectors.signs.detector import create

__all__ = ["create"]
