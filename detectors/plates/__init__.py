"""Number plates: where they are, what they say and which colours they have."""

from detectors.plates.detector import PlateDetector, create

__all__ = ["PlateDetector", "create"]
