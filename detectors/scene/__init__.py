"""Scene cues: one calibrated likelihood per tag, from the shared backbone."""

from detectors.scene.detector import SceneDetector, create

__all__ = ["SceneDetector", "create"]
