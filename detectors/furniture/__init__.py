"""Street furniture: bollards, posts, bus stops, road signs and poles, as calibrated cues."""

from detectors.furniture.detector import FurnitureDetector, create

__all__ = ["FurnitureDetector", "create"]
